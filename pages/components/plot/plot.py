"""Show a figure from `explorer.figures`, redrawn in place."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import orjson
import plotly.graph_objects as go
import streamlit as st

from explorer.figures.palette import CATEGORICAL
from pages.components.frontend.frontend import component

_mount = component(__file__)


def encoded(figure: go.Figure) -> orjson.Fragment:
    """Return the figure as JSON, for `plot` to draw for many viewers at the cost of one."""
    # Bytes go to the browser as they are; a mapping would be encoded three times on the way.
    return orjson.Fragment(orjson.dumps(figure.to_dict(), option=orjson.OPT_SERIALIZE_NUMPY))


def plot(
    figure: go.Figure | orjson.Fragment,
    *,
    key: str,
    alt: str,
    on_drag: Callable[[float], None] | None = None,
    on_zoom: Callable[[tuple[float, float] | None], None] | None = None,
) -> None:
    """Draw `figure`; an update keeps the zoom and never shows an empty frame.

    Args:
        figure: a figure, or one that was `encoded` before. Its layout must name a `height` in
            pixels. A trace with `meta={"drag": True}` is a
            point that can be dragged along x; a trace with `meta={"untabled": True}` is left out
            of the table of values.
        key: unique on the page; also the name of downloaded files.
        alt: what the picture shows, in a sentence, for those who do not see it.
        on_drag: called before the next run with the x to which the point was dragged.
        on_zoom: called before the next run with both ends of the part of the x axis that a
            person looks at, or None when it is all of it.
    """

    data = _payload(figure, key, alt, seq=newest_edit(key), zooms=on_zoom is not None)
    _show(key, data, on_drag, on_zoom)


def newest_edit(key: str) -> int:
    """Return the number of the newest edit that was made on the plot itself, 0 for none."""
    return (st.session_state.get(key, {}).get("edit") or {"seq": 0})["seq"]


def plots_of(
    pictures: Mapping[str, tuple[go.Figure, str]], *, edits: Mapping[str, int] | None = None
) -> Mapping[str, bytes]:
    """Return figures as their plots' components are given them, to preview and then to draw.

    Args:
        pictures: key → figure, and what it shows in words, both as in `plot`.
        edits: key → `newest_edit`, of plots on which edits can be made.
    """
    edits = edits or {}
    return {
        key: _payload(figure, key, alt, seq=edits.get(key, 0))
        for key, (figure, alt) in pictures.items()
    }


def drawn_plot(
    plots: Mapping[str, bytes], key: str, *, on_drag: Callable[[float], None] | None = None
) -> None:
    """Draw one of `plots_of`; `on_drag` as in `plot`."""
    _show(key, plots[key], on_drag, None)


def _show(
    key: str,
    data: bytes,
    on_drag: Callable[[float], None] | None,
    on_zoom: Callable[[tuple[float, float] | None], None] | None,
) -> None:
    def edited() -> None:
        edit = st.session_state[key].get("edit") or {}
        if on_drag is not None and "x" in edit:
            on_drag(float(edit["x"]))
        if on_zoom is not None and "span" in edit:
            on_zoom(_span(edit["span"]))

    _mount(key=key, data=data, on_edit_change=edited)


def _payload(
    figure: go.Figure | orjson.Fragment, key: str, alt: str, *, seq: int = 0, zooms: bool = False
) -> bytes:
    shown = {
        "figure": encoded(figure) if isinstance(figure, go.Figure) else figure,
        "palette": CATEGORICAL,
        "alt": alt,
        "name": key,
        "seq": seq,
        "zooms": zooms,
    }
    return orjson.dumps(shown)


def _span(sent: object) -> tuple[float, float] | None:
    """Return the ends of a part of an axis; None for all of it, or for what is no such part."""
    if not isinstance(sent, list) or len(sent) != 2:
        return None
    if not all(isinstance(end, int | float) and math.isfinite(end) for end in sent):
        return None
    low, high = sorted(map(float, sent))
    return (low, high) if low < high else None
