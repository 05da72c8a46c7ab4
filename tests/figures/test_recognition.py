"""q of one image, read back from what the figure would draw."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from explorer.figures.recognition import digit_probabilities
from tests.figures.test_training import CE, MSE, column, losses, race

Q = np.arange(1, 11) / 55


@pytest.mark.parametrize("target", [None, 0, 9])
def test_the_figure_is_valid_and_p_is_drawn_only_for_a_known_digit(target):
    figure = go.Figure(digit_probabilities(target, ["a", "b"], [Q, None]).to_dict())
    names = [trace.name for trace in figure.data]
    assert names == (["p, the truth"] if target is not None else []) + ["q, a"]
    np.testing.assert_array_equal(column(figure.data[-1].y), Q)
    if target is not None:
        np.testing.assert_array_equal(figure.data[0].y, np.eye(10)[target])


def test_the_bars_of_two_networks_stand_beside_each_other_inside_p():
    p, first, second = digit_probabilities(3, ["a", "b"], [Q, Q]).data
    assert first.offset + first.width == pytest.approx(second.offset)
    assert p.offset < first.offset
    assert second.offset + second.width < p.offset + p.width


def test_a_curve_keeps_the_colour_that_it_has_in_its_race():
    lines = [trace for trace in losses(*race(CE, MSE, CE)).data if "raw" not in trace.name]
    (bar,) = digit_probabilities(None, ["a"], [Q], places=[2]).data
    assert bar.marker.color == lines[2].line.color
    assert bar.marker.pattern.shape
