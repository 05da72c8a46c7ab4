"""Multiclass losses against torch, autograd, finite differences and 700-digit arithmetic."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from numpy.testing import assert_allclose

from explorer.core.distributions import one_hot
from explorer.core.information import cross_entropy
from explorer.core.multiclass_losses import (
    multi_margin,
    multi_margin_gradient,
    multiclass_hinge,
    multiclass_hinge_gradient,
    softmax_cross_entropy,
    softmax_cross_entropy_gradient,
    softmax_mean_squared_error,
    softmax_mean_squared_error_gradient,
    softmax_squared_error,
    softmax_squared_error_gradient,
    sparse_softmax_cross_entropy,
    sparse_softmax_cross_entropy_gradient,
    squared_error,
    squared_error_gradient,
)
from tests.core.oracles import autograd, exact_softmax, exactly
from tests.core.strategies import logits_and_classes, logits_and_distributions

functional = torch.nn.functional

SOFT = [
    (softmax_cross_entropy, softmax_cross_entropy_gradient),
    (softmax_squared_error, softmax_squared_error_gradient),
    (softmax_mean_squared_error, softmax_mean_squared_error_gradient),
    (squared_error, squared_error_gradient),
]
HARD = [
    (sparse_softmax_cross_entropy, sparse_softmax_cross_entropy_gradient),
    (multiclass_hinge, multiclass_hinge_gradient),
    (multi_margin, multi_margin_gradient),
]


def torch_soft(name: str, z: torch.Tensor, p: torch.Tensor) -> torch.Tensor:
    if name == "softmax_cross_entropy":
        return functional.cross_entropy(z, p, reduction="none")
    q = z if name == "squared_error" else torch.softmax(z, -1)
    errors = functional.mse_loss(q, p, reduction="none")
    return errors.mean(-1) if name == "softmax_mean_squared_error" else errors.sum(-1)


def torch_hard(name: str, z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if name == "sparse_softmax_cross_entropy":
        return functional.nll_loss(functional.log_softmax(z, -1), y, reduction="none")
    if name == "multi_margin":
        return functional.multi_margin_loss(z, y, reduction="none")
    true = z.gather(-1, y[:, None])
    rivals = z.masked_fill(functional.one_hot(y, z.shape[-1]).bool(), -math.inf)
    return torch.clamp(1 + rivals.max(-1).values - true[:, 0], min=0)


@pytest.mark.parametrize(("loss", "gradient"), SOFT)
@given(example=logits_and_distributions())
def test_losses_of_distributions_agree_with_torch_and_autograd(loss, gradient, example):
    z, p = example
    value, slope = autograd(
        lambda tensor: torch_soft(loss.__name__, tensor, torch.tensor(p)[None]), z[None]
    )
    assert_allclose(loss(z, p), value[0], rtol=1e-11, atol=1e-13)
    assert_allclose(gradient(z, p), slope[0], rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize(("loss", "gradient"), HARD)
@given(example=logits_and_classes())
def test_losses_of_classes_agree_with_torch_and_autograd(loss, gradient, example):
    z, y = example
    gaps = z - z[y]
    # Kinks have no gradient to compare: rivals that tie, or that lie exactly on the margin.
    assume(np.unique(np.round(z, 6)).size == z.size)
    assume((np.abs(gaps + 1) > 1e-9).all())
    value, slope = autograd(
        lambda tensor: torch_hard(loss.__name__, tensor, torch.tensor([y])), z[None]
    )
    assert_allclose(loss(z, y), value[0], rtol=1e-11, atol=1e-13)
    assert_allclose(gradient(z, y), slope[0], rtol=1e-9, atol=1e-14)


@given(logits_and_classes(bound=1e4))
def test_an_index_and_its_one_hot_row_mean_the_same(example):
    z, y = example
    p = one_hot(y, z.size)
    assert sparse_softmax_cross_entropy(z, y) == softmax_cross_entropy(z, p)
    assert_allclose(
        sparse_softmax_cross_entropy_gradient(z, y),
        softmax_cross_entropy_gradient(z, p),
        rtol=1e-15,
    )


@given(logits_and_distributions())
def test_cross_entropy_of_logits_is_that_of_their_probabilities(example):
    z, p = example
    q = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    assert_allclose(
        softmax_cross_entropy(z, p), cross_entropy(p, q, base=math.e), rtol=1e-10, atol=1e-12
    )


@given(logits_and_distributions(bound=700))
def test_softmax_gradients_sum_to_zero(example):
    z, p = example
    for _, gradient in SOFT[:3]:
        assert_allclose(gradient(z, p).sum(), 0, atol=1e-14)


@pytest.mark.parametrize(
    "z",
    [
        [40.0, 0.0, -2.0],
        [0.0, 200.0, 3.0],
        [-300.0, 5.0, 4.0],
        [0.0, 40.0, 40.0],
        [90.0, 50.0, -90.0],
    ],
)
def test_saturated_values_and_gradients_keep_every_digit(z):
    def expected() -> tuple[list[float], list[float], float, float]:
        q = exact_softmax(z)
        difference = [q[0] - 1, q[1], q[2]]
        mean = sum(a * b for a, b in zip(q, difference, strict=True))
        squared = [2 * a * (b - mean) for a, b in zip(q, difference, strict=True)]
        return (
            [float(value) for value in difference],
            [float(value) for value in squared],
            float(-q[0].ln()),
            float(sum(value * value for value in difference)),
        )

    linear, squared, entropy_value, squared_value = exactly(expected)
    assert_allclose(softmax_cross_entropy_gradient(z, [1, 0, 0]), linear, rtol=1e-13)
    assert_allclose(sparse_softmax_cross_entropy_gradient(z, 0), linear, rtol=1e-13)
    assert_allclose(softmax_squared_error_gradient(z, [1, 0, 0]), squared, rtol=1e-12)
    assert_allclose(softmax_cross_entropy(z, [1, 0, 0]), entropy_value, rtol=1e-13)
    assert_allclose(softmax_squared_error(z, [1, 0, 0]), squared_value, rtol=1e-12)


@pytest.mark.parametrize("size", [1e4, 1e300, 1.7e308])
def test_huge_logits_give_no_nan(size):
    z = [size, -size, 0.0]
    with np.errstate(all="raise", under="ignore"):
        assert softmax_cross_entropy(z, [1, 0, 0]) == 0
        assert softmax_cross_entropy(z, [0, 0, 1]) == size
        assert softmax_cross_entropy_gradient(z, [0, 1, 0]).tolist() == [1, -1, 0]
        assert softmax_squared_error(z, [0, 1, 0]) == 2
        assert softmax_squared_error_gradient(z, [0, 1, 0]).tolist() == [0, 0, 0]
        assert sparse_softmax_cross_entropy(z, 2) == size
        assert multiclass_hinge(z, 2) == size + 1
        assert multiclass_hinge(z, 0) == 0
        assert multi_margin(z, 2) == pytest.approx((size + 1) / 3)
        assert multiclass_hinge_gradient(z, 1).tolist() == [1, -1, 0]
        assert not np.isnan(multi_margin_gradient(z, 1)).any()
        assert squared_error(z, [0, 0, 0]) == (math.inf if size > 1e200 else 2 * size**2)


def test_an_impossible_class_adds_nothing_and_a_hopeless_one_costs_its_gap():
    assert softmax_cross_entropy([1e308, -1e308], [1, 0]) == 0
    assert softmax_cross_entropy([1e308, -1e308], [0.5, 0.5]) == math.inf


def test_zeros_have_no_sign():
    for values in (
        softmax_cross_entropy([800.0, 0.0], [1, 0]),
        softmax_cross_entropy_gradient([800.0, 0.0], [1, 0]),
        softmax_squared_error_gradient([800.0, 0.0], [1, 0]),
        multiclass_hinge_gradient([5.0, 0.0], 0),
        multi_margin_gradient([5.0, 0.0], 0),
        sparse_softmax_cross_entropy([3.0], 0),
    ):
        assert (values == 0).all()
        assert not np.signbit(values).any()


def test_the_two_multiclass_hinges_differ_when_several_rivals_are_inside_the_margin():
    scores = [0.5, 0.0, 1.0, -3.0]
    assert multiclass_hinge(scores, 0) == 1.5
    assert multi_margin(scores, 0) == (0.5 + 1.5) / 4
    assert multiclass_hinge_gradient(scores, 0).tolist() == [-1, 0, 1, 0]
    assert multi_margin_gradient(scores, 0).tolist() == [-0.5, 0.25, 0.25, 0]


def test_subgradients_at_the_kinks_are_the_documented_ones():
    assert multiclass_hinge_gradient([1.0, 0.0], 0).tolist() == [0, 0]
    assert multi_margin_gradient([1.0, 0.0], 0).tolist() == [0, 0]
    assert multiclass_hinge_gradient([0.0, 2.0, 2.0], 0).tolist() == [-1, 1, 0]


@pytest.mark.parametrize(("loss", "gradient"), HARD)
def test_batches_of_classes_agree_with_one_at_a_time(loss, gradient):
    generator = np.random.default_rng(1)
    z, y = generator.normal(size=(2, 5, 4)), generator.integers(0, 4, size=(2, 5))
    assert loss(z, y).shape == (2, 5)
    assert gradient(z, y).shape == (2, 5, 4)
    assert loss(z, y)[1, 3] == pytest.approx(loss(z[1, 3], y[1, 3]))
    assert_allclose(gradient(z, y)[1, 3], gradient(z[1, 3], y[1, 3]))
    assert loss(z[0, 0], [0, 1, 2]).shape == (3,)
    assert gradient(z, 2).shape == (2, 5, 4)


@pytest.mark.parametrize(("loss", "gradient"), SOFT)
def test_batches_of_distributions_agree_with_one_at_a_time(loss, gradient):
    generator = np.random.default_rng(2)
    z, p = generator.normal(size=(3, 1, 4)), generator.dirichlet(np.ones(4), size=5)
    assert loss(z, p).shape == (3, 5)
    assert gradient(z, p).shape == (3, 5, 4)
    assert loss(z, p)[2, 4] == pytest.approx(loss(z[2, 0], p[4]))
    assert_allclose(gradient(z, p)[2, 4], gradient(z[2, 0], p[4]))


def test_a_target_sum_within_the_tolerance_still_has_the_exact_gradient():
    z, p = np.array([0.3, -0.2, 1.0]), np.array([0.2, 0.3, 0.5 + 9e-7])

    def exact_gradient() -> list[float]:
        total = sum(map(Decimal, p.tolist()))
        return [
            float(total * q - Decimal(target))
            for q, target in zip(exact_softmax(z), p.tolist(), strict=True)
        ]

    assert_allclose(softmax_cross_entropy_gradient(z, p), exactly(exact_gradient), rtol=1e-13)


@pytest.mark.parametrize("pair", SOFT[:3])
def test_soft_targets_must_be_distributions_over_the_same_classes(pair):
    for function in pair:
        for bad in ([0.5, 0.6], [-0.5, 1.5], [math.nan, 1], [1, 0, 0], [1], 1, []):
            with pytest.raises(ValueError, match=r"\.$"):
                function([0.0, 1.0], bad)


@pytest.mark.parametrize("pair", HARD)
def test_classes_must_be_indices_within_range(pair):
    for function in pair:
        for bad in (2, -1, 0.0, [0.5], "0", [[0, 1], [2, 0]]):
            with pytest.raises(ValueError, match=r"\.$"):
                function([0.0, 1.0], bad)
        with pytest.raises(ValueError, match=r"need targets of shape \(3,\)"):
            function(np.zeros((3, 2)), [0, 1])


@pytest.mark.parametrize("pair", [*SOFT, *HARD])
def test_logits_must_be_finite_vectors(pair):
    for function in pair:
        for bad in ([math.nan, 0], [math.inf, 0], 1.0, [], "ab"):
            with pytest.raises(ValueError, match=r"\.$"):
                function(bad, 0 if pair in HARD else [1, 0])


def test_a_margin_needs_a_rival():
    for function in (multiclass_hinge, multi_margin):
        with pytest.raises(ValueError, match="at least 2 classes"):
            function([1.0], 0)


def test_raw_outputs_are_regressed_on_any_values():
    assert squared_error([1.0, 2.0], [3.0, -1.0]) == 13
    assert squared_error_gradient([1.0, 2.0], [3.0, -1.0]).tolist() == [-4, 6]
