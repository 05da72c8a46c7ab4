"""What figures are built from, fast enough to follow a dragged bar."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from explorer.figures.palette import INK

Trace = dict[str, Any]

FARTHEST = 1e300
"""An axis ends here at the latest: beyond 1e304 Plotly finds no place for anything."""

MARGIN = {"l": 50, "r": 12, "t": 34, "b": 44}
UNTABLED: Trace = {"meta": {"untabled": True}}
"""Of a trace whose numbers another one has too: it is left out of the figure's table."""


def figure(
    traces: Sequence[Trace],
    *,
    least_height: int = 0,
    quantities: Sequence[Mapping[str, str]] = (),
    meta: Mapping[str, Any] | None = None,
    **layout: Any,
) -> go.Figure:
    """Return the figure of these traces without checking each property.

    Plotly's checks and its default template cost ten times the drawing of a small figure. The
    tests put every figure through the checks instead; colours and fonts come from the theme.

    Args:
        traces: Plotly traces as dictionaries, each with its `type`. Titles of axes must be
            dictionaries with `text`: only the checks would turn a string into one.
        least_height: Of a screen that is low, in pixels; 0 for the height itself.
        quantities: Numbers that stand above the figure, from `quantity`.
        meta: What else the plot component is told.
        layout: Plotly's layout; `height` in pixels is required by the plot component.
    """
    own = {"least_height": least_height, "quantities": quantities}
    if told := {name: value for name, value in own.items() if value} | dict(meta or {}):
        layout["meta"] = told
    whole = {"margin": MARGIN, "template": {}, **layout}
    return go.Figure({"data": list(traces), "layout": whole}, _validate=False)


def axis(title: str, **properties: Any) -> dict[str, Any]:
    """Return an axis with a title, which names the unit where there is one."""
    return {"title": {"text": title}, **properties}


def distinct(names: Sequence[str]) -> list[str]:
    """Return the names as categories of an axis.

    Equal names are numbered, because Plotly draws equal categories on one place. Its markup is
    switched off: a name like "<b>" is shown as it was written.
    """
    plain = [html.escape(name, quote=False) for name in names]
    if len(set(plain)) == len(plain):
        return plain
    return [f"{index}. {name}" for index, name in enumerate(plain, start=1)]


def category_axis(labels: Sequence[str]) -> tuple[dict[str, object], dict[str, int]]:
    """Return an axis for these categories and the margins that hold its labels.

    Labels that would touch each other are turned. Plotly's own `automargin` would do the same by
    drawing the whole figure again at every update.

    Args:
        labels: From `distinct`.
    """
    width = sum(7 * len(label) + 10 for label in labels)
    if width < 330:
        return {"type": "category", "tickangle": 0}, MARGIN
    turned = min(150, 24 + 6 * max(map(len, labels)))
    return {"type": "category", "tickangle": -60}, MARGIN | {"b": turned}


def quantity(name: str, text: str, colour: str = "") -> dict[str, str]:
    """Return a number that stands above a figure, in a cell of its own.

    With `aside` in the figure's `meta` the numbers are of less weight and take one line.

    Args:
        name: What it is, as in formulas.
        text: The value as written, a space, and its unit if it has one.
        colour: That of the thing in the figure; the ink by default.
    """
    value, _, unit = text.partition(" ")
    return {"name": name, "value": value, "unit": unit, "colour": colour}


def scatter(name: str, x: Any, y: Any, mode: str = "lines", **more: Any) -> Trace:
    """Return a trace of a line, of points or of texts.

    Args:
        x: Positions [n].
        y: Positions [n].
        mode: As Plotly names it.
        more: Further attributes of Plotly's trace.
    """
    return {"type": "scatter", "mode": mode, "name": name, "x": x, "y": y, **more}


def bars(name: str, x: Any, y: Any, marker: Any, **more: Any) -> Trace:
    """Return a trace of bars.

    Args:
        x: Categories or positions [n].
        y: Heights [n].
        marker: From `patterned`, or any of Plotly's.
        more: Further attributes of Plotly's trace.
    """
    return {"type": "bar", "name": name, "x": x, "y": y, "marker": marker, **more}


def outlined(colour: str, size: Any, width: float = 1) -> dict[str, Any]:
    """Return the marker of points in an outline of ink, so many pixels wide."""
    return {"color": colour, "size": size, "line": {"width": width, "color": INK}}


_ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def steady_top(value: float, least: float = 0.0) -> float:
    """Return the end of an axis that stands still while `value` moves below it.

    The first of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten that neither exceeds; 1 where
    both are 0 or less.

    Args:
        value: Largest one that the axis must show; finite.
        least: A value that the axis shows in any case.
    """
    largest = min(max(value, least), FARTHEST)
    if largest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    if power == 0:  # below the smallest number whose tenth is one too
        return largest
    return next(one * power for one in (*_ROUND, 20.0) if one * power >= largest)


def patterned(colour: str, pattern: str) -> dict[str, Any]:
    """Return the marker of bars that a grey print tells apart by white strokes over the colour.

    Args:
        colour: Of the ground, `#rrggbb`.
        pattern: Plotly's shape of the strokes, such as "/"; "" for none.
    """
    return {
        "color": colour,
        "pattern": {
            "shape": pattern,
            "fillmode": "overlay",
            "fgcolor": "#ffffff",
            "fgopacity": 0.55,
            "size": 6,
            "solidity": 0.25,
        },
    }


def note(x: Any, y: float, words: str, colour: str, **place: Any) -> dict[str, Any]:
    """Return a note with an arrow that says what to see at a point of a figure.

    Args:
        words: A few; `<br>` begins a new line.
        colour: Of words and arrow, from `explorer.figures.palette.text_colour`.
        place: `ax` and `ay`, pixels from the point to the words, and further properties.
    """
    return {
        "x": x,
        "y": y,
        "text": words,
        "font": {"size": 14, "color": colour},
        "arrowcolor": colour,
        "arrowwidth": 1.5,
        "arrowhead": 2,
        "standoff": 8,
        "showarrow": True,
        **place,
    }


def words(
    x: Any, y: float, text: str, *, size: int, colour: str = "", **place: Any
) -> dict[str, Any]:
    """Return a text at a point of a figure, without an arrow.

    Args:
        text: A few words; `<br>` begins a new line.
        size: Of the letters.
        colour: Of the letters; the ink by default.
        place: Further properties of Plotly's annotation.
    """
    font = {"size": size, "color": colour} if colour else {"size": size}
    return {"x": x, "y": y, "text": text, "font": font, "showarrow": False, **place}


def upright(x: float, line: Any, **more: Any) -> dict[str, Any]:
    """Return the shape of an upright line across a figure."""
    ends = {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", "line": line, **ends, **more}


def infinity_mark(x: Any, edge: int) -> dict[str, Any]:
    """Return the sign ∞ at the edge of the picture, where it stays whatever is zoomed to.

    Args:
        x: A category, or its number from 0.
        edge: 1 for above the picture, 0 for its lower edge.
    """
    return words(x, edge, "∞", size=14, yref="y domain", yanchor="bottom")
