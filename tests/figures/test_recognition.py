"""q of one image, read back from what the figure would draw."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from explorer.figures.recognition import digit_probabilities
from explorer.figures.training import race_lines
from tests.figures.test_training import CE, MSE, column

Q = np.arange(1, 11) / 55
BOTH = tuple(str(line["color"]) for line in race_lines([CE, MSE]))


@pytest.mark.parametrize("target", [None, 0, 9])
def test_the_figure_is_valid_and_p_is_drawn_only_for_a_known_digit(target):
    figure = go.Figure(digit_probabilities(target, ["a", "b"], [Q, None], colours=BOTH).to_dict())
    names = [trace.name for trace in figure.data]
    assert names == (["p, the truth"] if target is not None else []) + ["q, a"]
    np.testing.assert_array_equal(column(figure.data[-1].y), Q)
    if target is not None:
        np.testing.assert_array_equal(figure.data[0].y, np.eye(10)[target])


def test_the_bars_of_two_networks_stand_beside_each_other_inside_p():
    p, first, second = digit_probabilities(3, ["a", "b"], [Q, Q], colours=BOTH).data
    assert first.offset + first.width == pytest.approx(second.offset)
    assert p.offset < first.offset
    assert second.offset + second.width < p.offset + p.width


def test_networks_keep_the_colours_of_their_losses_and_are_told_apart_without_them():
    one, other = digit_probabilities(None, ["a", "b"], [Q, Q], colours=BOTH).data
    assert (one.marker.color, other.marker.color) == BOTH
    assert one.marker.pattern.shape != other.marker.pattern.shape
