"""Gathering the true logits and the slip of indexing columns, against torch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.core.gather_slip import (
    class_shares,
    gathered_cross_entropy,
    gathered_gradient,
    indexed_columns,
    indexed_columns_cross_entropy,
    indexed_columns_gradient,
)
from explorer.core.information import entropy
from explorer.core.losses import sparse_softmax_cross_entropy
from explorer.teaching.worked_examples import EXAMPLES


@st.composite
def batches(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    rows, classes = draw(st.integers(1, 5)), draw(st.integers(2, 5))
    logit = st.floats(-30, 30)
    logits = draw(st.lists(logit, min_size=rows * classes, max_size=rows * classes))
    targets = draw(st.lists(st.integers(0, classes - 1), min_size=rows, max_size=rows))
    return np.reshape(logits, (rows, classes)), np.array(targets)


def test_b19_the_slip_gives_the_value_of_the_lecture():
    example = EXAMPLES["gather_slip"]
    batch = np.array(example["logits"]), np.array(example["classes"])
    assert example.references["indexed columns"].agrees(indexed_columns_cross_entropy(*batch))
    assert example.references["gathered"].agrees(gathered_cross_entropy(*batch))


@given(batches())
@settings(max_examples=40)
def test_both_losses_and_their_gradients_are_torchs(batch):
    logits, targets = batch
    y = torch.tensor(targets)
    for loss, gradient, write in (
        (gathered_cross_entropy, gathered_gradient, F.cross_entropy),
        (
            indexed_columns_cross_entropy,
            indexed_columns_gradient,
            lambda z, y: (torch.logsumexp(z, 1, keepdim=True) - z[:, y]).mean(),
        ),
    ):
        z = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
        theirs = write(z, y)
        theirs.backward()
        assert_allclose(loss(logits, targets), theirs.item(), rtol=1e-12, atol=1e-12)
        assert_allclose(gradient(logits, targets), z.grad.numpy(), rtol=1e-10, atol=1e-12)


@given(batches())
def test_the_diagonal_of_the_slip_is_what_was_meant(batch):
    matrix = indexed_columns(*batch)
    assert matrix.shape == (len(batch[1]),) * 2
    assert_allclose(np.diag(matrix), sparse_softmax_cross_entropy(*batch))


@given(batches())
def test_the_slip_never_falls_below_the_entropy_of_the_classes(batch):
    logits, targets = batch
    shares = class_shares(targets, logits.shape[1])
    least = float(entropy(shares, base=math.e))
    assert indexed_columns_cross_entropy(logits, targets) >= least - 1e-12
    # Reached by one answer for all inputs: chance, whatever the rows say.
    blind = np.tile(np.log(np.maximum(shares, 1e-300)), (len(targets), 1))
    assert indexed_columns_cross_entropy(blind, targets) == pytest.approx(least)
    assert_allclose(indexed_columns_gradient(blind, targets), 0, atol=1e-15)


def test_an_output_that_is_right_every_time_is_still_driven_to_chance():
    logits, targets = 8 * np.eye(3), np.arange(3)
    assert gathered_cross_entropy(logits, targets) < 0.001
    for _ in range(400):
        logits = logits - 10 * indexed_columns_gradient(logits, targets)
    assert gathered_cross_entropy(logits, targets) == pytest.approx(math.log(3))


@pytest.mark.parametrize(
    ("logits", "targets"),
    [([1.0, 2.0], [0]), ([[1.0, 2.0]], [0, 1]), ([[1.0, 2.0]], 0), (np.empty((0, 2)), [])],
)
def test_what_is_no_batch_is_refused(logits, targets):
    with pytest.raises(ValueError, match="one class index for each row"):
        gathered_cross_entropy(logits, targets)


def test_a_class_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="0 to 1"):
        indexed_columns([[1.0, 2.0]], [2])
