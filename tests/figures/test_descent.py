import math

import numpy as np
import pytest

from explorer.core.descent import descend_binary, descend_multiclass
from explorer.core.information import kl_divergence
from explorer.core.loss_readings import BINARY, MULTICLASS
from explorer.core.losses import LOSSES, sigmoid
from explorer.figures.descent import divergence_race, loss_race, paths_on_curves, probability_race
from explorer.figures.losses import STYLES
from tests.figures.checking import checked


def binary_race(z=-4.0, y=1, rate=1.0, steps=50):
    return {name: descend_binary(z, y, name, rate, steps) for name in BINARY}


def multiclass_race(p, names=MULTICLASS, steps=30):
    return {name: descend_multiclass([-2.0, 2.0, 0.0], p, name, 1.0, steps) for name in names}


def whole_path_and_point(figure, name):
    faint, _strong, point = (t for t in figure.data if t.legendgroup == name)
    return faint, point


@pytest.mark.parametrize("y", [0, 1])
def test_a_path_lies_on_its_own_loss_curve(y):
    race = binary_race(z=4.0 - 8.0 * y, y=y)
    figure = checked(paths_on_curves(race, y, 20))
    for name, path in race.items():
        drawn, point = (t for t in figure.data if t.legendgroup == name)
        np.testing.assert_array_equal(drawn.x, path.logits[:21])
        np.testing.assert_array_equal(drawn.y, path.losses[:21])
        assert (point.x[0], point.y[0]) == (path.logits[20], path.losses[20])
        curve = next(t for t in figure.data if t.name == f"{STYLES[name].name}, curve")
        expected = LOSSES[name].value(curve.x, LOSSES[name].encode_target(y))
        np.testing.assert_array_equal(curve.y, expected)


@pytest.mark.parametrize("y", [0, 1])
def test_the_probability_is_that_of_the_true_label(y):
    race = binary_race(z=0.5, y=y)
    figure = checked(probability_race(race, y, 50))
    for name, path in race.items():
        faint, point = whole_path_and_point(figure, name)
        np.testing.assert_array_equal(faint.y, sigmoid(path.logits if y else -path.logits))
        assert point.y[0] == faint.y[-1]
        assert faint.y[-1] > faint.y[0]


def test_the_probability_of_several_classes_is_that_of_the_true_one():
    race = multiclass_race(0)
    figure = checked(probability_race(race, 0, 30))
    for name, path in race.items():
        faint, _ = whole_path_and_point(figure, name)
        np.testing.assert_array_equal(faint.y, path.probabilities[:, 0])


def test_a_soft_target_is_raced_by_its_divergence_in_nats():
    p = np.array([0.6, 0.3, 0.1])
    race = multiclass_race(p, MULTICLASS[:3])
    figure = checked(divergence_race(race, p, 30))
    for name, path in race.items():
        faint, _ = whole_path_and_point(figure, name)
        expected = [kl_divergence(p, q, base=math.e) for q in path.probabilities]
        np.testing.assert_allclose(faint.y, expected, rtol=1e-12)


def test_losses_are_drawn_as_core_gives_them():
    race = multiclass_race(1)
    figure = checked(loss_race(race, 5))
    for name, path in race.items():
        faint, point = whole_path_and_point(figure, name)
        np.testing.assert_array_equal(faint.y, path.losses)
        assert (point.x[0], point.y[0]) == (5, path.losses[5])


def test_the_strong_part_ends_at_the_step_that_is_shown():
    figure = loss_race(binary_race(), 7)
    strong = [t for t in figure.data if t.mode == "lines" and t.showlegend is not False]
    assert len(strong) == len(BINARY)
    for line in strong:
        assert line.x[-1] == 7


def test_a_long_race_is_thinned_and_keeps_the_swing_of_an_oscillation():
    # At this learning rate the raw outputs swing around the target, closer with every step.
    path = descend_multiclass([0.2, 0.0], 0, "squared_error", 0.9, 2000)
    race = {"softmax_squared_error": path}
    figure = loss_race(race, 2000)
    faint, point = whole_path_and_point(figure, "softmax_squared_error")
    assert len(faint.x) <= 400
    assert faint.x[0] == 0
    assert point.x[0] == 2000
    assert np.max(faint.y) == np.max(path.losses)
    assert np.min(faint.y) == np.min(path.losses)


def test_a_path_that_diverged_shows_its_last_row_at_any_later_step():
    path = descend_multiclass([2.0, 0.0], 0, "squared_error", 1e3, 500)
    assert path.diverged
    figure = loss_race({"softmax_squared_error": path}, 500)
    _, point = whole_path_and_point(figure, "softmax_squared_error")
    assert point.x[0] == len(path.losses) - 1
    assert point.y[0] == path.losses[-1]


def test_a_far_path_stays_inside_the_picture():
    race = binary_race(rate=100.0)
    low, high = paths_on_curves(race, 1, 50).layout.xaxis.range
    every = np.concatenate([path.logits for path in race.values()])
    assert low < every.min()
    assert every.max() < high


def test_a_picture_spans_the_same_at_every_step_of_the_race():
    p = np.array([0.6, 0.3, 0.1])
    ours, theirs = binary_race(), multiclass_race(p, MULTICLASS[:3])
    for draw in (
        lambda step: probability_race(ours, 1, step),
        lambda step: loss_race(ours, step),
        lambda step: divergence_race(theirs, p, step),
    ):
        spans = set()
        for step in (0, 7, 30):
            figure = draw(step)
            y = np.concatenate([trace.y for trace in figure.data])
            spans.add((figure.layout.xaxis.range, figure.layout.yaxis.range, y.min(), y.max()))
        assert len(spans) == 1
    assert len({paths_on_curves(ours, 1, step).layout.xaxis.range for step in (0, 7, 50)}) == 1
