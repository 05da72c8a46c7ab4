"""Names of classes and outcomes as places on an axis."""

from __future__ import annotations

from collections.abc import Sequence


def distinct(names: Sequence[str]) -> list[str]:
    """Number the names if some are equal, because Plotly draws equal categories on one place."""
    if len(set(names)) == len(names):
        return list(names)
    return [f"{index}. {name}" for index, name in enumerate(names, start=1)]
