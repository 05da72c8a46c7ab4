"""The distributions that the lecture notes use as examples, as the pages offer them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer.teaching.worked_examples import EXAMPLES


@dataclass(frozen=True)
class Preset:
    """A named example.

    Attributes:
        p: true distribution.
        q: model distribution with the same outcomes; None where the example has only p.
        names: one name per outcome.
        source: row of the lessons table that it comes from.
        note: what to look at, one sentence.
    """

    p: tuple[float, ...]
    q: tuple[float, ...] | None
    names: tuple[str, ...]
    source: str
    note: str


def printed(row: str, quantity: str) -> str:
    """Return a reference value of a worked example as it is printed, with its unit.

    Args:
        row: key of `EXAMPLES`.
        quantity: key of its references.
    """
    value = EXAMPLES[row].references[quantity]
    return f"{value.text} {value.unit}"


def _preset(
    row: str, note: str, p: str = "p", q: str | None = None, names: tuple[str, ...] = ()
) -> Preset:
    """Return the inputs `p` and `q` of the worked example in this row."""
    example = EXAMPLES[row]
    model = None if q is None else example[q]
    return Preset(example[p], model, names or example.names, row, note)


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "Lottery": _preset(
            "A3",
            f"Four people, equal chances: {printed('A3', 'H(p)')}, the most that four outcomes can "
            "have.",
        ),
        "Lottery, one favourite": _preset(
            "A4", "One person holds most of the tickets: less to be surprised by on average."
        ),
        "Lottery, nearly decided": _preset(
            "A5",
            f"The average surprise is small, though a rare winner carries "
            f"{printed('B4', 'I(0.001)')}.",
        ),
        "One-hot": _preset(
            "A8",
            "A certain outcome: entropy 0, so cross-entropy and KL divergence coincide.",
            "one_hot",
        ),
        "Uniform": _preset(
            "A3",
            "Every outcome equally likely: entropy at its maximum, log n.",
            "three",
            names=("outcome 1", "outcome 2", "outcome 3"),
        ),
        "Table tennis": _preset(
            "A6",
            f"{EXAMPLES['A1']['meetings']} meetings, {EXAMPLES['A1']['wins']} wins: the rare "
            f"result carries {printed('A1', 'I(1/64)')}, the usual one "
            f"{printed('A1', 'I(63/64)')}.",
        ),
        "Fair coin": _preset(
            "A6", "The unit of information: 1 bit.", "coin", names=("heads", "tails")
        ),
        "Certain outcome": _preset(
            "A6",
            f"Nothing to be surprised by: {printed('A6', 'certain')}.",
            "certain",
            names=("happens", "does not happen"),
        ),
        "Die": _preset("A2", f"Each face carries {printed('A2', 'I(1/6)')}."),
        "Five classes, first guess q₁": _preset(
            "A11", f"The true class has 0.4: cross-entropy {printed('A11', 'q1')}.", q="q1"
        ),
        "Five classes, better guess q₂": _preset(
            "A11", f"The true class has 0.98: cross-entropy {printed('A11', 'q2')}.", q="q2"
        ),
        "Five classes, confidently wrong": _preset(
            "B3",
            "The gradient of cross-entropy is large here, that of squared error is not.",
            q="wrong",
        ),
        "Four classes, one true": _preset(
            "A13", f"Only −log 0.6 counts: {printed('A13', 'H(p,q)')}.", q="q"
        ),
        "Skewed against uniform": _preset(
            "B6", "D(p‖q) and D(q‖p) differ: the KL divergence is no distance.", q="q"
        ),
    }
)
