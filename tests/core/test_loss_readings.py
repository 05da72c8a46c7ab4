import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer.core.distributions import one_hot
from explorer.core.loss_readings import (
    MULTICLASS,
    binary_readings,
    finite_logits,
    gradient_ratio,
    log_probabilities,
    mean_values,
    multiclass_readings,
    saturation_logit,
)
from explorer.core.losses import LOSSES, sigmoid, softmax, softmax_jacobian
from explorer.teaching.classification_presets import CLASSIFICATION_PRESETS

logits = st.floats(-30, 30)


def read_preset(name):
    preset = CLASSIFICATION_PRESETS[name]
    z = np.array(preset.output) if preset.is_logits else log_probabilities(preset.output)
    return multiclass_readings(z, one_hot(preset.true_class, len(z)))


def test_the_saturated_sigmoid_has_the_gradients_of_the_lecture():
    readings = binary_readings(-10, 1)
    assert float(readings["sigmoid_squared_error"].gradient) == pytest.approx(-9.0787e-5, rel=1e-4)
    assert float(readings["sigmoid_binary_cross_entropy"].gradient) == pytest.approx(-0.999955)
    assert gradient_ratio(-10, 1) == pytest.approx(11_014, abs=0.5)


@given(logits, st.sampled_from([0, 1]))
def test_the_ratio_of_the_gradients_is_one_over_twice_the_slope_of_sigma(z, y):
    slope = float(sigmoid(z) * sigmoid(-z))
    assert gradient_ratio(z, y) == pytest.approx(1 / (2 * slope), rel=1e-9)


def test_a_ratio_beyond_float64_is_infinite():
    assert gradient_ratio(-800.0, 1) == math.inf


@given(st.floats(1e-12, 0.5))
def test_at_the_saturation_logit_the_ratio_is_the_inverse_fraction(fraction):
    z = saturation_logit(fraction)
    assert z >= 0
    assert gradient_ratio(z, 1) == pytest.approx(1 / fraction, rel=1e-6)


@pytest.mark.parametrize("fraction", [0, -0.1, 0.6, math.nan])
def test_a_fraction_that_squared_error_never_has_is_refused(fraction):
    with pytest.raises(ValueError, match="fraction"):
        saturation_logit(fraction)


@pytest.mark.parametrize(
    ("name", "cross_entropy", "squares", "norms"),
    [
        ("First guess q₁", 0.916291, 0.4950, (0.7036, 0.4809, 0.0962)),
        ("Better guess q₂", 0.020203, 0.0006, (0.0245, 0.00144, 0.00029)),
        ("Confidently wrong", 4.605170, 1.9020, (1.3791, 0.1045, 0.0209)),
    ],
)
def test_the_three_guesses_have_the_lecture_s_losses_and_gradient_norms(
    name, cross_entropy, squares, norms
):
    ce, squared, mean = list(read_preset(name).values())[:3]
    assert ce.value == pytest.approx(cross_entropy, abs=5e-7)
    assert squared.value == pytest.approx(squares, abs=1e-9)
    assert mean.value == pytest.approx(squares / 5, abs=1e-9)
    found = (ce.gradient_norm, squared.gradient_norm, mean.gradient_norm)
    assert found == pytest.approx(norms, rel=0.02, abs=5e-5)


@pytest.mark.parametrize(
    ("model", "cross_entropy", "squares", "rows"),
    [
        ("Model 1", 1.378389, 0.8067, (0.54, 0.54, 1.34)),
        ("Model 2", 0.639107, 0.34, (0.14, 0.14, 0.74)),
    ],
)
def test_the_two_models_have_the_lecture_s_mean_losses(model, cross_entropy, squares, rows):
    readings = [read_preset(f"{model}, row {row}") for row in (1, 2, 3)]
    assert [r["softmax_squared_error"].value for r in readings] == pytest.approx(rows)
    means = mean_values(readings)
    assert means["softmax_cross_entropy"] == pytest.approx(cross_entropy, abs=1e-6)
    assert means["softmax_squared_error"] == pytest.approx(squares, abs=5e-5)


