"""The worked examples of the lecture notes, each number held once.

Pages, presets, cards and tests read their inputs here: `EXAMPLES["kl_is_asymmetric"]["p"]` is
a tuple, and `EXAMPLES["one_hot_of_four"].references["H(p,q)"].agrees(value)` compares a value with
the printed one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.teaching.worked_examples import corrections, information, losses, practice
from explorer.teaching.worked_examples.example import NOTES, Printed, WorkedExample

__all__ = ["EXAMPLES", "NOTES", "Printed", "WorkedExample"]

EXAMPLES: Mapping[str, WorkedExample] = MappingProxyType(
    {
        example.key: example
        for rows in (information.ROWS, losses.ROWS, practice.ROWS, corrections.ROWS)
        for example in rows
    }
)
"""Key → example, in the order of the lessons: A1 to A32, then B1 to B21."""
