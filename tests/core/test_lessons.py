"""The reference values of the lecture notes, with the digits that are printed there.

Rows A are examples and formulas, rows B are corrected statements.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.special import logsumexp

from explorer.core.coding import expected_code_length, ideal_code_lengths
from explorer.core.distributions import PRESETS, normalize, one_hot, validate_probabilities
from explorer.core.information import (
    cross_entropy,
    entropy,
    entropy_terms,
    jensen_shannon_divergence,
    kl_divergence,
    maximum_entropy,
    self_information,
)
from explorer.core.losses import (
    hinge,
    log_softmax,
    sigmoid,
    sigmoid_binary_cross_entropy,
    sigmoid_binary_cross_entropy_gradient,
    sigmoid_squared_error_gradient,
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_gradient,
    softmax_mean_squared_error_gradient,
    softmax_squared_error_gradient,
    sparse_softmax_cross_entropy,
    squared_error,
)

NATS = math.e
LOTTERY = PRESETS["Lottery"].p
SKEWED = PRESETS["Lottery, one favourite"].p
RARE = PRESETS["Lottery, nearly decided"].p
TENNIS = PRESETS["Table tennis"].p
FIVE, Q1 = PRESETS["Five classes, first guess q₁"].p, PRESETS["Five classes, first guess q₁"].q
Q2 = PRESETS["Five classes, better guess q₂"].q
WRONG = PRESETS["Five classes, confidently wrong"].q
A13 = PRESETS["Four classes, one true"]
TWO_LABELS = np.array([0.0, 1.0, 0.0, 1.0])

BATCH = np.array([[2.0, -1.0, 3.0], [1.0, 0.0, -0.5]])
TRUE = np.array([2, 0])
ONE_HOT_BATCH = one_hot(TRUE, 3)

ROWS_TARGET = one_hot([2, 1, 0], 3)  # labels 3, 2, 1
FIRST_MODEL = np.array([[0.3, 0.3, 0.4], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]])
SECOND_MODEL = np.array([[0.1, 0.2, 0.7], [0.1, 0.7, 0.2], [0.3, 0.4, 0.3]])


def logits_of(q: tuple[float, ...]) -> np.ndarray:
    """Logits whose softmax is q; −10,000 gives a probability of exactly 0."""
    return np.array([math.log(value) if value else -1e4 for value in q])


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def gradient_norm(gradient: Callable[..., np.ndarray], q: tuple[float, ...]) -> float:
    return float(np.linalg.norm(gradient(logits_of(q), FIVE)))


def root_mean_square(q: tuple[float, ...]) -> float:
    return math.sqrt(squared_error(q, FIVE) / 5)


# row, what is computed, the value as printed: half a unit of its last digit is the tolerance.
REFERENCES: list[tuple[str, Callable[[], float], str]] = [
    ("A1 I(63/64)", lambda: self_information(63 / 64), "0.022720"),
    ("A1 I(1/64)", lambda: self_information(1 / 64), "6"),
    ("A1 I(1)", lambda: self_information(1), "0"),
    ("A2 a die", lambda: self_information(1 / 6), "2.584963"),
    ("A3 lottery", lambda: entropy(LOTTERY), "2"),
    ("A3 a term", lambda: entropy_terms(LOTTERY)[3], "0.5"),
    ("A4 one favourite", lambda: entropy(SKEWED), "1.356780"),
    ("A5 nearly decided", lambda: entropy(RARE), "0.034219"),
    ("A6 table tennis", lambda: entropy(TENNIS), "0.116115"),
    ("A6 fair coin", lambda: entropy([0.5, 0.5]), "1"),
    ("A6 certain", lambda: entropy([1, 0]), "0"),
    ("A7 in nats", lambda: entropy(TENNIS, base=NATS), "0.080485"),
    ("A7 in dits", lambda: entropy(TENNIS, base=10), "0.034954"),
    ("A11 q1", lambda: cross_entropy(FIVE, Q1, base=NATS), "0.916291"),
    ("A11 q2", lambda: cross_entropy(FIVE, Q2, base=NATS), "0.020203"),
    (
        "A11 drop",
        lambda: cross_entropy(FIVE, Q1, base=NATS) - cross_entropy(FIVE, Q2, base=NATS),
        "0.896088",
    ),
    ("A12 sum q1", lambda: squared_error(Q1, FIVE), "0.4950"),
    ("A12 sum q2", lambda: squared_error(Q2, FIVE), "0.0006"),
    ("A12 mean q1", lambda: squared_error(Q1, FIVE) / 5, "0.0990"),
    ("A12 mean q2", lambda: squared_error(Q2, FIVE) / 5, "0.00012"),
    ("A12 root mean square", lambda: root_mean_square(Q1) - root_mean_square(Q2), "0.303688"),
    ("A13", lambda: cross_entropy(A13.p, A13.q, base=NATS), "0.510826"),
    ("A14 p = .9", lambda: sigmoid_binary_cross_entropy(logit(0.9), 1), "0.105361"),
    ("A14 p = .5", lambda: sigmoid_binary_cross_entropy(0, 1), "0.693147"),
    ("A14 p = .1", lambda: sigmoid_binary_cross_entropy(logit(0.1), 1), "2.302585"),
    ("A15 sigmoid", lambda: sigmoid(1.3), "0.785835"),
    ("A15 softmax", lambda: softmax([1.3, 0])[0], "0.785835"),
    ("A17 first", lambda: sparse_softmax_cross_entropy(BATCH, TRUE)[0], "0.326563"),
    ("A17 second", lambda: sparse_softmax_cross_entropy(BATCH, TRUE)[1], "0.464369"),
    ("A17 mean", lambda: sparse_softmax_cross_entropy(BATCH, TRUE).mean(), "0.395466"),
    ("A17 one-hot", lambda: softmax_cross_entropy(BATCH, ONE_HOT_BATCH).mean(), "0.395466"),
    *[
        (
            f"A18 {row}{column}",
            lambda row=row, column=column: sigmoid_binary_cross_entropy(BATCH, ONE_HOT_BATCH)[
                row, column
            ],
            value,
        )
        for row, values in enumerate([("2.1269", ".3133", ".0486"), (".3133", ".6931", ".4741")])
        for column, value in enumerate(values)
    ],
    ("A20 squared error", lambda: 1e5 * sigmoid_squared_error_gradient(-10, 1), "-9.0787"),
    ("A20 cross-entropy", lambda: sigmoid_binary_cross_entropy_gradient(-10, 1), "-0.999955"),
    (
        "A20 ratio",
        lambda: (
            sigmoid_binary_cross_entropy_gradient(-10, 1)
            / sigmoid_squared_error_gradient(-10, 1)
            / 1e3
        ),
        "11.014",
    ),
    ("A21 (1, .5)", lambda: hinge(0.5, 1), ".5"),
    ("A21 (1, −1)", lambda: hinge(-1, 1), "2"),
    ("A21 (−1, .5)", lambda: hinge(0.5, -1), "1.5"),
    ("A21 (1, 2)", lambda: hinge(2, 1), "0"),
    ("A22 first, row 1", lambda: squared_error(FIRST_MODEL, ROWS_TARGET)[0], ".54"),
    ("A22 first, row 2", lambda: squared_error(FIRST_MODEL, ROWS_TARGET)[1], ".54"),
    ("A22 first, row 3", lambda: squared_error(FIRST_MODEL, ROWS_TARGET)[2], "1.34"),
    ("A22 first, mean", lambda: squared_error(FIRST_MODEL, ROWS_TARGET).mean(), ".8067"),
    ("A22 second, row 1", lambda: squared_error(SECOND_MODEL, ROWS_TARGET)[0], ".14"),
    ("A22 second, row 2", lambda: squared_error(SECOND_MODEL, ROWS_TARGET)[1], ".14"),
    ("A22 second, row 3", lambda: squared_error(SECOND_MODEL, ROWS_TARGET)[2], ".74"),
    ("A22 second, mean", lambda: squared_error(SECOND_MODEL, ROWS_TARGET).mean(), ".34"),
    (
        "A22 first, cross-entropy",
        lambda: cross_entropy(ROWS_TARGET, FIRST_MODEL, base=NATS).mean(),
        "1.378389",
    ),
    (
        "A22 second, cross-entropy",
        lambda: cross_entropy(ROWS_TARGET, SECOND_MODEL, base=NATS).mean(),
        ".639108",
    ),
    ("A25 skip-gram", lambda: -1.9 + logsumexp([0.1, 1.9, -0.1]), "0.262852"),
    ("A25 softmax", lambda: sparse_softmax_cross_entropy([0.1, 1.9, -0.1], 1), "0.262852"),
    ("A26 logsumexp", lambda: -2 + logsumexp([0.5, 2, -1]), "0.241311"),
    ("A26 sum", lambda: softmax_cross_entropy([0.5, 2, -1], [0, 1, 0]), "0.241311"),
    ("A28 at chance", lambda: sparse_softmax_cross_entropy(np.zeros(10), 3), "2.302585"),
    ("A28 ln 10", lambda: maximum_entropy(10, NATS), "2.302585"),
    ("B1", lambda: self_information(0.98, base=NATS), "0.020203"),
    ("B2 sum", lambda: squared_error(Q1, FIVE) - squared_error(Q2, FIVE), "0.4944"),
    ("B2 mean", lambda: (squared_error(Q1, FIVE) - squared_error(Q2, FIVE)) / 5, "0.0989"),
    ("B3 q1 ce", lambda: gradient_norm(softmax_cross_entropy_gradient, Q1), ".7036"),
    ("B3 q1 sum", lambda: gradient_norm(softmax_squared_error_gradient, Q1), ".4809"),
    ("B3 q1 mean", lambda: gradient_norm(softmax_mean_squared_error_gradient, Q1), ".0962"),
    ("B3 q2 ce", lambda: gradient_norm(softmax_cross_entropy_gradient, Q2), ".0245"),
    ("B3 q2 sum", lambda: gradient_norm(softmax_squared_error_gradient, Q2), ".00144"),
    ("B3 q2 mean", lambda: gradient_norm(softmax_mean_squared_error_gradient, Q2), ".00029"),
    ("B3 wrong ce", lambda: gradient_norm(softmax_cross_entropy_gradient, WRONG), "1.3791"),
    ("B3 wrong sum", lambda: gradient_norm(softmax_squared_error_gradient, WRONG), ".1045"),
    ("B3 wrong mean", lambda: gradient_norm(softmax_mean_squared_error_gradient, WRONG), ".0209"),
    ("B4 the rare outcome", lambda: self_information(RARE[0]), "9.966"),
    ("B5 nats", lambda: cross_entropy(FIVE, Q1, base=NATS), "0.9163"),
    ("B5 bits", lambda: cross_entropy(FIVE, Q1), "1.3219"),
    ("B6 D(p‖u)", lambda: kl_divergence(SKEWED, LOTTERY), ".643220"),
    ("B6 D(u‖p)", lambda: kl_divergence(LOTTERY, SKEWED), ".620089"),
    ("B7 raw", lambda: TWO_LABELS @ self_information(A13.q, base=NATS), "2.8134"),
    ("B7 ce", lambda: cross_entropy(TWO_LABELS / 2, A13.q, base=NATS), "1.4067"),
    ("B7 h", lambda: entropy(TWO_LABELS / 2, base=NATS), ".6931"),
    ("B7 kl", lambda: kl_divergence(TWO_LABELS / 2, A13.q, base=NATS), ".7136"),
    (
        "B7 four labels",
        lambda: sigmoid_binary_cross_entropy([logit(q) for q in A13.q], TWO_LABELS).sum(),
        "3.1419",
    ),
    ("B10", lambda: entropy([0.001, 0.001, 0.001, 0.997]), "0.034219"),
    ("B13", lambda: entropy([0, 1, 0]), "0"),
    ("B19 indexed columns", lambda: -log_softmax(BATCH)[:, TRUE].mean(), "1.0205"),
    ("B19 gathered", lambda: sparse_softmax_cross_entropy(BATCH, TRUE).mean(), "0.3955"),
    ("B20", lambda: cross_entropy([1, 0, 0, 0], [0.7, 0.1, 0.1, 0.1], base=NATS), ".3567"),
]


@pytest.mark.parametrize(
    ("compute", "printed"),
    [pytest.param(compute, printed, id=row) for row, compute, printed in REFERENCES],
)
def test_the_printed_value_is_reproduced_to_its_last_digit(
    compute: Callable[[], float], printed: str
):
    _, _, decimals = printed.partition(".")
    tolerance = 0.5 * 10.0 ** -len(decimals) * (1 + 1e-9) if decimals else 1e-12
    assert abs(compute() - float(printed)) <= tolerance


def test_a8_a_one_hot_target_makes_cross_entropy_and_kl_divergence_coincide():
    assert entropy(FIVE) == 0
    assert_allclose(cross_entropy(FIVE, Q1), kl_divergence(FIVE, Q1), rtol=1e-15)


def test_a10_average_lengths_under_the_ideal_codes_are_entropy_and_cross_entropy():
    assert_allclose(expected_code_length(SKEWED, ideal_code_lengths(SKEWED)), entropy(SKEWED))
    assert_allclose(
        expected_code_length(SKEWED, ideal_code_lengths(LOTTERY)), cross_entropy(SKEWED, LOTTERY)
    )


def test_a19_the_logistic_gradient_by_the_weights_is_the_error_times_x():
    x = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
    w = torch.tensor([0.3, 0.7, -0.2], dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(w @ x, torch.tensor(1.0).double())
    loss.backward()
    ours = sigmoid_binary_cross_entropy_gradient((w @ x).item(), 1) * x.numpy()
    assert_allclose(ours, w.grad.numpy(), rtol=1e-12)


def test_a22_both_models_are_right_on_two_of_three_rows():
    for model in (FIRST_MODEL, SECOND_MODEL):
        assert (model.argmax(-1) == ROWS_TARGET.argmax(-1)).sum() == 2


def test_a23_cross_entropy_is_log_softmax_then_nll_even_for_logits_of_784_inputs():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 784, generator=generator, dtype=torch.float64)
    w = torch.randn(10, 784, generator=generator, dtype=torch.float64)
    logits, target = x @ w.t(), torch.tensor([3])
    ours = sparse_softmax_cross_entropy(logits.numpy(), target.numpy()).mean()
    functional = torch.nn.functional
    assert_allclose(ours, functional.cross_entropy(logits, target).item(), rtol=1e-12)
    assert_allclose(
        ours, functional.nll_loss(functional.log_softmax(logits, -1), target).item(), rtol=1e-12
    )


def test_a24_the_stable_form_keeps_the_answer_at_gaps_where_softmax_then_log_loses_it():
    for gap in (100.0, 110.0, 800.0, 1e6):
        assert log_softmax([0.0, -gap])[1] == -gap


def test_a27_gathering_the_true_logit_equals_the_framework_on_a_batch():
    gathered = (logsumexp(BATCH, axis=-1) - BATCH[np.arange(2), TRUE]).mean()
    framework = torch.nn.functional.cross_entropy(torch.tensor(BATCH), torch.tensor(TRUE)).item()
    assert_allclose([gathered, sparse_softmax_cross_entropy(BATCH, TRUE).mean()], framework)


def test_b6_the_divergence_can_be_infinite_one_way_and_finite_the_other():
    assert kl_divergence([0.5, 0.5], [1, 0]) == math.inf
    assert kl_divergence([1, 0], [0.5, 0.5]) == 1


def test_b8_cross_entropy_and_kl_divergence_differ_by_the_same_constant_for_any_model():
    models = normalize(np.random.default_rng(0).random((50, 4)) + 0.01)
    constant = cross_entropy(SKEWED, models) - kl_divergence(SKEWED, models)
    assert_allclose(constant, entropy(SKEWED), rtol=1e-12)


def test_b9_cross_entropy_of_p_with_itself_is_its_entropy_and_not_zero():
    assert cross_entropy(SKEWED, SKEWED) == entropy(SKEWED) > 0
    assert kl_divergence(SKEWED, SKEWED) == 0 == jensen_shannon_divergence(SKEWED, SKEWED)


@pytest.mark.parametrize(
    ("vector", "total"),
    [
        pytest.param([0, 1, 0, 1], "2", id="B7"),
        pytest.param([0.001, 0.001, 0.001, 0.999], "1.002", id="B10"),
        pytest.param([0.7, 0.1, 0.1], "0.9", id="B20"),
    ],
)
def test_vectors_that_are_no_distributions_are_refused_with_their_sum(vector, total):
    with pytest.raises(ValueError, match=rf"sum to {total}, not 1"):
        validate_probabilities(vector)


def test_b14_labels_of_zero_are_refused_since_their_hinge_would_be_constant():
    with pytest.raises(ValueError, match=r"−1 or \+1"):
        hinge(0.5, 0)
