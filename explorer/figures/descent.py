"""Figures of gradient descent on one example: a race of losses from the same start."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from explorer.core.descent import Trajectory
from explorer.core.information import kl_divergence
from explorer.core.losses import LOSSES, sigmoid
from explorer.figures import plot
from explorer.figures.binary_losses import HIGHEST_LOGIT, LOWEST_LOGIT
from explorer.figures.curves import thinned
from explorer.figures.losses import STYLES
from explorer.figures.palette import with_alpha

Race = Mapping[str, Trajectory]
_MOST_POINTS = 400


def paths_on_curves(race: Race, y: int, step: int) -> go.Figure:
    """Draw each loss against the logit, the path so far on it, and where it is now.

    Args:
        race: Key in `LOSSES` of kind "binary" → path.
        y: Label, 0 or 1.
        step: How many steps are shown.
    """
    every = np.concatenate([path.logits for path in race.values()])
    low = max(min(LOWEST_LOGIT, every.min()), -plot.FARTHEST)
    high = min(max(HIGHEST_LOGIT, every.max()), plot.FARTHEST)
    grid = np.linspace(low, high, 241)
    room = 0.02 * (high - low)
    traces: list[plot.Trace] = []
    for name, path in race.items():
        loss, (label, colour, dash, _) = LOSSES[name], STYLES[name]
        now = _last(path, step)
        shown, _ = thinned(np.arange(now + 1), path.losses[: now + 1], _MOST_POINTS)
        traces += [
            plot.scatter(
                f"{label}, curve",
                grid,
                loss.value(grid, loss.encode_target(y)),
                showlegend=False,
                hoverinfo="skip",
                line={"color": with_alpha(colour, 0.5), "dash": dash, "width": 1.5},
                **plot.UNTABLED,
            ),
            plot.scatter(
                label,
                path.logits[shown],
                path.losses[shown],
                "lines+markers",
                legendgroup=name,
                line={"color": colour, "width": 2},
                marker={"size": 5},
                customdata=shown,
                hovertemplate="step %{customdata}: z = %{x:.4g}, loss %{y:.5g}",
            ),
            _point(name, path.logits[now], path.losses[now]),
        ]
    return plot.figure(
        traces,
        height=295,
        least_height=190,
        showlegend=False,
        xaxis=plot.axis("logit z", range=[low - room, high + room]),
        yaxis=plot.axis("loss (cross-entropy in nats)"),
    )


def probability_race(race: Race, target: int, step: int) -> go.Figure:
    """Draw the probability of the true class against the step.

    Args:
        race: Key in `LOSSES` → path.
        target: The true class; for one logit the label, 0 or 1.
        step: How many steps are drawn strongly; the rest is faint.
    """

    def probability(path: Trajectory) -> NDArray[np.float64]:
        if path.logits.ndim == 1:
            return sigmoid(path.logits if target else -path.logits)
        return path.probabilities[:, target]

    title = "q of the true class"
    return _against_step(race, step, probability, plot.axis(title, range=[-0.02, 1.04]))


def divergence_race(race: Race, p: ArrayLike, step: int) -> go.Figure:
    """Draw D(p‖q) in nats against the step, for a soft target.

    Args:
        race: Key in `LOSSES` of kind "multiclass" → path.
        p: Target distribution [C].
        step: How many steps are drawn strongly; the rest is faint.
    """

    def divergence(path: Trajectory) -> NDArray[np.float64]:
        target = np.broadcast_to(np.asarray(p, dtype=np.float64), path.probabilities.shape)
        return kl_divergence(target, path.probabilities, base=math.e)

    return _against_step(race, step, divergence, plot.axis("D(p‖q) / nats", rangemode="tozero"))


def loss_race(race: Race, step: int) -> go.Figure:
    """Draw every loss, each in its own unit, against the step.

    Args:
        race: Key in `LOSSES` → path.
        step: How many steps are drawn strongly; the rest is faint.
    """
    title = "loss (cross-entropy in nats)"
    return _against_step(race, step, lambda path: path.losses, plot.axis(title, rangemode="tozero"))


def _against_step(
    race: Race,
    step: int,
    quantity: Callable[[Trajectory], NDArray[np.float64]],
    yaxis: dict[str, Any],
) -> go.Figure:
    traces: list[plot.Trace] = []
    for name, path in race.items():
        values, (label, colour, dash, _) = quantity(path), STYLES[name]
        now = _last(path, step)
        whole, part = (
            thinned(np.arange(count), values[:count], _MOST_POINTS)
            for count in (len(values), now + 1)
        )
        traces += [
            plot.scatter(
                label,
                whole[0],
                whole[1],
                legendgroup=name,
                showlegend=False,
                line={"color": with_alpha(colour, 0.4), "dash": dash, "width": 1.5},
                hovertemplate="step %{x}: %{y:.6g}",
            ),
            plot.scatter(
                label,
                part[0],
                part[1],
                legendgroup=name,
                hoverinfo="skip",
                line={"color": colour, "dash": dash, "width": 3},
                **plot.UNTABLED,
            ),
            _point(name, now, values[now]),
        ]
    longest = max(len(path.losses) for path in race.values()) - 1
    # Room for the points at both ends.
    room = max(1.0, 0.02 * longest)
    xaxis = plot.axis("step", range=[-room, longest + room])
    return plot.figure(
        traces,
        height=295,
        least_height=190,
        xaxis=xaxis,
        yaxis=yaxis,
    )


def _point(name: str, x: float, y: float) -> plot.Trace:
    return plot.scatter(
        f"{STYLES[name].name}, now",
        [x],
        [y],
        "markers",
        legendgroup=name,
        showlegend=False,
        marker=plot.outlined(STYLES[name].colour, 12, 1.5),
        hovertemplate="%{x:.4g}: %{y:.6g}",
    )


def _last(path: Trajectory, step: int) -> int:
    """The row to show at a step: a path that diverged ends before it."""
    return min(step, len(path.losses) - 1)
