"""Softmax and sigmoid: oracles, saturation, edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.core.activations import log_softmax, sigmoid, softmax, softmax_jacobian
from tests.core.oracles import exact_softmax, exactly
from tests.core.strategies import logit_vectors


@given(logit_vectors(bound=1e4, minimum=1))
def test_softmax_is_a_distribution_and_agrees_with_scipy_and_torch(z):
    q = softmax(z)
    assert_allclose(q.sum(), 1, rtol=1e-14)
    assert_allclose(q, scipy.special.softmax(z), rtol=1e-11, atol=1e-300)
    assert_allclose(q, torch.softmax(torch.tensor(z), -1).numpy(), rtol=1e-11, atol=1e-300)


@given(logit_vectors(bound=1e4, minimum=1))
def test_log_softmax_agrees_with_scipy_and_torch(z):
    ours = log_softmax(z)
    assert (ours <= 0).all()
    assert_allclose(ours, scipy.special.log_softmax(z), rtol=1e-12, atol=1e-14)
    assert_allclose(ours, torch.log_softmax(torch.tensor(z), -1).numpy(), rtol=1e-12, atol=1e-14)


@given(logit_vectors(), st.floats(-100, 100))
def test_a_shift_of_all_logits_changes_nothing(z, shift):
    assert_allclose(softmax(z + shift), softmax(z), rtol=1e-12)


@given(st.floats(-700, 700))
def test_sigmoid_is_two_class_softmax(z):
    assert_allclose(sigmoid(z), softmax([z, 0])[0], rtol=1e-13)
    assert_allclose(sigmoid(-z), softmax([z, 0])[1], rtol=1e-13)
    assert_allclose(np.log(sigmoid(z)), log_softmax([z, 0])[0], rtol=1e-12, atol=1e-15)


def test_log_softmax_keeps_its_precision_where_a_class_is_all_but_certain():
    assert_allclose(log_softmax([0.0, -100.0])[0], -math.exp(-100), rtol=1e-14)
    assert_allclose(log_softmax([-300.0, 50.0, -301.0])[1], -math.exp(-350) * (1 + math.exp(-1)))


@pytest.mark.parametrize("size", [1e4, 1e300, 1.7e308])
def test_huge_logits_give_no_nan(size):
    z = [size, -size, 0.0, size]
    assert softmax(z).tolist() == [0.5, 0, 0, 0.5]
    assert log_softmax(z)[0] == -math.log(2)
    assert not np.isnan(log_softmax(z)).any()
    assert sigmoid([size, -size]).tolist() == [1, 0]


def test_a_single_class_is_certain():
    assert softmax([3.0]).tolist() == [1]
    assert log_softmax([3.0]).tolist() == [0]
    assert softmax_jacobian([3.0]).tolist() == [[0]]


def test_the_last_axis_is_the_classes_and_the_others_are_free():
    z = np.random.default_rng(0).normal(size=(2, 3, 4))
    assert_allclose(softmax(z)[1, 2], softmax(z[1, 2]))
    assert_allclose(log_softmax(z)[1, 2], log_softmax(z[1, 2]))
    assert softmax_jacobian(z).shape == (2, 3, 4, 4)
    assert_allclose(softmax_jacobian(z)[1, 2], softmax_jacobian(z[1, 2]))


@given(logit_vectors())
def test_the_jacobian_agrees_with_autograd_and_its_rows_sum_to_zero(z):
    jacobian = softmax_jacobian(z)
    oracle = torch.autograd.functional.jacobian(
        lambda tensor: torch.softmax(tensor, -1), torch.tensor(z)
    )
    assert_allclose(jacobian, oracle.numpy(), rtol=1e-9, atol=1e-15)
    assert_allclose(jacobian.sum(axis=-1), 0, atol=1e-15)
    assert (jacobian == jacobian.T).all()


def test_the_jacobian_does_not_vanish_before_its_true_value_does():
    z = [60.0, 0.0, -3.0]

    def expected() -> float:
        q = exact_softmax(z)
        return float(q[0] * (1 - q[0]))

    assert_allclose(softmax_jacobian(z)[0, 0], exactly(expected), rtol=1e-13)


@pytest.mark.parametrize("function", [softmax, log_softmax, softmax_jacobian])
@pytest.mark.parametrize(
    "logits", [[], 1.0, [1, math.nan], [math.inf, 0], ["1", "2"], [[1], [1, 2]]]
)
def test_what_is_no_vector_of_logits_is_refused(function, logits):
    with pytest.raises(ValueError, match=r"\.$"):
        function(logits)


def test_sigmoid_refuses_infinite_logits():
    with pytest.raises(ValueError, match="finite"):
        sigmoid(math.inf)
