"""What is read of a file: its curves, and what was assumed on the way."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.readers.limits import (
    LONGEST_NAME,
    MOST_CURVES,
    MOST_MEASUREMENTS,
    MOST_SERIES,
)
from explorer.runs.series import BEGAN, SECONDS, CurveData, Series


@dataclass(frozen=True, slots=True, eq=False)
class ReadCurve:
    """One training, as a file tells of it.

    Attributes:
        label: What the file calls it, or the file's own name.
        data: What was measured.
        settings: By name, in words: learning rate, optimiser and whatever else the file tells.
        units: By name of a series, the unit that the file itself names, such as "%" or "ms".
    """

    label: str
    data: CurveData
    settings: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """All that was read of a file.

    Attributes:
        curves: At least one, each with at least one series.
        notes: A plain sentence for everything that was assumed, sorted, dropped or guessed.
        columns: Of a table, the names of the columns that could count the steps.
        x: The one of them that does; "" if none does, and the rows are counted.
    """

    curves: tuple[ReadCurve, ...]
    notes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    x: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a person says of a table; "" leaves it to be found out.

    Attributes:
        x: Name of the column that counts the steps.
        delimiter: What parts the cells: one character, or a space for any number of them.
        decimal: What stands before decimals, "." or ",".
    """

    x: str = ""
    delimiter: str = ""
    decimal: str = ""


class Notes:
    """What came up while reading: plain sentences, each once, in the order in which they did.

    Attributes:
        told: What a person says instead of what would be assumed.
        columns: As of a `Reading`.
        x: As of a `Reading`.
    """

    MOST = 30

    def __init__(self, told: Told | None = None) -> None:
        self._texts: dict[str, None] = {}
        self.told = told or Told()
        self.columns: tuple[str, ...] = ()
        self.x = ""

    def add(self, text: str) -> None:
        """Take a sentence, unless it was said before."""
        self._texts.setdefault(text)

    def texts(self) -> tuple[str, ...]:
        """Return the sentences; of very many the first ones, and how many more there were."""
        said = tuple(self._texts)
        if len(said) <= self.MOST:
            return said
        return (*said[: self.MOST], f"And {len(said) - self.MOST:,} more notes like these.")


def listed(names: Iterable[str], most: int = 5) -> str:
    """Return names in quotation marks for a sentence, the first ones of many."""
    every = list(names)
    shown = ", ".join(quoted(name) for name in every[:most])
    return shown if len(every) <= most else f"{shown} and {len(every) - most:,} more"


def free_name(name: str, taken: Container[str]) -> str:
    """Return a name, with a number behind it where it is taken: "loss (2)"."""
    numbered = (f"{name} ({count})" for count in itertools.count(2))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def counted(count: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: "1 row", "2,000 rows"."""
    return f"{count:,} {singular if count == 1 else plural or f'{singular}s'}"


def times(count: int) -> str:
    """Return how often something happened: "once", "2 times"."""
    return "once" if count == 1 else f"{count:,} times"


def check_size(curves: Iterable[ReadCurve]) -> None:
    """Refuse more curves, series or measurements than can be shown.

    Raises:
        ImportRefused: There are more.
    """
    count = series = measurements = 0
    for curve in curves:
        count += 1
        series += len(curve.data.series)
        measurements += sum(len(one) for one in curve.data.series.values())
        for name in (curve.label, *curve.data.series):
            if len(name) > LONGEST_NAME:
                raise ImportRefused(
                    f"The name {quoted(name)} is longer than {LONGEST_NAME} characters: shorten it."
                )
    for found, most, what in (
        (count, MOST_CURVES, "curves"),
        (series, MOST_SERIES, "series"),
        (measurements, MOST_MEASUREMENTS, "measurements"),
    ):
        if found > most:
            raise ImportRefused(
                f"The file holds {found:,} {what}, and {most:,} are read at most: split it."
            )


def with_settings(curves: Iterable[ReadCurve], settings: Mapping[str, str]) -> list[ReadCurve]:
    """Give curves what was set for them, where they do not tell otherwise themselves."""
    return [replace(one, settings={**settings, **one.settings}) for one in curves]


def joined(curves: Iterable[ReadCurve]) -> list[ReadCurve]:
    """Put together what several parts of a file tell of one run.

    Those of one label and one kind of x become one; of several series of one name the later ones
    carry a number.
    """
    found: dict[tuple[str, str], ReadCurve] = {}
    for curve in curves:
        key = (curve.label, curve.data.x)
        found[key] = _joined(found[key], curve) if key in found else curve
    labels = [label for label, _ in found]
    return [
        replace(curve, label=f"{label} (by {x})") if labels.count(label) > 1 else curve
        for (label, x), curve in found.items()
    ]


def _joined(one: ReadCurve, other: ReadCurve) -> ReadCurve:
    series = dict(one.data.series)
    units = dict(one.units)
    for name, own in other.data.series.items():
        series[free := free_name(name, series)] = own
        if name in other.units:
            units[free] = other.units[name]
    clocks = dict(one.data.clocks)
    for name, clock in _since(other.data.clocks, clocks).items():
        clocks[name] = merged([clocks[name], clock], name) if name in clocks else clock
    data = replace(
        one.data,
        series=series,
        clocks=clocks,
        events={**one.data.events, **other.data.events},
        snapshots={**one.data.snapshots, **other.data.snapshots},
    )
    return ReadCurve(one.label, data, {**one.settings, **other.settings}, units)


def _since(clocks: Mapping[str, Series], those: Mapping[str, Series]) -> dict[str, Series]:
    """Count the seconds of some clocks from where those of others begin, if both tell."""
    found = dict(clocks)
    if BEGAN in clocks and BEGAN in those and SECONDS in clocks:
        own = found.pop(BEGAN)
        later = float(own.values[0] - those[BEGAN].values[0])
        found[SECONDS] = Series(clocks[SECONDS].steps, clocks[SECONDS].values + later)
    return found


def clock_of(name: str, steps: NDArray[np.int64], values: NDArray[np.float64]) -> Series:
    """Return a clock of what it told at steps in any order.

    Of several numbers at one step the last counts, but of times the earliest: what is logged at
    one step may be long before what is logged for it in the end.
    """
    if name == SECONDS:
        order = np.argsort(-values, kind="stable")
        steps, values = steps[order], values[order]
    return in_order(steps, values)[0]


def merged(parts: Sequence[Series], name: str = "") -> Series:
    """Return series whose steps may mix as one, as a clock of that name."""
    steps = np.concatenate([one.steps for one in parts])
    return clock_of(name, steps, np.concatenate([one.values for one in parts]))


def in_order(steps: NDArray[np.int64], values: NDArray[np.float64]) -> tuple[Series, int]:
    """Sort measurements by step, and say how many do not count: of several at one step the last."""
    if np.all(steps[1:] > steps[:-1]):
        return Series(steps, values), 0
    order = np.argsort(steps, kind="stable")
    ordered = steps[order]
    last = np.append(ordered[1:] != ordered[:-1], True)
    return Series(ordered[last], values[order][last]), int((~last).sum())
