import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer.core.distributions import one_hot
from explorer.core.loss_readings import BINARY, MULTICLASS, multiclass_readings
from explorer.core.losses import LOSSES, softmax, softmax_jacobian
from explorer.core.prediction_table import judge
from explorer.figures.losses import (
    PULLS,
    STYLES,
    class_gradients,
    jacobian_map,
    pulls,
    row_gradient_norms,
    target_and_model,
)
from explorer.teaching.prediction_tables import EXAMPLE_TABLES
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


@pytest.mark.parametrize("count", [2, 6, 10])
def test_the_numbers_in_the_cells_are_short_and_of_a_size_that_can_be_read(count):
    (heat,) = jacobian_map(np.arange(float(count)), names_of(np.zeros(count))).data
    assert heat.textfont.size >= 12
    assert max(len(text) for row in heat.text for text in row) <= 6
    assert not any("⁻" in text or text == "−0" for row in heat.text for text in row)


def test_what_each_logit_is_told_is_drawn_to_one_scale_with_one_note():
    readings = multiclass_readings(np.array([-5.0, 5.0, 0.0]), np.array([1.0, 0.0, 0.0]))
    figure = checked(pulls(readings, ("a", "b", "c"), (1, 0, 0)))
    assert figure.layout.yaxis.range == figure.layout.yaxis2.range
    for trace, name in zip(figure.data, PULLS, strict=True):
        np.testing.assert_array_equal(trace.y, readings[name].gradient)
    notes = [one for one in figure.layout.annotations if one.showarrow]
    assert [one.text.split(":")[0] for one in notes] == ["almost no gradient"]
    unsure = multiclass_readings(np.zeros(3), np.array([1.0, 0.0, 0.0]))
    notes = [n for n in pulls(unsure, ("a", "b", "c"), (1, 0, 0)).layout.annotations if n.showarrow]
    assert [one.text for one in notes] == ["softmax CE: q − p"]


@pytest.mark.parametrize("kind", [BINARY, MULTICLASS])
def test_losses_of_one_page_differ_by_colour_by_dash_and_by_pattern(kind):
    for column in range(4):
        assert len({STYLES[name][column] for name in kind}) == len(kind)


@pytest.mark.parametrize("name", EXAMPLE_TABLES)
def test_every_row_of_both_models_has_a_bar_for_each_loss(name):
    table = EXAMPLE_TABLES[name]
    judged = [judge(q, table.classes) for q in (table.model_1, table.model_2)]
    entropy, squares = checked(row_gradient_norms(judged)).data
    np.testing.assert_allclose(entropy.y[3:], judged[1].cross_entropy_gradient)
    np.testing.assert_allclose(squares.y[:3], judged[0].squared_error_gradient)
    for trace in (entropy, squares):
        assert [tuple(level) for level in trace.x] == [
            ("model 1",) * 3 + ("model 2",) * 3,
            ("row 1", "row 2", "row 3") * 2,
        ]
