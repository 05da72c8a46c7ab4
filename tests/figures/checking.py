"""What every figure must hold: Plotly's own checks, which building one quickly leaves out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go


def checked(figure: go.Figure) -> go.Figure:
    """Return the figure itself once Plotly has accepted all of it."""
    assert len(go.Figure(figure.to_dict()).data) == len(figure.data)
    return figure


def drawable(figure: go.Figure) -> go.Figure:
    """Return the figure itself once Plotly has accepted it and has a finite place for all of it.

    A value may be NaN or infinite, and leaves a gap; an axis, a tick, a shape, a size or a note
    that is not finite spoils the whole picture.
    """
    layout = checked(figure).layout.to_plotly_json()
    wrong = [place for place, number in _numbers(layout, "layout") if not math.isfinite(number)]
    for one in figure.data:
        line = {name: one[name] for name in ("marker", "line", "width", "offset") if name in one}
        wrong += [place for place, number in _numbers(line, one.name) if not math.isfinite(number)]
    assert not wrong, f"not finite: {wrong}"
    for name, axis in layout.items():
        if not name.startswith(("xaxis", "yaxis")):
            continue
        low, high = axis.get("range") or (0, 1)
        assert low < high, f"{name} shows {low} to {high}"
        # Plotly's FP_SAFE, the largest number that it finds a place for.
        assert max(-low, high) < 1.797e304, f"{name} shows {low} to {high}"
        tick = axis.get("dtick", 1)
        assert isinstance(tick, str) or tick > 0, f"{name} has a tick every {tick}"
    return figure


def _numbers(value: Any, place: str) -> Iterator[tuple[str, float]]:
    """Yield every number in nested mappings and sequences, with where it stands."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _numbers(one, f"{place}.{key}")
    elif isinstance(value, list | tuple):
        for index, one in enumerate(value):
            yield from _numbers(one, f"{place}[{index}]")
    elif isinstance(value, np.ndarray):
        yield from _numbers(value.ravel().tolist(), place)
    elif isinstance(value, int | float | np.number):
        yield place, float(value)
    elif hasattr(value, "to_plotly_json"):
        yield from _numbers(value.to_plotly_json(), place)
