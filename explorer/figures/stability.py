"""Figures of three ways to compute a cross-entropy, and of what each loses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.core.precision import PRECISIONS
from explorer.core.random_logits import RandomLosses
from explorer.core.stability import WAYS, GapReading
from explorer.core.stability_limits import HIGHEST_GAP, error_curves, limits
from explorer.figures import plot
from explorer.figures.numbers import written
from explorer.figures.palette import CROSS_ENTROPY, NEUTRAL, OTHER, second_colour

_BELOW_ROUNDING = 1e-3  # of the unit roundoff: nothing smaller is distinguished
_BIN = 5.0
_DOTTED = {"color": NEUTRAL, "width": 1.2, "dash": "dot"}


class _Style(NamedTuple):
    colour: str
    dash: str
    symbol: str
    width: float


_STYLES: Mapping[str, _Style] = {
    "naive": _Style(NEUTRAL, "dot", "square", 2.5),
    "softmax_then_log": _Style(OTHER, "dash", "diamond", 2.5),
    "log_softmax": _Style(CROSS_ENTROPY, "solid", "circle", 4.5),
}


def gap_errors(precision: str, reading: GapReading, *, right: bool) -> go.Figure:
    """Draw the relative error of each way against the logit gap, with the current gap marked.

    Losses that are infinite or not a number lie on lines of their own above 1; errors below a
    thousandth of the unit roundoff lie on the lower edge.

    Args:
        precision: A key of `PRECISIONS`.
        reading: The three ways at the current gap.
        right: Whether the class with the higher logit is the true one.
    """
    highest = _end_of_axis(precision, reading.gap)
    curves = error_curves(precision, right=right, highest=highest)
    unit = PRECISIONS[precision].unit_roundoff
    floor = unit * _BELOW_ROUNDING
    traces: list[plot.Trace] = []
    # The best way goes first and widest, so that the others show where they coincide with it.
    for row, (key, way) in reversed(list(enumerate(WAYS.items()))):
        style = _STYLES[key]
        errors = curves.errors[key]
        traces.append(
            plot.scatter(
                way.label,
                curves.gaps,
                _heights(errors, floor, row),
                text=[_told(error) for error in errors],
                line={"color": style.colour, "dash": style.dash, "width": style.width},
                hovertemplate="gap %{x:.4g}: %{text}<extra>" + way.label + "</extra>",
            )
        )
    for row, (key, way) in enumerate(WAYS.items()):
        style, error = _STYLES[key], reading.errors[key]
        draggable = key == "log_softmax"
        traces.append(
            plot.scatter(
                f"{way.label}, now",
                [reading.gap],
                _heights(np.array([error]), floor, row),
                "markers",
                showlegend=False,
                text=[_told(error)],
                marker=plot.outlined(style.colour, 16 if draggable else 11, 2 if draggable else 1)
                | {"symbol": style.symbol},
                meta={"drag": draggable},
                hovertemplate="gap %{x:.6g}: %{text}<extra>" + way.label + "</extra>",
            )
        )
    return plot.figure(
        traces,
        height=460,
        least_height=340,
        margin={"l": 78, "r": 12, "t": 34, "b": 44},
        xaxis=plot.axis("logit gap (nats)", range=[0, highest]),
        yaxis=plot.axis(
            "relative error of the loss",
            type="log",
            range=[math.log10(floor) - 0.3, math.log10(_row_height(len(WAYS)))],
            **_error_ticks(floor),
        ),
        shapes=[
            {"type": "line", "line": _DOTTED, "layer": "below", "xref": "paper"}
            | {"x0": 0, "x1": 1, "y0": unit, "y1": unit},
            _marked(reading.gap),
        ],
        annotations=[
            plot.words(
                1,
                math.log10(unit),
                f"rounding once: {written(unit, 2)}",
                size=12,
                colour=NEUTRAL,
                xref="paper",
                xanchor="right",
                yanchor="bottom",
            ),
            *_failure_note(reading, highest),
        ],
    )


def random_loss_histogram(losses: RandomLosses, precision: str, quoted: float) -> go.Figure:
    """Draw how often each loss occurs, and where softmax and then log is infinite.

    Args:
        losses: Of random logits.
        precision: A key of `PRECISIONS`, the format in which they were computed.
        quoted: A loss to mark, in nats.
    """
    edges = np.arange(0.0, losses.stable.max() + _BIN, _BIN)
    lost = np.isinf(losses.naive)
    # Tops that stand still from seed to seed.
    highest = np.histogram(losses.stable, edges)[0].max(initial=0)
    traces: list[plot.Trace] = [
        plot.bars(
            name,
            edges[:-1] + _BIN / 2,
            np.histogram(losses.stable[chosen], edges)[0],
            plot.patterned(colour, pattern),
            width=_BIN * 0.92,
            hovertemplate="%{x:.1f} nats: %{y} draws<extra>" + name + "</extra>",
        )
        for name, chosen, colour, pattern in (
            ("cross-entropy", ~lost, CROSS_ENTROPY, ""),
            ("cross-entropy, ∞ by softmax, then log", lost, second_colour("H(p,q)"), "/"),
        )
    ]
    fails = limits(precision).softmax_fails
    # One beside its line at the left and one at the right: in float32 the lines are close.
    marks = (
        (quoted, f"the notes’ draw, {quoted:g}", "right"),
        (fails, f"∞ in {precision}", "left"),
    )
    return plot.figure(
        traces,
        height=400,
        least_height=330,
        barmode="stack",
        legend={"traceorder": "normal"},
        xaxis=plot.axis(
            "loss by log_softmax (nats)",
            range=[0, plot.steady_top(float(edges[-1]), least=240.0)],
        ),
        yaxis=plot.axis("draws", range=[0, plot.steady_top(1.05 * float(highest))]),
        shapes=[_marked(x) for x, _, _ in marks],
        annotations=[
            plot.words(x, height, text, size=12, colour=NEUTRAL, yref="paper", xanchor=side)
            for (x, text, side), height in zip(marks, (0.98, 0.86), strict=True)
        ],
    )


def _failure_note(reading: GapReading, highest: float) -> list[dict[str, Any]]:
    """Return the note on the way that failed last as the gap grew, if one has."""
    words = {
        "softmax_then_log": "the probability is 0:<br>its logarithm is −∞",
        "naive": "the exponential overflows:<br>no answer from here on",
    }
    for key, told in words.items():
        if not math.isinf(reading.errors[key]):
            continue
        row = list(WAYS).index(key)
        # Left of the way's own line, where nothing else is drawn that high.
        said = plot.note(
            reading.gap,
            math.log10(_row_height(row)),
            told,
            _STYLES[key].colour,
            ax=0.36 * highest,
            axref="x",
            ay=-1.5,
            ayref="y",
        )
        return [said]
    return []


def _end_of_axis(precision: str, gap: float) -> float:
    """Return the end of the gaps drawn: past the last limit, or everything for a larger gap."""
    past_limit = 1.2 * limits(precision).softmax_fails
    return past_limit if gap <= 0.98 * past_limit else 1.05 * HIGHEST_GAP


def _heights(errors: NDArray[np.float64], floor: float, row: int) -> NDArray[np.float64]:
    return np.where(np.isinf(errors), _row_height(row), np.maximum(errors, floor))


def _row_height(row: int) -> float:
    """Return where losses that are not numbers are drawn, one height for each way."""
    return 10.0 ** (1.6 + 0.7 * (len(WAYS) - 1 - row)) if row < len(WAYS) else 10.0**4


def _told(error: float) -> str:
    return "no finite loss" if math.isinf(error) else f"relative error {written(error, 3)}"


def _error_ticks(floor: float) -> dict[str, Any]:
    lowest = math.ceil(math.log10(floor))
    every = max(1, round(-lowest / 5))
    powers = list(range(0, lowest - 1, -every))
    return {
        "tickvals": [_row_height(1), *(10.0**power for power in powers)],
        "ticktext": ["∞ or NaN", *(written(10.0**power, 1) for power in powers)],
    }


def _marked(x: float) -> dict[str, Any]:
    return plot.upright(x, _DOTTED, layer="below")