def test_the_presets_given_as_logits_have_their_reference_values():
    found = {
        name: read_preset(name)["softmax_cross_entropy"].value
        for name in ("Three logits, right", "Three logits, true class second")
    }
    assert found["Three logits, right"] == pytest.approx(0.326563, abs=1e-6)
    assert found["Three logits, true class second"] == pytest.approx(0.241311, abs=1e-6)
    chance = read_preset("Ten classes at chance")["softmax_cross_entropy"].value
    assert chance == pytest.approx(math.log(10))


def test_every_preset_has_a_name_for_each_class_and_a_true_class_among_them():
    for preset in CLASSIFICATION_PRESETS.values():
        assert len(preset.names) == len(preset.output)
        assert 0 <= preset.true_class < len(preset.output)


@given(arrays(np.float64, 4, elements=logits), st.integers(0, 3))
def test_readings_are_the_registry_s_values_and_gradients(z, true_class):
    readings = multiclass_readings(z, one_hot(true_class, 4))
    assert tuple(readings) == MULTICLASS
    for name, reading in readings.items():
        target = LOSSES[name].encode_target(true_class, 4)
        assert reading.value == LOSSES[name].value(z, target)
        np.testing.assert_array_equal(reading.gradient, LOSSES[name].gradient(z, target))
        assert reading.gradient_norm == pytest.approx(np.sqrt((reading.gradient**2).sum()))


def test_a_soft_target_leaves_the_hinges_out():
    assert tuple(multiclass_readings([1.0, 0.0], [0.6, 0.4])) == MULTICLASS[:3]


@given(arrays(np.float64, 3, elements=st.floats(-5, 5)), st.integers(0, 2))
def test_an_impossible_class_that_is_not_true_reads_as_if_it_were_absent(z, true_class):
    with_it = multiclass_readings([*z, -math.inf], [*one_hot(true_class, 3), 0.0])
    without = multiclass_readings(z, one_hot(true_class, 3))
    for name in ("softmax_cross_entropy", "softmax_squared_error", "multiclass_hinge"):
        assert with_it[name].value == pytest.approx(without[name].value, rel=1e-12, abs=1e-12)
        np.testing.assert_allclose(with_it[name].gradient[:3], without[name].gradient, atol=1e-12)
        assert with_it[name].gradient[3] == 0


def test_a_true_class_of_probability_zero_has_infinite_loss_and_the_limit_of_the_gradient():
    readings = multiclass_readings(log_probabilities([0.0, 1.0]), [1.0, 0.0])
    cross_entropy, squared = readings["softmax_cross_entropy"], readings["softmax_squared_error"]
    assert cross_entropy.value == math.inf
    np.testing.assert_array_equal(cross_entropy.gradient, [-1.0, 1.0])
    assert squared.value == 2.0
    np.testing.assert_array_equal(squared.gradient, [0.0, 0.0])
    assert readings["multiclass_hinge"].value == math.inf
    assert readings["multi_margin"].value == math.inf


def test_the_limit_is_approached_by_lower_and_lower_logits():
    limit = multiclass_readings([-math.inf, 0.3, 1.0], [0.0, 1.0, 0.0])
    near = multiclass_readings([-60.0, 0.3, 1.0], [0.0, 1.0, 0.0])
    for name, reading in limit.items():
        assert near[name].value == pytest.approx(reading.value, rel=1e-12)
        np.testing.assert_allclose(near[name].gradient, reading.gradient, atol=1e-20)


def test_the_jacobian_of_an_impossible_class_is_zero():
    jacobian = softmax_jacobian(finite_logits([-math.inf, 0.0, 0.0]))
    np.testing.assert_array_equal(jacobian[0], 0)
    np.testing.assert_allclose(jacobian[1:, 1:], [[0.25, -0.25], [-0.25, 0.25]])


@given(arrays(np.float64, 5, elements=logits))
def test_the_softmax_of_log_probabilities_is_the_distribution(z):
    q = softmax(z)
    np.testing.assert_allclose(softmax(log_probabilities(q)), q, rtol=1e-9)


@pytest.mark.parametrize(
    "bad", [[math.nan, 0.0], [math.inf, 0.0], [-math.inf, -math.inf], [-math.inf, 1e250]]
)
def test_logits_without_a_limit_are_refused(bad):
    with pytest.raises(ValueError, match="ogit"):
        finite_logits(bad)


def test_no_example_has_no_mean():
    with pytest.raises(ValueError, match="at least one"):
        mean_values([])
