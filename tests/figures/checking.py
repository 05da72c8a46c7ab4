"""What every figure must hold: Plotly's own checks, which building one quickly leaves out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures.palette import MEANINGS, with_alpha

# What the name of a trace, or of a number above a figure, must tell to have a meaning's colour; the
# first that fits is its meaning.
TOLD_BY = {
    "H(p,q)": r"H\(p,q\)|[Cc]ross-entropy|\blog score|\bCE\b|q − p|σ − y|^log_softmax|^loss$",
    "squared error": r"[Ss]quared|\bBrier|\bMSE\b",
    "hinge": r"[Hh]inge",
    "D": r"D\(p‖q\)|D\(q‖p\)|\bgap\b",
    "H(p)": r"H\(p\)|^I\(p\)|H\(p, 1 − p\)|n · H|−log p|−p log p|this sequence",
    "p": r"^p\b|\bfor p\b",
    "q": r"^q\b|^mean of \d|\bfor q\b|^σ\(|∂q/∂z",
}
_FAMILIES = {
    form: meaning
    for meaning, shades in MEANINGS.items()
    for shade in shades
    for form in (shade.light, with_alpha(shade.light, 1).rpartition(",")[0])
}


def checked(figure: go.Figure) -> go.Figure:
    """Return the figure itself once Plotly has accepted all of it."""
    assert len(go.Figure(figure.to_dict()).data) == len(figure.data)
    return figure


def drawable(figure: go.Figure) -> go.Figure:
    """Return the figure itself once Plotly has accepted it and has a finite place for all of it.

    A value may be NaN or infinite, and leaves a gap; an axis, a tick, a shape, a size or a note
    that is not finite spoils the whole picture. No two bars or cells stand on one place.
    """
    layout = checked(figure).layout.to_plotly_json()
    wrong = [place for place, number in _numbers(layout, "layout") if not math.isfinite(number)]
    for one in figure.data:
        line = {name: one[name] for name in ("marker", "line", "width", "offset") if name in one}
        wrong += [place for place, number in _numbers(line, one.name) if not math.isfinite(number)]
    assert not wrong, f"not finite: {wrong}"
    for one in figure.data:
        for places in (one.x, one.y) if one.type in ("bar", "heatmap") else ():
            if all(isinstance(place, str) for place in places):
                assert len(set(places)) == len(places), f"two places of {one.name} are one"
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


def coloured_by_meaning(figure: go.Figure) -> None:
    """Assert that what a colour means and what the name of its trace or note says agree.

    A trace of a quantity has a colour of that quantity, and no other trace has one. "now" is the
    point of the trace before it.
    """
    told, drawn = None, set()
    for one in figure.to_plotly_json()["data"]:
        name = one.get("name", "")
        told = told if name == "now" else meaning_told(name)
        found = _meanings_of({key: value for key, value in one.items() if key not in _TEXTS})
        assert found <= {told}, f"“{name}” has the colour of {found}"
        assert told is None or told in found or not _has_colour(one), f"“{name}” lacks its colour"
        drawn |= found
    layout = figure.layout.to_plotly_json()
    for one in (layout.get("meta") or {}).get("quantities", ()):
        found = _meanings_of(one["colour"])
        assert found <= {meaning_told(one["name"])}, f"“{one['name']}” has the colour of {found}"
    # A note has the colour of what it speaks of, which is something in the figure.
    for one in layout.get("annotations") or ():
        found = _meanings_of({"font": one.get("font"), "arrowcolor": one.get("arrowcolor")})
        assert found <= drawn, f"“{one['text']}” has the colour of {found}"


_TEXTS = {"name", "text", "x", "y", "z", "customdata", "hovertemplate", "meta"}


def meaning_told(name: str) -> str | None:
    """Return the quantity of `MEANINGS` that a name speaks of, if any."""
    return next((one for one, words in TOLD_BY.items() if re.search(words, name)), None)


def _has_colour(trace: dict[str, Any]) -> bool:
    return any("color" in (trace.get(part) or {}) for part in ("line", "marker", "textfont"))


def _meanings_of(value: Any) -> set[str]:
    """Return the meanings of all colours in nested mappings and sequences."""
    if isinstance(value, dict):
        return set().union(*(_meanings_of(one) for one in value.values()))
    if isinstance(value, list | tuple):
        return set().union(*map(_meanings_of, value))
    colour = value.rpartition(",")[0] if isinstance(value, str) and "rgba" in value else value
    meaning = _FAMILIES.get(colour) if isinstance(colour, str) else None
    return {meaning} if meaning else set()
