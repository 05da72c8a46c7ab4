"""The worked examples of the lecture notes, each number held once.

Pages, presets, cards and tests read their inputs here: `EXAMPLES["A13"]["q"]` is a tuple, and
`EXAMPLES["A13"].references["H(p,q)"].agrees(value)` compares with what is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.teaching.worked_examples import corrections, information, losses, practice
from explorer.teaching.worked_examples.example import NOTES, Printed, WorkedExample

__all__ = ["EXAMPLES", "NOTES", "Printed", "WorkedExample"]

EXAMPLES: Mapping[str, WorkedExample] = MappingProxyType(
    {
        example.row: example
        for rows in (information.ROWS, losses.ROWS, practice.ROWS, corrections.ROWS)
        for example in rows
    }
)
"""Row id → example, A1 to A32 and B1 to B21."""
