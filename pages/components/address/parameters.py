"""What one parameter of a page's address means: how its text is read and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from explorer.core.distributions import parse_vector

LONGEST = 600
"""Characters of a text."""
_DIGITS = 9
_LAST_PLACE = 999


@dataclass(frozen=True)
class Parameter:
    """One parameter of a page's address.

    Attributes:
        name: as it stands in the address.
        parse: returns the value of a text, or of all texts where there are `several`, and None
            where it asks for nothing; raises ValueError, which completes the sentence "The link
            asks for … as name; …".
        write: returns the text of a value, or several.
        several: whether the name may occur more than once.
        stays: whether the address keeps it while the page shows nothing of it.
    """

    name: str
    parse: Callable[[Any], Any]
    write: Callable[[Any], str | list[str]]
    several: bool = False
    stays: bool = False


def text(name: str, longest: int = LONGEST) -> Parameter:
    """A text, which its reader checks."""
    return Parameter(name, lambda given: given[:longest], str)


def option(name: str, options: Iterable[str]) -> Parameter:
    """One of a few words."""
    known = tuple(options)

    def parse(given: str) -> str | None:
        if given and given not in known:
            raise ValueError(f"the choices are {', '.join(known)}.")
        return given or None

    return Parameter(name, parse, str)


def number(name: str, write: Callable[[float], str]) -> Parameter:
    """One number, in any way in which a person may write it."""
    return Parameter(name, parse_number, write)


def whole(name: str) -> Parameter:
    """A whole number that is not negative; 0 is what the address leaves out."""
    return Parameter(name, _whole, lambda value: str(value) if value else "")


def vector(name: str) -> Parameter:
    """A row of numbers, every digit kept; its text is read by the editor that shows it."""
    return Parameter(name, str, written_vector)


def names(name: str) -> Parameter:
    """The names of outcomes, each a parameter of its own."""
    return Parameter(name, list, list, several=True)


def places(name: str) -> Parameter:
    """Which of some things, counted from 1 in the address and from 0 in the value; 0 for none."""
    return Parameter(name, _places, written_places)


def identifiers(name: str) -> Parameter:
    """Names of recorded runs or curves, separated by commas."""
    return Parameter(
        name,
        lambda given: [one for text in given for one in text.split(",") if one],
        ",".join,
        several=True,
    )


def staying(*parameters: Parameter) -> tuple[Parameter, ...]:
    """Return the parameters as ones that stay while the page shows nothing of them."""
    return tuple(replace(one, stays=True) for one in parameters)


def parse_number(text: str) -> float:
    """Read one number.

    Raises:
        ValueError: the text holds none, or several.
    """
    numbers = parse_vector(text).tolist() if text.strip() else []
    if len(numbers) != 1:
        raise ValueError("Enter one number here.")
    return float(numbers[0])


def written_vector(values: Iterable[float]) -> str:
    """Return numbers as the address holds them, every digit kept."""
    return ",".join(repr(value).removesuffix(".0") for value in values)


def written_places(indices: int | Sequence[int]) -> str:
    """Return one index, or several, as the address holds them."""
    if isinstance(indices, int):
        return str(indices + 1)
    return ",".join(str(index + 1) for index in indices) or "0"


def _whole(given: str) -> int | None:
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= _DIGITS):
        raise ValueError("a whole number is needed.")
    return int(given)


def _places(given: str) -> list[int] | None:
    if not given:
        return None
    if given == "0":
        return []
    pieces = given.split(",")
    if not all(piece.strip().isdecimal() and int(piece) <= _LAST_PLACE for piece in pieces):
        raise ValueError("the numbers are whole and counted from 1.")
    return [int(piece) - 1 for piece in pieces]
