"""Binary losses against torch, autograd, finite differences and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.core.binary_losses import (
    hinge,
    hinge_gradient,
    sigmoid_binary_cross_entropy,
    sigmoid_binary_cross_entropy_gradient,
    sigmoid_squared_error,
    sigmoid_squared_error_gradient,
)
from explorer.core.multiclass_losses import (
    softmax_cross_entropy,
    softmax_cross_entropy_gradient,
    softmax_squared_error,
)
from tests.core.oracles import autograd

SIGMOID_LOSSES = [
    (sigmoid_binary_cross_entropy, sigmoid_binary_cross_entropy_gradient),
    (sigmoid_squared_error, sigmoid_squared_error_gradient),
]
LOGIT = st.floats(-30, 30)
LABEL = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1))


@given(st.floats(-1e4, 1e4), LABEL)
def test_cross_entropy_and_its_derivative_agree_with_torch(z, y):
    value, gradient = autograd(
        lambda tensor: torch.nn.functional.binary_cross_entropy_with_logits(
            tensor, torch.tensor([y], dtype=torch.float64), reduction="none"
        ),
        np.array([z]),
    )
    # torch subtracts z·y from z, which cancels for soft labels near 0 and 1; ours does not.
    rounding = 1e-13 + 1e-15 * abs(z)
    assert_allclose(sigmoid_binary_cross_entropy(z, y), value[0], rtol=1e-12, atol=rounding)
    assert_allclose(
        sigmoid_binary_cross_entropy_gradient(z, y), gradient[0], rtol=1e-12, atol=1e-15
    )


@given(LOGIT, LABEL)
def test_squared_error_and_its_derivative_agree_with_torch(z, y):
    value, gradient = autograd(lambda tensor: (torch.sigmoid(tensor) - y) ** 2, np.array([z]))
    assert_allclose(sigmoid_squared_error(z, y), value[0], rtol=1e-12, atol=1e-15)
    assert_allclose(sigmoid_squared_error_gradient(z, y), gradient[0], rtol=1e-9, atol=1e-15)


@given(LOGIT, LABEL)
def test_cross_entropy_is_that_of_two_class_softmax(z, y):
    logits, target = [z, 0.0], [y, 1 - y]
    assert_allclose(
        sigmoid_binary_cross_entropy(z, y), softmax_cross_entropy(logits, target), rtol=1e-12
    )
    assert_allclose(
        sigmoid_binary_cross_entropy_gradient(z, y),
        softmax_cross_entropy_gradient(logits, target)[0],
        rtol=1e-9,
        atol=1e-15,
    )
    # Both classes miss by the same amount, so the sum over two classes is twice the binary one.
    assert_allclose(
        2 * sigmoid_squared_error(z, y), softmax_squared_error(logits, target), atol=1e-14
    )


@pytest.mark.parametrize("z", [40.0, 300.0, 700.0])
def test_saturated_tails_are_exact(z):
    small = math.exp(-z)
    assert sigmoid_binary_cross_entropy(-z, 1) == pytest.approx(z, rel=1e-15)
    assert_allclose(sigmoid_binary_cross_entropy(z, 1), small, rtol=1e-14)
    assert_allclose(sigmoid_binary_cross_entropy_gradient(z, 1), -small, rtol=1e-14)
    assert_allclose(sigmoid_binary_cross_entropy_gradient(-z, 0), small, rtol=1e-14)
    assert sigmoid_binary_cross_entropy_gradient(-z, 1) == -1
    assert_allclose(sigmoid_squared_error_gradient(-z, 1), -2 * small, rtol=1e-14)
    assert_allclose(sigmoid_squared_error_gradient(z, 1), -2 * small * small, rtol=1e-14)


def test_a_nearly_hard_label_on_the_wrong_side_keeps_its_small_loss():
    assert_allclose(sigmoid_binary_cross_entropy(-2049.0, 1e-14), 2049e-14, rtol=1e-14)
    assert_allclose(sigmoid_binary_cross_entropy_gradient(-2049.0, 1e-14), -1e-14, rtol=1e-14)


@pytest.mark.parametrize("z", [800.0, 1e4, 1e308])
def test_huge_logits_give_no_nan(z):
    assert sigmoid_binary_cross_entropy([z, -z], 1).tolist() == [0, z]
    assert sigmoid_binary_cross_entropy([z, -z], 0).tolist() == [z, 0]
    assert sigmoid_binary_cross_entropy_gradient([z, -z], 1).tolist() == [0, -1]
    assert sigmoid_binary_cross_entropy_gradient([z, -z], 0).tolist() == [1, 0]
    assert sigmoid_squared_error([z, -z], 1).tolist() == [0, 1]
    assert sigmoid_squared_error_gradient([z, -z], 1).tolist() == [0, 0]


@given(st.floats(-10, 10), st.sampled_from([-1, 1]))
def test_hinge_and_its_derivative_agree_with_autograd(score, sign):
    assume(score * sign != 1)
    value, gradient = autograd(
        lambda tensor: torch.clamp(1 - sign * tensor, min=0), np.array([score])
    )
    assert hinge(score, sign) == value[0]
    assert hinge_gradient(score, sign) == gradient[0]


def test_the_subgradient_at_the_kink_is_zero_without_a_sign():
    values = hinge_gradient([1.0, -1.0, 5.0], [1, -1, 1])
    assert values.tolist() == [0, 0, 0]
    assert not np.signbit(values).any()


def test_scores_and_targets_broadcast():
    z = np.zeros((3, 1))
    assert sigmoid_binary_cross_entropy(z, [0, 1]).shape == (3, 2)
    assert sigmoid_squared_error_gradient(z, 1).shape == (3, 1)
    assert hinge(z, [-1, 1]).shape == (3, 2)
    assert np.ndim(hinge(0.5, 1)) == 0


@pytest.mark.parametrize("function", [hinge, hinge_gradient])
@pytest.mark.parametrize("signs", [0, [0, 1], 0.5, 2, [True, False]])
def test_hinge_refuses_labels_that_are_no_signs(function, signs):
    with pytest.raises(ValueError, match="turn labels 0 into −1"):
        function(0.5, signs)


@pytest.mark.parametrize("pair", SIGMOID_LOSSES)
def test_unusable_logits_and_labels_are_refused(pair):
    for function in pair:
        for z, y in [(0, 1.1), (0, -1), (math.nan, 1), (math.inf, 1), (0, math.nan)]:
            with pytest.raises(ValueError, match=r"\.$"):
                function(z, y)
        with pytest.raises(ValueError, match="do not go together"):
            function([0, 0], [0, 1, 1])
