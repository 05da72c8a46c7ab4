"""What the lecture notes get wrong, B1 to B21: statements in words, values computed when asked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.teaching.note_checks import information, losses, practice
from explorer.teaching.note_checks.check import TOPICS, VERDICTS, Measurement, NoteCheck, Quantity
from explorer.teaching.worked_examples import EXAMPLES

__all__ = ["NOTE_CHECKS", "TOPICS", "VERDICTS", "Measurement", "NoteCheck", "Quantity"]

_BY_KEY = {
    check.key: check
    for checks in (information.CHECKS, losses.CHECKS, practice.CHECKS)
    for check in checks
}

NOTE_CHECKS: Mapping[str, NoteCheck] = MappingProxyType(
    {key: _BY_KEY[key] for key in EXAMPLES if key in _BY_KEY}
)
"""Key of the worked example → check, in the order of the lessons."""
