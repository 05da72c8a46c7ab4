"""Logistic regression's gradients by the weights, against autograd and differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from explorer.core.logistic_regression import logistic_regression
from explorer.core.losses import sigmoid
from explorer.teaching.worked_examples import EXAMPLES

features = arrays(np.float64, 3, elements=st.floats(-5, 5))
BY_AUTOGRAD = {
    "sigmoid_binary_cross_entropy": torch.nn.functional.binary_cross_entropy_with_logits,
    "sigmoid_squared_error": lambda z, y: (torch.sigmoid(z) - y) ** 2,
}


@given(features, features, st.sampled_from([0, 1]))
def test_the_gradients_are_those_of_autograd(x, w, y):
    reading = logistic_regression(x, w, y)
    for name, loss in BY_AUTOGRAD.items():
        weights = torch.tensor(w, requires_grad=True)
        value = loss(weights @ torch.tensor(x), torch.tensor(float(y), dtype=torch.float64))
        value.backward()
        # The oracle adds numbers as large as z, and rounds to their last digit.
        assert_allclose(reading.losses[name].value, value.item(), rtol=1e-9, atol=1e-14)
        assert_allclose(reading.losses[name].gradient, weights.grad.numpy(), atol=1e-14)


@pytest.mark.parametrize("y", [0, 1])
def test_a19_cross_entropy_s_gradient_is_the_error_times_the_inputs(y):
    x, w = (np.array(EXAMPLES["loss_gradients"][name]) for name in "xw")
    reading = logistic_regression(x, w, y)
    assert reading.logit == pytest.approx(w @ x)
    assert reading.probability == pytest.approx(float(sigmoid(w @ x)))
    gradient = reading.losses["sigmoid_binary_cross_entropy"].gradient
    assert_allclose(gradient, (reading.probability - y) * x, rtol=1e-14)


def test_a_step_against_the_gradient_brings_the_loss_down():
    x, w = (np.array(EXAMPLES["loss_gradients"][name]) for name in "xw")
    before = logistic_regression(x, w, 1).losses["sigmoid_binary_cross_entropy"]
    after = logistic_regression(x, w - 0.1 * before.gradient, 1).losses
    assert after["sigmoid_binary_cross_entropy"].value < before.value


@pytest.mark.parametrize(
    ("x", "w", "message"),
    [
        ([1.0, 2.0], [1.0], "one weight for each feature"),
        ([[1.0]], [[1.0]], "one weight for each feature"),
        ([1e200], [1e200], "too large"),
        ([1e308, 1e308], [1e308, -1e308], "too large"),
        ([np.nan], [1.0], "must be finite"),
    ],
)
def test_what_cannot_be_computed_is_refused(x, w, message):
    with pytest.raises(ValueError, match=message):
        logistic_regression(x, w, 1)
