"""What the lecture notes get wrong, B1 to B21: statements in words, values computed when asked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.teaching.note_checks import information, losses, practice
from explorer.teaching.note_checks.check import TOPICS, VERDICTS, Measurement, NoteCheck, Quantity
from explorer.teaching.worked_examples import EXAMPLES

__all__ = ["NOTE_CHECKS", "TOPICS", "VERDICTS", "Measurement", "NoteCheck", "Quantity"]

_BY_ROW = {
    check.row: check
    for checks in (information.CHECKS, losses.CHECKS, practice.CHECKS)
    for check in checks
}

NOTE_CHECKS: Mapping[str, NoteCheck] = MappingProxyType(
    {row: _BY_ROW[row] for row in EXAMPLES if row in _BY_ROW}
)
"""Row id → check, in the order of the lessons."""
