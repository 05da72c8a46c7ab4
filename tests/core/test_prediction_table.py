"""Predictions judged by accuracy, losses and gradients, against torch and finite differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.core.prediction_table import (
    PredictionTable,
    better_model,
    judge,
    read_normalized_row,
    read_row,
)
from explorer.teaching.prediction_tables import EXAMPLE_TABLES
from explorer.teaching.worked_examples import EXAMPLES


@pytest.mark.parametrize("model", ["model_1", "model_2"])
def test_losses_and_gradients_of_the_notes_tables_are_those_of_autograd(model: str):
    q, classes = EXAMPLES["why_not_mse"][model], EXAMPLES["why_not_mse"]["classes"]
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


# ------------------------------------------------------------------- tables and their rows


@pytest.mark.parametrize("name", EXAMPLE_TABLES)
def test_an_example_is_a_table_of_the_lectures_size(name: str):
    table = EXAMPLE_TABLES[name]
    assert table.num_classes == 3
    assert len(table.classes) == 3


def test_a_sure_mistake_is_what_makes_the_losses_disagree():
    table = EXAMPLE_TABLES["Model 2 is surely wrong"]
    first, second = (judge(q, table.classes) for q in (table.model_1, table.model_2))
    assert better_model(first.mean_squared_error, second.mean_squared_error) == 2
    assert better_model(first.mean_cross_entropy, second.mean_cross_entropy) == 1
    assert second.cross_entropy_gradient[2] > 100 * second.squared_error_gradient[2]


@pytest.mark.parametrize(
    ("classes", "model_1", "model_2", "said"),
    [
        ((), (), (), "1 to 8 rows, not 0"),
        ((0,) * 9, ((1, 0),) * 9, ((1, 0),) * 9, "1 to 8 rows, not 9"),
        ((0,), ((1, 0),), (), "Model 2 has 0 rows of predictions for 1 true classes"),
        ((0,), ((1, 0),), ((0.5, 0.4),), "Model 2, row 1: The probabilities sum to 0.9"),
        ((0,), ((1, 0),), ((1, 0, 0),), "Model 2, row 1: 3 numbers given; this table has 2"),
        ((0,), ((1,),), ((1,),), "Model 1, row 1: A row has 2 to 10 classes, not 1"),
        ((2,), ((1, 0),), ((1, 0),), "must lie in 1 to 2"),
    ],
)
def test_a_table_that_does_not_fit_together_is_refused_in_a_sentence(
    classes, model_1, model_2, said
):
    with pytest.raises(ValueError, match=said):
        PredictionTable(classes, model_1, model_2)


def test_a_typed_row_is_read_and_never_repaired():
    assert read_row("1/4, 25%; .5", 3) == (0.25, 0.25, 0.5)
    for text, said in (
        ("0.5, 0.4, 0", "sum to 0.9, not 1"),
        ("0.5, 0.5", "2 numbers given; this table has 3 classes"),
        ("1", "1 number given"),
        ("a lot, 0, 0", "not a number"),
        ("", "at least one number"),
        ("-0.5, 1, 0.5", "negative"),
    ):
        with pytest.raises(ValueError, match=said):
            read_row(text, 3)


def test_normalising_says_by_what_it_divided():
    row, note = read_normalized_row("7, 1, 2", 3)
    assert row == (0.7, 0.1, 0.2)
    assert note == "Each value was divided by the sum 10: 7, 1, 2 → 0.7, 0.1, 0.2."
    for text in ("0, 0, 0", "1, 2", "-1, 2, 3", "words"):
        with pytest.raises(ValueError, match=r"\."):
            read_normalized_row(text, 3)
