"""What to try on each page, by the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.teaching import (
    drawing_exercises,
    information_exercises,
    loss_exercises,
    room_exercises,
    training_exercises,
)
from explorer.teaching.exercise import Exercise

__all__ = ["EXERCISES", "Exercise"]

EXERCISES: Mapping[str, tuple[Exercise, Exercise, Exercise]] = MappingProxyType(
    {
        "self_information": information_exercises.SELF_INFORMATION,
        "entropy": information_exercises.ENTROPY,
        "divergence": information_exercises.DIVERGENCE,
        "binary": loss_exercises.BINARY,
        "multiclass": loss_exercises.MULTICLASS,
        "three_forms": loss_exercises.THREE_FORMS,
        "stability": loss_exercises.STABILITY,
        "notes_checked": loss_exercises.NOTES_CHECKED,
        "live": training_exercises.LIVE,
        "sweep": training_exercises.SWEEP,
        "compare": training_exercises.COMPARE,
        "draw": drawing_exercises.DRAW,
        "room": room_exercises.ROOM,
    }
)
