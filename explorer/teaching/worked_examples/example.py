"""What a worked example is: numbers that go in, and the values that are printed for them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

NOTES: Mapping[str, str] = {
    "000": "a forum post on cross-entropy",
    "001": "a blog post on entropy and the three forms of the loss",
    "002": "lecture slides",
    "003": "a reader's notes with the MNIST practice",
    "004": "a blog post on softmax and word2vec",
}
"""The five sets of lecture notes, by the id that `WorkedExample.notes` uses."""

_EXACT = 1e-12


@dataclass(frozen=True)
class Printed:
    """A reference value with the digits that are printed for it.

    Attributes:
        text: Decimal digits, as in "0.0990" or "-9.0787e-05"; "inf" for infinity.
        unit: As `explorer.core.information.unit_name` names it; empty for a plain number.
        exact: Whether nothing was rounded away.
    """

    text: str
    unit: str = ""
    exact: bool = False

    @property
    def value(self) -> float:
        return float(self.text)

    @property
    def tolerance(self) -> float:
        """Half a unit of the last digit; for an exact value what float64 arithmetic may lose."""
        if self.exact or math.isinf(self.value):
            return _EXACT
        return 0.5 * 10.0 ** int(Decimal(self.text).as_tuple().exponent) * (1 + 1e-9)

    def agrees(self, value: float) -> bool:
        """Tell whether `value`, rounded to the printed digits, is what is printed."""
        if math.isinf(self.value):
            return value == self.value
        return abs(value - self.value) <= self.tolerance


@dataclass(frozen=True)
class WorkedExample:
    """One row of the lessons table.

    Attributes:
        key: Name of the example in snake_case, key of `EXAMPLES`.
        lesson: Row of the lessons table: "A1" to "A32" for examples and formulas, "B1" to "B21"
            for corrections.
        notes: Ids of the notes that it stands in, keys of `NOTES`.
        title: What it shows, a few words.
        inputs: Name → what goes in: numbers, nested tuples of them for arrays, or text.
        names: One name per outcome or class, where the rows of an input have names.
        references: Quantity → printed value; empty where the row is an identity or a mapping.
    """

    key: str
    lesson: str
    notes: tuple[str, ...]
    title: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    references: Mapping[str, Printed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("inputs", "references"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __getitem__(self, name: str) -> Any:
        """Return the input of this name.

        Raises:
            KeyError: There is none.
        """
        return self.inputs[name]


def numbered(noun: str, count: int) -> tuple[str, ...]:
    """Return "noun 1" to "noun count"."""
    return tuple(f"{noun} {number}" for number in range(1, count + 1))


def bits(text: str, *, exact: bool = False) -> Printed:
    """Return a printed value in bits."""
    return Printed(text, "bits", exact)


def nats(text: str) -> Printed:
    """Return a printed value in nats."""
    return Printed(text, "nats")


def plain(text: str) -> Printed:
    """Return a printed value without a unit, rounded to its last digit."""
    return Printed(text)


def exactly(text: str) -> Printed:
    """Return a printed value without a unit that is not rounded."""
    return Printed(text, exact=True)
