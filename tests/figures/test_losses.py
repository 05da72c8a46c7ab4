import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer.core.distributions import one_hot
from explorer.core.loss_readings import BINARY, MULTICLASS, multiclass_readings
from explorer.core.losses import LOSSES, softmax, softmax_jacobian
from explorer.figures.losses import STYLES, class_gradients, jacobian_map, target_and_model
from tests.figures.checking import checked

logits = arrays(np.float64, st.integers(2, 10), elements=st.floats(-10, 10))


def names_of(z):
    return [f"class {i + 1}" for i in range(len(z))]


@given(logits)
def test_each_bar_is_a_component_of_a_gradient_from_core(z):
    target = one_hot(0, len(z))
    readings = multiclass_readings(z, target)
    figure = checked(class_gradients(readings, names_of(z)))
    assert len(figure.data) == len(MULTICLASS)
    for bars, (name, _) in zip(figure.data, readings.items(), strict=True):
        gradient = LOSSES[name].gradient(z, LOSSES[name].encode_target(target))
        np.testing.assert_array_equal(bars.y, gradient)
        assert list(bars.x) == names_of(z)


def test_a_soft_target_shows_only_the_losses_that_have_one():
    figure = class_gradients(multiclass_readings([1.0, 0.0], [0.3, 0.7]), ["a", "b"])
    assert [bars.name for bars in figure.data] == [STYLES[name].name for name in MULTICLASS[:3]]


def test_target_and_softmax_are_drawn_as_they_are():
    p, q = one_hot(1, 3), softmax([1.0, 2.0, 3.0])
    target, model = checked(target_and_model(p, q, ["a", "b", "c"])).data
    np.testing.assert_array_equal(target.y, p)
    np.testing.assert_array_equal(model.y, q)


@given(logits)
def test_the_map_is_the_jacobian_of_core_with_probabilities_in_rows(z):
    (heat,) = checked(jacobian_map(z, names_of(z))).data
    np.testing.assert_array_equal(heat.z, softmax_jacobian(z))
    assert heat.zmin <= np.min(heat.z)
    # A quarter is the most there is; q(1 − q) rounds to a little more.
    assert heat.zmax >= np.max(heat.z) - 1e-15


def test_classes_of_equal_names_keep_their_own_places():
    (heat,) = jacobian_map([1.0, 2.0], ["same", "same"]).data
    assert list(heat.x) == ["1. same", "2. same"]


def test_many_classes_carry_no_numbers_in_their_cells():
    assert jacobian_map(np.zeros(6), names_of(np.zeros(6))).data[0].texttemplate
    assert jacobian_map(np.zeros(7), names_of(np.zeros(7))).data[0].texttemplate is None


@pytest.mark.parametrize("kind", [BINARY, MULTICLASS])
def test_losses_of_one_page_differ_by_colour_by_dash_and_by_pattern(kind):
    for column in range(4):
        assert len({STYLES[name][column] for name in kind}) == len(kind)
