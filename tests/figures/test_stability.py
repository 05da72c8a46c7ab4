"""Figures of the three ways to a cross-entropy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.core.precision import PRECISIONS
from explorer.core.random_logits import random_losses
from explorer.core.stability import WAYS, read_gap
from explorer.core.stability_limits import limits
from explorer.figures.stability import gap_errors, random_loss_histogram
from tests.figures.checking import checked


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("gap", [0.1, 12.0, 1000.0])
def test_every_error_is_drawn_within_the_axis_and_no_number_above_all_of_them(
    precision, right, gap
):
    reading = read_gap(gap, precision, right=right)
    figure = checked(gap_errors(precision, reading, right=right))
    low, high = figure.layout.yaxis.range
    assert figure.layout.xaxis.range[1] > reading.gap
    assert len(figure.data) == 2 * len(WAYS)
    for trace in figure.data:
        heights = np.log10(np.array(trace.y, dtype=float))
        assert (low < heights).all()
        assert (heights < high).all()
        broken = np.array([text == "no finite loss" for text in trace.text])
        assert (heights[broken] > 1).all()
        assert (heights[~broken] < 1).all()


def test_the_points_lie_at_the_errors_of_the_current_gap_and_one_can_be_dragged():
    reading = read_gap(100.0, "float32", right=False)
    figure = checked(gap_errors("float32", reading, right=False))
    points = {trace.name: trace for trace in figure.data if trace.mode == "markers"}
    assert {trace.x[0] for trace in points.values()} == {100.0}
    chain = points["softmax, then log, now"]
    assert chain.y[0] == pytest.approx(reading.errors["softmax_then_log"])
    assert points["exp, sum, log, now"].text[0] == "no finite loss"
    draggable = [name for name, trace in points.items() if trace.meta["drag"]]
    assert draggable == ["log_softmax, now"]


def test_the_histogram_counts_every_draw_once_and_parts_them_at_the_limit():
    read = random_losses(784, 10, 4000, 1, "float32")
    figure = checked(random_loss_histogram(read, "float32", 82.4905))
    finite, lost = figure.data
    assert sum(finite.y) + sum(lost.y) == 4000
    assert sum(lost.y) == np.isinf(read.naive).sum() > 0
    fails = limits("float32").softmax_fails
    assert min(x for x, y in zip(lost.x, lost.y, strict=True) if y) > fails - 5
    assert [shape.x0 for shape in figure.layout.shapes] == [82.4905, fails]


def test_a_format_that_loses_nothing_draws_no_lost_bars():
    read = random_losses(784, 10, 1000, 1, "float64")
    assert sum(checked(random_loss_histogram(read, "float64", 82.4905)).data[1].y) == 0
    assert not math.isnan(read.largest_finite)
