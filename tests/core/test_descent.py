"""Descent on one example: the steps are gradient steps, and the paths show what is taught."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from explorer.core.descent import (
    MAX_STEPS,
    descend_binary,
    descend_multiclass,
    steps_to_probability,
)
from explorer.core.distributions import one_hot
from explorer.core.losses import LOSSES, sigmoid, softmax

BINARY = [name for name, loss in LOSSES.items() if loss.kind == "binary"]
MULTICLASS = [name for name, loss in LOSSES.items() if loss.kind == "multiclass"]


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("label", [0, 1])
def test_each_binary_step_follows_the_gradient_and_lowers_the_loss(name, label):
    path = descend_binary(0.4, label, name, 0.1, 40)
    loss, target = LOSSES[name], LOSSES[name].encode_target(label)
    assert path.logits.shape == path.losses.shape == path.probabilities.shape == (41,)
    assert_allclose(np.diff(path.logits), -0.1 * loss.gradient(path.logits[:-1], target))
    assert_allclose(path.losses, loss.value(path.logits, target))
    assert_allclose(path.probabilities, sigmoid(path.logits))
    assert (np.diff(path.losses) <= 0).all()
    assert path.losses[-1] < path.losses[0]
    assert (path.learning_rate, path.diverged) == (0.1, False)


@pytest.mark.parametrize("name", MULTICLASS)
@pytest.mark.parametrize("target", [2, [0, 0, 1], one_hot(2, 3)])
def test_each_multiclass_step_follows_the_gradient_and_lowers_the_loss(name, target):
    start = np.array([1.0, 0.2, -0.5])
    path = descend_multiclass(start, target, name, 0.05, 30)
    loss, encoded = LOSSES[name], LOSSES[name].encode_target(2, 3)
    assert path.logits.shape == path.probabilities.shape == (31, 3)
    assert (path.logits[0] == start).all()
    steps = -0.05 * loss.gradient(path.logits[:-1], encoded)
    assert_allclose(np.diff(path.logits, axis=0), steps, atol=1e-15)
    assert_allclose(path.losses, loss.value(path.logits, encoded))
    assert_allclose(path.probabilities, softmax(path.logits))
    assert path.losses[-1] < path.losses[0]


def test_the_path_is_that_of_torchs_sgd():
    z = torch.tensor([[2.0, -1.0, 0.5]], dtype=torch.float64, requires_grad=True)
    target = torch.tensor([[0.2, 0.5, 0.3]], dtype=torch.float64)
    rows = [z.detach().clone().numpy()[0]]
    for _ in range(25):
        z.grad = None
        torch.nn.functional.cross_entropy(z, target).backward()
        with torch.no_grad():
            z -= 0.7 * z.grad
        rows.append(z.detach().clone().numpy()[0])
    path = descend_multiclass(rows[0], target.numpy()[0], "softmax_cross_entropy", 0.7, 25)
    assert_allclose(path.logits, rows, rtol=1e-12)


def test_from_a_confident_mistake_cross_entropy_recovers_and_squared_error_stays():
    paths = {
        name: descend_binary(-10, 1, name, 1.0, 100)
        for name in ("sigmoid_binary_cross_entropy", "sigmoid_squared_error")
    }
    reached = {name: steps_to_probability(path, 0.9, 1) for name, path in paths.items()}
    assert reached["sigmoid_binary_cross_entropy"] <= 25
    assert reached["sigmoid_squared_error"] is None
    assert paths["sigmoid_squared_error"].logits[-1] < -9.9


def test_cross_entropy_ends_at_a_soft_target():
    target = [0.2, 0.5, 0.3]
    path = descend_multiclass([3, -3, 0], target, "softmax_cross_entropy", 1.0, 500)
    assert_allclose(path.probabilities[-1], target, atol=1e-6)


def test_steps_to_a_probability_are_counted_from_the_start():
    path = descend_binary(0, 1, "sigmoid_binary_cross_entropy", 1.0, 50)
    first = steps_to_probability(path, 0.8, 1)
    assert path.probabilities[first] >= 0.8 > path.probabilities[first - 1]
    assert steps_to_probability(path, 0.5, 1) == 0
    assert steps_to_probability(path, 0.5, 0) == 0
    assert steps_to_probability(path, 0.6, 0) is None
    assert steps_to_probability(path, 1.0, 1) is None
    falling = descend_binary(0, 0, "sigmoid_binary_cross_entropy", 1.0, 50)
    assert steps_to_probability(falling, 0.8, 0) == first


def test_steps_are_counted_for_the_true_class():
    path = descend_multiclass([2, 0, 0], 1, "softmax_cross_entropy", 1.0, 50)
    first = steps_to_probability(path, 0.9, 1)
    assert path.probabilities[first, 1] >= 0.9 > path.probabilities[first - 1, 1]
    assert steps_to_probability(path, 0.99, 0) is None


def test_no_steps_give_the_start_alone():
    path = descend_binary(1.5, 0, "hinge", 0.1, 0)
    assert path.logits.tolist() == [1.5]
    assert path.losses.tolist() == [2.5]


def test_a_diverging_path_ends_before_it_leaves_the_numbers():
    path = descend_multiclass([1.0, 0.0], 1, "squared_error", 10.0, 5_000)
    assert path.diverged
    assert 1 < len(path.logits) < 5_001
    assert np.isfinite(path.logits).all()
    assert not np.isnan(path.losses).any()
    assert len(path.losses) == len(path.probabilities) == len(path.logits)


BCE, CE = "sigmoid_binary_cross_entropy", "softmax_cross_entropy"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: descend_binary(0, 1, CE, 0.1, 5), "is not a binary loss; choose one of sigmoid"),
        (lambda: descend_multiclass([0, 0], 1, "hinge", 0.1, 5), "is not a multiclass loss"),
        (lambda: descend_binary(0, 1, "mse", 0.1, 5), "“mse” is not a binary loss"),
        (lambda: descend_binary(0, 1, BCE, 0, 5), "learning rate"),
        (lambda: descend_binary(0, 1, BCE, float("nan"), 5), "learning rate"),
        (lambda: descend_binary(0, 1, BCE, float("inf"), 5), "learning rate"),
        (lambda: descend_binary(0, 1, BCE, 0.1, -1), "number of steps"),
        (lambda: descend_binary(0, 1, BCE, 0.1, MAX_STEPS + 1), "number of steps"),
        (lambda: descend_binary([0, 1], 1, BCE, 0.1, 5), "one logit"),
        (lambda: descend_binary(0, [0, 1], BCE, 0.1, 5), "one label"),
        (lambda: descend_binary(0, 2, BCE, 0.1, 5), "between 0 and 1"),
        (lambda: descend_binary(0, 0.5, "hinge", 0.1, 5), "label 0 or 1"),
        (lambda: descend_binary(float("nan"), 1, BCE, 0.1, 5), "finite"),
        (lambda: descend_multiclass([[0, 0]], 1, CE, 0.1, 5), "one example"),
        (lambda: descend_multiclass([0, 0], [[0, 1]], CE, 0.1, 5), "one example"),
        (lambda: descend_multiclass([0, 0], 2, CE, 0.1, 5), "0 to 1"),
        (lambda: descend_multiclass([0, 0], [0.5, 0.5], "multi_margin", 0.1, 5), "one true class"),
        (lambda: descend_multiclass([0, 0], [1, 0, 0], CE, 0.1, 5), "target has 3 classes"),
        (lambda: steps_to_probability(descend_binary(0, 1, BCE, 0.1, 5), 0, 1), "to reach"),
        (lambda: steps_to_probability(descend_binary(0, 1, BCE, 0.1, 5), 1.1, 1), "to reach"),
        (lambda: steps_to_probability(descend_binary(0, 1, BCE, 0.1, 5), 0.5, 2), "0 to 1"),
        (lambda: steps_to_probability(descend_multiclass([0, 0], 1, CE, 0.1, 5), 0.5, 2), "0 to 1"),
    ],
)
def test_unusable_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
