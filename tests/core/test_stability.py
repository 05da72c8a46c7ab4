"""The three ways to a cross-entropy against torch's own operations, and their exact reference."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from explorer.core.precision import PRECISIONS
from explorer.core.stability import (
    WAYS,
    exact_gap_loss,
    log_softmax_cross_entropy,
    read_gap,
    relative_error,
    softmax_then_log,
)
from explorer.core.stability_limits import error_curves, limits
from explorer.teaching.worked_examples import EXAMPLES

GAPS = {"float16": 20.0, "bfloat16": 110.0, "float32": 110.0, "float64": 800.0}


def torch_losses(z: torch.Tensor, y: int) -> dict[str, np.ndarray]:
    """Losses [N] of logits [N, C], operation by operation as the page writes them."""
    e = torch.exp(z)
    return {
        "naive": -torch.log(e[:, y] / e.sum(dim=1)),
        "softmax_then_log": -torch.log(torch.softmax(z, dim=1)[:, y]),
        "log_softmax": -torch.log_softmax(z, dim=1)[:, y],
    }


def by_torch(logits: np.ndarray, y: int, precision: str) -> dict[str, np.ndarray]:
    z = torch.tensor(logits, dtype=getattr(torch, precision))
    return {way: loss.double().numpy() for way, loss in torch_losses(z, y).items()}


def assert_same(ours: np.ndarray, theirs: np.ndarray, precision: str) -> None:
    """Equal up to two units in the last place of a loss, which exp may differ by."""
    tolerance = 4 * PRECISIONS[precision].unit_roundoff
    assert_array_equal(np.isnan(ours), np.isnan(theirs))
    assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("true_class", [0, 1])
def test_every_way_gives_torchs_number_at_every_gap(precision, true_class):
    gaps = np.linspace(0.0, GAPS[precision], 401)
    # Where a probability is subnormal one unit in its last place is a large part of it: there
    # torch and numpy are compared in the next test.
    normal = gaps < 0.83 * limits(precision).softmax_fails
    logits = np.stack([gaps, np.zeros_like(gaps)], axis=-1)
    theirs = by_torch(logits, true_class, precision)
    for key, way in WAYS.items():
        ours = way.compute(logits, np.full(gaps.size, true_class), precision)
        compared = normal | (key == "log_softmax")
        assert_same(ours[compared], theirs[key][compared], precision)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_where_the_probability_is_subnormal_it_is_torchs_up_to_one_quantum(precision):
    end = limits(precision).softmax_fails
    gaps = np.linspace(0.83 * end, end + 1, 200)
    logits = np.stack([gaps, np.zeros_like(gaps)], axis=-1)
    ours = softmax_then_log(logits, np.ones(gaps.size, int), precision)
    theirs = by_torch(logits, 1, precision)["softmax_then_log"]
    quantum = PRECISIONS[precision].smallest
    # Back from the loss to the probability; a loss of precision p is itself rounded.
    slack = quantum + np.exp(-gaps) * gaps * 2 * PRECISIONS[precision].unit_roundoff
    assert (np.abs(np.exp(-ours) - np.exp(-theirs)) <= 1.001 * slack).all()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_ten_classes_give_torchs_numbers_too(precision):
    logits = np.random.default_rng(3).normal(0, 2.0, (300, 10))
    theirs = by_torch(logits, 4, precision)
    for key, way in WAYS.items():
        ours = way.compute(logits, np.full(300, 4), precision)
        assert_same(ours, theirs[key], precision)


@given(st.floats(0, 1000), st.booleans())
def test_the_exact_loss_is_that_of_five_hundred_digits(gap, right):
    with localcontext() as context:
        context.prec = 500
        largest = Decimal(gap).exp()
        reference = (1 + 1 / largest).ln() if right else (1 + largest).ln()
        assert abs(exact_gap_loss(gap, right=right) / reference - 1) < Decimal("1e-50")


@pytest.mark.parametrize("gap", [-1.0, math.inf, math.nan])
def test_a_gap_that_is_no_distance_is_refused(gap):
    with pytest.raises(ValueError, match="finite number, at least 0"):
        exact_gap_loss(gap, right=True)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_log_softmax_of_a_wrong_answer_is_right_to_the_last_digit_at_any_gap(precision):
    for gap in np.linspace(0, 1000, 173):
        reading = read_gap(gap, precision, right=False)
        assert reading.errors["log_softmax"] <= 2 * PRECISIONS[precision].unit_roundoff


@given(st.floats(0.01, 800), st.sampled_from(list(PRECISIONS)), st.booleans())
def test_the_error_of_a_reading_is_its_distance_from_the_exact_loss(gap, precision, right):
    reading = read_gap(gap, precision, right=right)
    for key, loss in reading.losses.items():
        if not math.isfinite(loss):
            assert reading.errors[key] == math.inf
        elif reading.exact > Decimal("1e-300"):
            exact = float(reading.exact)
            assert_allclose(reading.errors[key], abs(loss - exact) / exact, atol=1e-15, rtol=1e-9)


def test_an_infinite_loss_has_an_infinite_error_and_an_exact_one_none():
    assert relative_error(math.inf, Decimal(1)) == relative_error(math.nan, Decimal(1)) == math.inf
    assert relative_error(2.0, Decimal(2)) == 0.0
    assert relative_error(3.0, Decimal(2)) == 0.5


def test_a24_the_gaps_of_the_lecture_give_its_values():
    example = EXAMPLES["softmax_then_log"]
    near, far = (read_gap(gap, example["dtype"], right=False).losses for gap in example["gaps"])
    assert example.references["gap 100"].agrees(near["softmax_then_log"])
    assert example.references["gap 110"].agrees(far["softmax_then_log"])
    assert (near["log_softmax"], far["log_softmax"]) == example["gaps"]
    known = limits(example["dtype"])
    assert example.references["exp overflows above"].agrees(known.largest_exponent)
    assert example.references["the answer is lost at a gap of"].agrees(known.largest_answer)


def test_without_the_shift_a_right_answer_is_not_a_number():
    assert math.isnan(read_gap(89.0, "float32", right=True).losses["naive"])
    assert read_gap(89.0, "float32", right=False).losses["naive"] == math.inf


# ------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_limit_is_where_torch_gives_up_and_no_number_earlier(precision):
    kind, known = getattr(torch, precision), limits(precision)

    def neighbours(gap: float) -> list[torch.Tensor]:
        here = torch.tensor(gap, dtype=kind)
        return [torch.nextafter(here, torch.tensor(0.0, dtype=kind)), here]

    def losses(gap: torch.Tensor, y: int) -> dict[str, float]:
        z = torch.stack([gap, torch.zeros_like(gap)])[None]
        return {way: loss.item() for way, loss in torch_losses(z, y).items()}

    last, first = (losses(gap, 1)["naive"] for gap in neighbours(known.naive_fails))
    assert math.isfinite(last)
    assert math.isinf(first)
    last, first = (losses(gap, 1)["softmax_then_log"] for gap in neighbours(known.softmax_fails))
    assert last == pytest.approx(known.largest_answer, rel=4 * PRECISIONS[precision].unit_roundoff)
    assert math.isinf(first)
    last, first = (losses(gap, 0)["log_softmax"] for gap in neighbours(known.right_answer_lost))
    assert last > 0
    assert first == 0
    assert known.digits_fade == pytest.approx(-math.log(torch.finfo(kind).tiny))
    largest = torch.tensor(known.largest_exponent, dtype=kind)
    above = torch.nextafter(largest, torch.tensor(math.inf, dtype=kind))
    assert torch.isfinite(torch.exp(largest))
    assert torch.isinf(torch.exp(above))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_curves_hold_the_errors_of_their_stretches_and_end_at_the_limits(precision):
    highest = 1.2 * limits(precision).softmax_fails
    curves = error_curves(precision, right=False, highest=highest)
    width = highest / curves.gaps.size
    for key in ("naive", "softmax_then_log"):
        fails = getattr(limits(precision), key.removesuffix("_then_log") + "_fails")
        broken = curves.gaps[np.isinf(curves.errors[key])]
        # A stretch is broken by one gap of it, and the narrow formats round gaps upwards.
        assert broken[0] == pytest.approx(fails, abs=width + 0.5)
        assert (np.isinf(curves.errors[key]) == (curves.gaps >= broken[0])).all()
    place = curves.gaps.size // 3
    low, high = place * width, (place + 1) * width
    tried = [read_gap(low + k * width / 4, precision, right=False).errors for k in (1, 2, 3, 4)]
    assert high > curves.gaps[place] > low
    for key in WAYS:
        assert curves.errors[key][place] == pytest.approx(max(one[key] for one in tried))


def test_what_is_no_range_or_no_logit_is_refused():
    with pytest.raises(ValueError, match="must end above 0"):
        error_curves("float32", right=True, highest=0.0)
    with pytest.raises(ValueError, match="finite"):
        log_softmax_cross_entropy([math.nan, 0], 0, "float32")
    with pytest.raises(ValueError, match="need targets"):
        log_softmax_cross_entropy([[1.0, 0]], 0, "float32")
    with pytest.raises(ValueError, match="at least one class"):
        log_softmax_cross_entropy(1.0, 0, "float32")


def test_an_infinite_loss_sends_back_no_gradient_and_a_stable_one_the_right_one():
    gradients = {}
    for way in ("softmax_then_log", "log_softmax"):
        z = torch.tensor([[110.0, 0.0]], requires_grad=True)
        torch_losses(z, 1)[way].sum().backward()
        gradients[way] = z.grad
    assert torch.isnan(gradients["softmax_then_log"]).all()
    assert gradients["log_softmax"].tolist() == [[1.0, -1.0]]
