"""An exercise for a workshop: what to try, by a link that sets the page, and what one then sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import SupportsFloat

from explorer.figures.numbers import measured


@dataclass(frozen=True)
class Exercise:
    """Something to try on a page, set by a link.

    Attributes:
        words: What to do and what to ask oneself; a workshop host reads it aloud.
        parameters: Of the page's address, which set its state; several values for a name that
            occurs more than once.
        answer: What one sees and why, with its numbers computed.
        guesses: What an audience may predict, to choose from before anything is touched.
        right: Index of the guess that comes true.
        control: Key of the element that one moves, where it is not the page's first sight.
        plot: Key of the plot, or the table, that answers it, likewise.
    """

    words: str
    parameters: Mapping[str, str | Sequence[str]]
    answer: str
    guesses: Sequence[str]
    right: int
    control: str = ""
    plot: str = ""


def listed(values: Iterable[float]) -> str:
    """Return numbers as a page's address holds them, every digit kept."""
    return ",".join(repr(float(value)) for value in values)


def bits(value: SupportsFloat, digits: int = 6) -> str:
    """Return a number of bits with its unit, in so many digits."""
    return measured(float(value), "bits", digits)


def nats(value: SupportsFloat, digits: int = 6) -> str:
    """Return a number of nats with its unit, in so many digits."""
    return measured(float(value), "nats", digits)
