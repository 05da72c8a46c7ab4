"""What a person's edit does to named bars: probabilities p and q, or logits.

Every function returns a new state and notes that say in words what changed beside the edit itself,
so that nothing is repaired in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np

from explorer.core.distributions import (
    division_note,
    normalize,
    parse_vector,
    validate_probabilities,
)

Notes = dict[str, str]


class Limits(TypedDict):
    """What an editor allows, as `set_text`, `set_normalized_text` and `resize` take it."""

    noun: str
    least: int
    most: int


@dataclass(frozen=True)
class Bars:
    """Named outcomes with one value each in every series.

    Attributes:
        names: One name for each of the n outcomes.
        values: Series name (for example "p") → n values.
        locked: Indices of outcomes whose bars stay where they are.
        probabilities: Whether each series must be a distribution; otherwise values are free.
    """

    names: tuple[str, ...]
    values: Mapping[str, tuple[float, ...]]
    locked: tuple[int, ...] = ()
    probabilities: bool = True

    def __post_init__(self) -> None:
        for series, values in self.values.items():
            if len(values) != len(self.names):
                raise ValueError(
                    f"{series} has {len(values)} values for {len(self.names)} outcomes."
                )
            if self.probabilities:
                validate_probabilities(values)
            elif not np.isfinite(values).all():
                raise ValueError(f"{series} must be finite; NaN and infinity are not allowed.")


def outcome_names(count: int, noun: str, known: Sequence[str] = ()) -> tuple[str, ...]:
    """Return `count` names: the known ones first, then "noun 5", "noun 6" and so on.

    Known names that are numbered themselves go on as they began: after "person 4" comes
    "person 5".
    """
    if known and known[0].endswith(" 1"):
        stem = known[0].removesuffix(" 1")
        if list(known) == [f"{stem} {i + 1}" for i in range(len(known))]:
            noun = stem
    return tuple(known[:count]) + tuple(f"{noun} {i + 1}" for i in range(len(known), count))


def renamed(before: Bars, after: Bars, examples: Iterable[Bars], noun: str) -> Bars:
    """Return bars without the names of an example whose distribution was replaced by another.

    Two numbers typed over a lottery of four are not "person 1" and "person 2". Names that somebody
    gave stay.

    Args:
        after: State after it, with another number of outcomes.
        examples: States that come with names of their own.
        noun: What outcomes without such names are called.
    """
    known = list(examples)
    theirs = {one.names for one in known} | {outcome_names(len(before.names), noun)}
    if not after.probabilities or before.names not in theirs:
        return after
    same = next((one for one in known if one.values == after.values), None)
    return replace(after, names=same.names if same else outcome_names(len(after.names), noun))


def set_text(
    bars: Bars, series: str, text: str, *, noun: str, least: int, most: int
) -> tuple[Bars, Notes]:
    """Read a series from text, as `parse_vector` does; its length sets the number of outcomes.

    Args:
        noun: What new outcomes are called.

    Returns:
        The new state, and notes by series on what became of the others.

    Raises:
        ValueError: A plain sentence; the old state is still good.
    """
    values = parse_vector(text)
    if bars.probabilities:
        values = validate_probabilities(values)
    return _replace_series(bars, series, values, noun=noun, least=least, most=most)


def set_normalized_text(
    bars: Bars, series: str, text: str, *, noun: str, least: int, most: int
) -> tuple[Bars, Notes]:
    """Read weights from text and divide them by their sum; the note says by what.

    Arguments, returns and errors as for `set_text`.
    """
    weights = parse_vector(text)
    values = normalize(weights)
    new, notes = _replace_series(bars, series, values, noun=noun, least=least, most=most)
    notes[series] = division_note(weights, values)
    return new, notes


def resize(bars: Bars, count: int, *, noun: str, least: int, most: int) -> tuple[Bars, Notes]:
    """Add outcomes of value 0 at the end, or remove the last ones.

    A distribution that loses probability with a removed outcome is divided by what is left.

    Arguments, returns and errors as for `set_text`.
    """
    _check_count(count, least, most)
    values, notes = {}, {}
    for series, old in bars.values.items():
        values[series], note = _resized(series, old, count, bars.probabilities)
        if note:
            notes[series] = note
    return (
        replace(
            bars,
            names=outcome_names(count, noun, bars.names),
            values=values,
            locked=tuple(i for i in bars.locked if i < count),
        ),
        notes,
    )


def _replace_series(
    bars: Bars, series: str, values: np.ndarray, *, noun: str, least: int, most: int
) -> tuple[Bars, Notes]:
    count = len(values)
    _check_count(count, least, most)
    kept = {name: old for name, old in bars.values.items() if name != series}
    resized, notes = resize(replace(bars, values=kept), count, noun=noun, least=least, most=most)
    if bars.probabilities and count > len(bars.names):
        # With 0 for what the typed series calls possible every divergence would be infinite.
        new = resized.names[len(bars.names) :]
        shared = {name: _sharing(name, old, new) for name, old in kept.items()}
        resized = replace(resized, values={name: found for name, (found, _) in shared.items()})
        notes |= {name: note for name, (_, note) in shared.items()}
    merged = {name: resized.values.get(name, tuple(values.tolist())) for name in bars.values}
    return replace(resized, values=merged), notes


def _sharing(
    series: str, old: tuple[float, ...], new: Sequence[str]
) -> tuple[tuple[float, ...], str]:
    """Return a distribution over more outcomes, and a note: each new one gets an equal share."""
    before, count = len(old), len(old) + len(new)
    grown = normalize(np.append(np.array(old) * before, np.ones(len(new))))
    names = f"“{new[0]}”" if len(new) == 1 else f"“{new[0]}” to “{new[-1]}”"
    return tuple(grown.tolist()), (
        f"{series} had nothing for {names}, which now {'has' if len(new) == 1 else 'have'} "
        f"{1 / count:.6g}{'' if len(new) == 1 else ' each'}; the others were multiplied by "
        f"{before / count:.6g}."
    )


def _check_count(count: int, least: int, most: int) -> None:
    if not least <= count <= most:
        numbers = "number" if count == 1 else "numbers"
        takes = f"exactly {least}" if least == most else f"{least} to {most}"
        raise ValueError(f"{count} {numbers} given; this page takes {takes}.")


def _resized(
    series: str, old: tuple[float, ...], count: int, probabilities: bool
) -> tuple[tuple[float, ...], str | None]:
    if count >= len(old):
        padding = (0.0,) * (count - len(old))
        return old + padding, None
    kept, dropped = old[:count], old[count:]
    if not probabilities or not any(dropped):
        return kept, None
    if not any(kept):
        return (1 / count,) * count, (
            f"The removed outcomes held all of {series}; {series} is now uniform."
        )
    return tuple(normalize(kept).tolist()), (
        f"The removed outcomes held {sum(dropped):.6g} of {series}; "
        f"the others were divided by {sum(kept):.6g}."
    )
