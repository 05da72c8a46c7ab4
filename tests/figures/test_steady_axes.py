"""Axes stand still while a model walks to the truth, a bar is dragged and a point is moved."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.coding import code_words, word_lengths
from explorer.core.comparison import compare
from explorer.core.distributions import interpolate
from explorer.core.events import draw_events
from explorer.core.gibbs import gibbs_gaps
from explorer.figures import coding, divergence, gibbs, information, self_information
from explorer.figures.plot import FARTHEST, steady_top

P, FAR = np.array([0.1, 0.1, 0.1, 0.7]), np.array([0.6, 0.3, 0.05, 0.05])
NAMES = ["a", "b", "c", "d"]
STEPS = 60


def _average_lengths(q: np.ndarray) -> go.Figure:
    words = [word_lengths(code_words(one)) for one in (P, q)]
    return coding.average_lengths(
        compare(P, q), draw_events(P, 300, 0), coding.codes_of(P, q, *words)
    )


DRAWN: dict[str, Callable[[np.ndarray], go.Figure]] = {
    "decomposition": lambda q: divergence.decomposition(compare(P, q)),
    "terms": lambda q: divergence.kl_terms_by_outcome(compare(P, q), NAMES),
    "edits": lambda q: divergence.edit_history([compare(P, FAR), compare(P, q)]),
    "tangent": lambda q: gibbs.logarithm_below_its_tangent(gibbs_gaps(P, q), NAMES),
    "shares": lambda q: gibbs.shares_by_outcome(gibbs_gaps(P, q), NAMES),
    "entropy": lambda q: information.entropy_by_outcome(q, NAMES),
    "lengths": _average_lengths,
    "surprise": lambda q: self_information.surprise_curve(float(q[0])),
    "two outcomes": lambda q: information.binary_entropy_curve([q[0], 1 - q[0]], "a"),
}


def ranges(figure: go.Figure) -> dict[str, list[float]]:
    """The stated range of each axis of numbers; one that Plotly would choose is not stated."""
    layout = figure.layout.to_plotly_json()
    return {
        name: list(axis["range"])
        for name, axis in layout.items()
        if name.startswith(("xaxis", "yaxis")) and "range" in axis
    }


@pytest.mark.parametrize("name", DRAWN)
def test_an_axis_changes_in_few_steps_while_the_model_walks_to_the_truth(name):
    walk = [ranges(DRAWN[name](interpolate(FAR, P, t))) for t in np.linspace(0, 1, STEPS)]
    assert walk[0], "the figure states no range of its own"
    for axis in walk[0]:
        ends = [one[axis] for one in walk]
        changes = sum(a != b for a, b in pairwise(ends))
        # The browser holds a range until the gesture is over; what is left settles once after it.
        assert changes <= 10, f"{axis}: {ends}"


@pytest.mark.parametrize("name", sorted(DRAWN.keys() - {"surprise", "lengths"}))
def test_what_is_drawn_lies_within_its_axis(name):
    for t in np.linspace(0, 1, 9):
        figure = DRAWN[name](interpolate(FAR, P, t))
        low, high = ranges(figure).get("yaxis", [-math.inf, math.inf])
        for trace in figure.data:
            if trace.type == "bar" and trace.orientation != "h":
                heights = np.asarray(trace.y, dtype=float)
                assert np.nanmin(heights) >= low
                assert np.nanmax(heights) <= high


@given(st.floats(0, 1e308), st.floats(0, 1e308))
def test_an_axis_ends_beyond_its_values_and_not_far_beyond(value, least):
    top, largest = steady_top(value, least), min(max(value, least), FARTHEST)
    assert top >= largest
    assert top <= 1.51 * largest or largest < 1e-300 or top == 1
    assert math.isfinite(top)
