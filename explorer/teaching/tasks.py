"""What to try on each page, by the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.teaching import drawing_tasks, information_tasks, loss_tasks, training_tasks
from explorer.teaching.task import Task

__all__ = ["TASKS", "Task"]

TASKS: Mapping[str, tuple[Task, Task, Task]] = MappingProxyType(
    {
        "self_information": information_tasks.SELF_INFORMATION,
        "entropy": information_tasks.ENTROPY,
        "divergence": information_tasks.DIVERGENCE,
        "binary": loss_tasks.BINARY,
        "multiclass": loss_tasks.MULTICLASS,
        "three_forms": loss_tasks.THREE_FORMS,
        "stability": loss_tasks.STABILITY,
        "notes_checked": loss_tasks.NOTES_CHECKED,
        "live": training_tasks.LIVE,
        "sweep": training_tasks.SWEEP,
        "compare": training_tasks.COMPARE,
        "draw": drawing_tasks.DRAW,
    }
)
