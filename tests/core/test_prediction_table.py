"""Predictions judged by accuracy, losses and gradients, against torch and finite differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.core.prediction_table import better_model, judge
from explorer.core.worked_examples import EXAMPLES


@pytest.mark.parametrize("model", ["model_1", "model_2"])
def test_losses_and_gradients_of_the_notes_tables_are_those_of_autograd(model: str):
    q, classes = EXAMPLES["A22"][model], EXAMPLES["A22"]["classes"]
    ours = judge(q, classes)
    target = torch.nn.functional.one_hot(torch.tensor(classes), 3).double()
    for values, norms, loss in (
        (
            ours.cross_entropy,
            ours.cross_entropy_gradient,
            lambda z: torch.nn.functional.cross_entropy(z, torch.tensor(classes), reduction="none"),
        ),
        (
            ours.squared_error,
            ours.squared_error_gradient,
            lambda z: ((torch.softmax(z, -1) - target) ** 2).sum(-1),
        ),
    ):
        z = torch.tensor(q, dtype=torch.float64).log().requires_grad_()
        each = loss(z)
        each.sum().backward()
        assert_allclose(values, each.detach().numpy(), rtol=1e-12)
        assert_allclose(norms, z.grad.norm(dim=-1).numpy(), rtol=1e-10)


@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any), st.integers(0, 2)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_means_and_accuracy_are_those_of_the_rows(rows):
    weights = np.array([weights for weights, _ in rows], float)
    classes = [true for _, true in rows]
    q = weights / weights.sum(-1, keepdims=True)
    ours = judge(q, classes)
    true = q[np.arange(len(q)), classes]
    assert_allclose(ours.true_probability, true)
    with np.errstate(divide="ignore"):
        assert_allclose(ours.mean_cross_entropy, np.mean(-np.log(true)), rtol=1e-12, atol=1e-15)
    assert 0 <= ours.mean_squared_error <= 2
    assert ours.accuracy == np.mean((q < true[:, None]).sum(-1) == 2)


def test_a_tie_counts_as_wrong_and_an_impossible_true_class_costs_infinity():
    ours = judge([[0.5, 0.5, 0], [1, 0, 0]], [0, 1])
    assert ours.right.tolist() == [False, False]
    assert ours.cross_entropy.tolist() == [pytest.approx(math.log(2)), math.inf]
    assert ours.squared_error.tolist() == [0.5, 2]
    assert ours.squared_error_gradient[1] == 0
    assert ours.cross_entropy_gradient[1] == pytest.approx(math.sqrt(2))


@pytest.mark.parametrize(
    ("q", "classes", "said"),
    [
        ([[0.5, 0.4]], [0], "sum to 0.9"),
        ([], [], "outcome"),
        ([0.5, 0.5], [0], "at least one row"),
        ([[0.5, 0.5]], [2], "lie in 0 to 1"),
        ([[0.5, 0.5]], [0, 1], "one true class for each of the 1 rows"),
    ],
)
def test_a_table_that_is_none_is_refused(q, classes, said):
    with pytest.raises(ValueError, match=said):
        judge(q, classes)


def test_the_better_of_two_losses_is_named_and_a_tie_is_none():
    assert better_model(0.34, 0.8) == 1
    assert better_model(math.inf, 2.0) == 2
    assert better_model(0.3, 0.1 + 0.2) == 0
    assert better_model(math.inf, math.inf) == 0
