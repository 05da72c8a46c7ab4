import numpy as np
import pytest

from explorer.core.loss_readings import BINARY, binary_readings, gradient_ratio
from explorer.core.losses import LOSSES
from explorer.figures.binary_losses import (
    HIGHEST_LOGIT,
    LOWEST_LOGIT,
    SATURATED,
    binary_derivatives,
    binary_losses,
)
from tests.figures.checking import checked


def curves_and_points(figure):
    curves = {t.name: t for t in figure.data if t.mode == "lines"}
    points = {t.name.removesuffix(", now"): t for t in figure.data if t.mode == "markers"}
    assert list(curves) == list(reversed(points))
    return curves, points


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize("z", [-10.0, -0.3, 0.0, 7.25])
def test_curves_and_points_are_the_values_and_derivatives_of_core(z, y):
    readings = binary_readings(z, y)
    for draw, function in ((binary_losses, "value"), (binary_derivatives, "gradient")):
        curves, points = curves_and_points(checked(draw(z, y)))
        for name in BINARY:
            loss, label = LOSSES[name], LOSSES[name].label
            expected = getattr(loss, function)(curves[label].x, loss.encode_target(y))
            np.testing.assert_array_equal(curves[label].y, expected)
            assert list(points[label].x) == [z]
            assert points[label].y[0] == float(getattr(readings[name], function))


def test_only_the_point_on_cross_entropy_can_be_dragged_and_it_lies_on_top():
    figure = binary_losses(0.0, 1)
    draggable = [t.name for t in figure.data if t.meta and t.meta["drag"]]
    assert draggable == ["Cross-entropy, now"]
    assert figure.data[-1].name == draggable[0]
    assert not any(t.meta and t.meta["drag"] for t in binary_derivatives(0.0, 1).data)


@pytest.mark.parametrize("y", [0, 1])
def test_the_shade_begins_where_squared_error_has_the_named_fraction_of_the_derivative(y):
    left, right = checked(binary_losses(0.0, y)).layout.shapes
    assert (left.x0, right.x1) == (LOWEST_LOGIT, HIGHEST_LOGIT)
    for edge in (left.x1, right.x0):
        assert 1 / gradient_ratio(edge, y) == pytest.approx(SATURATED)


def test_the_wrong_side_is_the_one_where_the_label_is_improbable():
    for y, wrong in ((1, 0), (0, 1)):
        captions = binary_losses(0.0, y).layout.annotations
        assert "wrong" in captions[wrong].text
        assert "right" in captions[1 - wrong].text


@pytest.mark.parametrize("y", [0, 1])
def test_one_note_at_a_time_says_what_to_see(y):
    for z in (-10.0, -5.0, 0.0, 5.0, 10.0):
        both = [binary_losses(z, y), binary_derivatives(z, y)]
        notes = [n for one in both for n in one.layout.annotations if n.showarrow]
        is_saturated_and_wrong = abs(z) > 6 and (z < 0) == (y == 1)
        words = "squared error is flat" if is_saturated_and_wrong else "cross-entropy pulls"
        assert [note.text.startswith(words) for note in notes] == [True]


def test_the_axes_stand_still_while_the_logit_moves():
    for draw in (binary_losses, binary_derivatives):
        ranges = {
            tuple(tuple(draw(z, y).layout[name].range) for name in ("xaxis", "yaxis"))
            for z in (-12.0, 0.0, 12.0)
            for y in (0, 1)
        }
        ((across, upright),) = ranges
        for y in (0, 1):
            for trace in draw(-12.0, y).data:
                assert across[0] <= min(trace.x) <= max(trace.x) <= across[1]
                assert upright[0] <= min(trace.y) <= max(trace.y) <= upright[1]
