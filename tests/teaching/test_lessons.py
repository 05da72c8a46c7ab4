"""Every row of the lessons, computed by the app's functions and compared with what is printed.

Rows A are examples and formulas, rows B are corrected statements.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.special import logsumexp

from explorer.core.coding import expected_code_length, ideal_code_lengths
from explorer.core.distributions import normalize, one_hot, validate_probabilities
from explorer.core.information import (
    cross_entropy,
    entropy,
    entropy_terms,
    jensen_shannon_divergence,
    kl_divergence,
    maximum_entropy,
    self_information,
)
from explorer.core.loss_readings import LossReading, log_probabilities, multiclass_readings
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
    softmax_jacobian,
    sparse_softmax_cross_entropy,
    squared_error,
)
from explorer.runs.config import INIT_LABELS, LOSS_LABELS, TrainingConfig
from explorer.runs.race_presets import RACE_PRESETS
from explorer.teaching.worked_examples import EXAMPLES

NATS = math.e
LOSSES_OF_B3 = {
    "cross-entropy": "softmax_cross_entropy",
    "sum of squares": "softmax_squared_error",
    "mean of squares": "softmax_mean_squared_error",
}


def given(row: str, name: str) -> Any:
    return EXAMPLES[row][name]


def batch(row: str) -> tuple[np.ndarray, np.ndarray]:
    return np.array(given(row, "logits")), np.array(given(row, "classes"))


def models(row: str) -> dict[str, np.ndarray]:
    return {f"model {k}": np.array(given(row, f"model_{k}")) for k in (1, 2)}


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def reading(row: str, q: str, loss: str) -> LossReading:
    return multiclass_readings(log_probabilities(given(row, q)), given(row, "p"), [loss])[loss]


def mean_square(q: tuple[float, ...], p: tuple[float, ...]) -> float:
    return squared_error(q, p) / len(p)


def naive_float32(gap: float) -> float:
    """Cross-entropy of a class that lies `gap` below the other, by softmax and then log."""
    weights = np.exp(np.array([0, -gap], np.float32))
    with np.errstate(divide="ignore"):
        return float(-np.log((weights / weights.sum(dtype=np.float32))[1]))


def a18(row: int, label: int) -> float:
    logits, classes = batch("A18")
    return sigmoid_binary_cross_entropy(logits, one_hot(classes, 3))[row, label]


def a22(model: str, loss: str) -> np.ndarray:
    target, q = one_hot(given("A22", "classes"), 3), models("A22")[model]
    if loss == "cross-entropy":
        return cross_entropy(target, q, base=NATS)
    return squared_error(q, target)


def two_labels() -> np.ndarray:
    return np.array(given("B7", "labels"))


COMPUTED: dict[tuple[str, str], Callable[[], float]] = {
    ("A1", "I(63/64)"): lambda: self_information(given("A1", "p")[0]),
    ("A1", "I(1/64)"): lambda: self_information(given("A1", "p")[1]),
    ("A1", "I(1)"): lambda: self_information(1),
    ("A2", "I(1/6)"): lambda: self_information(given("A2", "p")[0]),
    ("A3", "H(p)"): lambda: entropy(given("A3", "p")),
    ("A3", "one term"): lambda: entropy_terms(given("A3", "p"))[3],
    ("A4", "H(p)"): lambda: entropy(given("A4", "p")),
    ("A5", "H(p)"): lambda: entropy(given("A5", "p")),
    ("A6", "match"): lambda: entropy(given("A6", "p")),
    ("A6", "coin"): lambda: entropy(given("A6", "coin")),
    ("A6", "certain"): lambda: entropy(given("A6", "certain")),
    ("A7", "nats"): lambda: entropy(given("A7", "p"), base=NATS),
    ("A7", "dits"): lambda: entropy(given("A7", "p"), base=10),
    **{
        ("A11", q): lambda q=q: cross_entropy(given("A11", "p"), given("A11", q), base=NATS)
        for q in ("q1", "q2")
    },
    ("A11", "drop"): lambda: COMPUTED["A11", "q1"]() - COMPUTED["A11", "q2"](),
    **{
        ("A12", f"sum, {q}"): lambda q=q: squared_error(given("A12", q), given("A12", "p"))
        for q in ("q1", "q2")
    },
    **{
        ("A12", f"mean, {q}"): lambda q=q: mean_square(given("A12", q), given("A12", "p"))
        for q in ("q1", "q2")
    },
    ("A12", "drop of the root mean square"): lambda: (
        math.sqrt(COMPUTED["A12", "mean, q1"]()) - math.sqrt(COMPUTED["A12", "mean, q2"]())
    ),
    ("A13", "H(p,q)"): lambda: cross_entropy(given("A13", "p"), given("A13", "q"), base=NATS),
    **{
        ("A14", name): lambda p=p: sigmoid_binary_cross_entropy(logit(p), given("A14", "y"))
        for name, p in zip(EXAMPLES["A14"].names, given("A14", "probabilities"), strict=True)
    },
    ("A15", "σ(1.3)"): lambda: sigmoid(given("A15", "z")),
    ("A15", "softmax(1.3, 0)₁"): lambda: softmax([given("A15", "z"), 0])[0],
    ("A17", "row 1"): lambda: sparse_softmax_cross_entropy(*batch("A17"))[0],
    ("A17", "row 2"): lambda: sparse_softmax_cross_entropy(*batch("A17"))[1],
    ("A17", "mean"): lambda: sparse_softmax_cross_entropy(*batch("A17")).mean(),
    **{
        ("A18", f"row {i + 1}, label {j + 1}"): lambda i=i, j=j: a18(i, j)
        for i in range(2)
        for j in range(3)
    },
    ("A20", "squared error"): lambda: sigmoid_squared_error_gradient(
        given("A20", "z"), given("A20", "y")
    ),
    ("A20", "cross-entropy"): lambda: sigmoid_binary_cross_entropy_gradient(
        given("A20", "z"), given("A20", "y")
    ),
    ("A20", "ratio"): lambda: (
        COMPUTED["A20", "cross-entropy"]() / COMPUTED["A20", "squared error"]()
    ),
    **{
        ("A21", name): lambda y=y, h=h: hinge(h, y)
        for name, (y, h) in zip(EXAMPLES["A21"].names, given("A21", "pairs"), strict=True)
    },
    **{
        ("A22", f"{model}, squared error, row {row + 1}"): lambda m=model, i=row: a22(
            m, "squared error"
        )[i]
        for model in ("model 1", "model 2")
        for row in range(3)
    },
    **{
        ("A22", f"{model}, {loss}, mean"): lambda m=model, loss=loss: a22(m, loss).mean()
        for model in ("model 1", "model 2")
        for loss in ("squared error", "cross-entropy")
    },
    ("A24", "exp overflows above"): lambda: math.log(np.finfo(np.float32).max),
    ("A24", "the answer is lost at a gap of"): lambda: (
        -math.log(np.finfo(np.float32).smallest_subnormal)
    ),
    ("A24", "gap 100"): lambda: naive_float32(given("A24", "gaps")[0]),
    ("A24", "gap 110"): lambda: naive_float32(given("A24", "gaps")[1]),
    ("A25", "−u·v + logsumexp"): lambda: (
        logsumexp(given("A25", "scores")) - given("A25", "scores")[given("A25", "true_class")]
    ),
    ("A25", "softmax cross-entropy"): lambda: sparse_softmax_cross_entropy(
        given("A25", "scores"), given("A25", "true_class")
    ),
    ("A26", "−Σ y ln p"): lambda: softmax_cross_entropy(
        given("A26", "logits"), one_hot(given("A26", "true_class"), 3)
    ),
    ("A26", "−z + logsumexp"): lambda: (
        logsumexp(given("A26", "logits")) - given("A26", "logits")[given("A26", "true_class")]
    ),
    ("A28", "parameters"): lambda: sum(
        (before + 1) * after for before, after in pairwise(given("A28", "layers"))
    ),
    ("A28", "loss at chance"): lambda: sparse_softmax_cross_entropy(
        np.zeros(given("A28", "layers")[-1]), 3
    ),
    ("B1", "−ln 0.98"): lambda: self_information(given("B1", "q2")[0], base=NATS),
    ("B2", "cross-entropy"): lambda: COMPUTED["A11", "drop"](),
    ("B2", "sum of squares"): lambda: COMPUTED["A12", "sum, q1"]() - COMPUTED["A12", "sum, q2"](),
    ("B2", "mean of squares"): lambda: (
        COMPUTED["A12", "mean, q1"]() - COMPUTED["A12", "mean, q2"]()
    ),
    ("B2", "root mean square"): lambda: COMPUTED["A12", "drop of the root mean square"](),
    **{
        ("B3", f"{q}, {name}"): lambda q=q, loss=loss: reading("B3", q, loss).gradient_norm
        for q in ("q1", "q2", "wrong")
        for name, loss in LOSSES_OF_B3.items()
    },
    ("B4", "I(0.001)"): lambda: self_information(given("B4", "p")[0]),
    ("B4", "H(p)"): lambda: entropy(given("B4", "p")),
    ("B5", "nats"): lambda: cross_entropy(given("B5", "p"), given("B5", "q"), base=NATS),
    ("B5", "bits"): lambda: cross_entropy(given("B5", "p"), given("B5", "q")),
    ("B6", "D(p‖u)"): lambda: kl_divergence(given("B6", "p"), given("B6", "q")),
    ("B6", "D(u‖p)"): lambda: kl_divergence(given("B6", "q"), given("B6", "p")),
    ("B7", "sum"): lambda: two_labels().sum(),
    ("B7", "raw"): lambda: two_labels() @ self_information(given("B7", "q"), base=NATS),
    ("B7", "H(p,q)"): lambda: cross_entropy(two_labels() / 2, given("B7", "q"), base=NATS),
    ("B7", "H(p)"): lambda: entropy(two_labels() / 2, base=NATS),
    ("B7", "D(p‖q)"): lambda: kl_divergence(two_labels() / 2, given("B7", "q"), base=NATS),
    ("B7", "four labels"): lambda: sigmoid_binary_cross_entropy(
        [logit(q) for q in given("B7", "q")], two_labels()
    ).sum(),
    ("B10", "sum"): lambda: sum(given("B10", "vector")),
    ("B10", "raw"): lambda: (
        np.array(given("B10", "vector")) @ self_information(given("B10", "vector"))
    ),
    ("B10", "H(p)"): lambda: entropy(given("B10", "p")),
    ("B11", "row 1"): lambda: a22("model 1", "squared error")[0],
    ("B11", "mean"): lambda: a22("model 1", "squared error").mean(),
    ("B12", "accuracy"): lambda: np.mean(
        models("B12")["model 1"].argmax(-1) == np.array(given("B12", "classes"))
    ),
    ("B13", "H(p)"): lambda: entropy(given("B13", "p")),
    ("B13", "H(p,q)"): lambda: cross_entropy(given("B13", "p"), given("B13", "q"), base=NATS),
    ("B14", "loss at y = 0"): lambda: np.mean(
        np.maximum(0, 1 - 0 * np.array(given("B14", "scores")))
    ),
    ("B17", "loss at chance"): lambda: maximum_entropy(given("B17", "layers")[-1], NATS),
    ("B19", "indexed columns"): lambda: -log_softmax(batch("B19")[0])[:, batch("B19")[1]].mean(),
    ("B19", "gathered"): lambda: sparse_softmax_cross_entropy(*batch("B19")).mean(),
    ("B20", "sum"): lambda: sum(given("B20", "vector")),
    ("B20", "H(p,q)"): lambda: cross_entropy(given("B20", "p"), given("B20", "q"), base=NATS),
}
MEASURED = {"B15", "B16"}
"""Rows whose figures come from random draws or training."""

IDENTITIES = {
    row for row, example in EXAMPLES.items() if not example.references and row not in MEASURED
}


def test_every_row_of_the_lessons_is_held_once():
    expected = [f"A{k}" for k in range(1, 33)] + [f"B{k}" for k in range(1, 22)]
    assert list(EXAMPLES) == expected


def test_every_printed_value_is_computed_here():
    printed = {
        (row, quantity)
        for row, example in EXAMPLES.items()
        for quantity in example.references
        if row not in MEASURED
    }
    assert COMPUTED.keys() == printed


@pytest.mark.parametrize(("row", "quantity"), COMPUTED, ids=" ".join)
def test_the_printed_value_is_reproduced_to_its_last_digit(row: str, quantity: str):
    printed = EXAMPLES[row].references[quantity]
    value = float(COMPUTED[row, quantity]())
    assert printed.agrees(value), f"{value} is not {printed.text}"


@pytest.mark.parametrize("row", sorted(IDENTITIES))
def test_a_row_without_a_printed_value_has_a_test_of_its_own(row: str):
    assert [name for name in globals() if name.startswith(f"test_{row.lower()}_")]


def test_a8_a_one_hot_target_makes_cross_entropy_and_kl_divergence_coincide():
    p, q, certain = (given("A8", name) for name in ("p", "q", "one_hot"))
    assert entropy(certain) == 0
    assert_allclose(cross_entropy(certain, p), kl_divergence(certain, p), rtol=1e-15)
    assert_allclose(cross_entropy(p, q), entropy(p) + kl_divergence(p, q), rtol=1e-15)


def test_a9_the_divergence_is_positive_and_zero_only_where_the_model_is_right():
    p, q = given("A9", "p"), given("A9", "q")
    assert kl_divergence(p, q) > 0
    assert kl_divergence(p, p) == 0
    ratio = np.array(q) / np.array(p)
    # Gibbs: ln x ≤ x − 1 for each outcome, so −D ≤ Σ p (q/p − 1) = 0.
    assert (np.log(ratio) <= ratio - 1).all()
    assert_allclose(np.array(p) @ (ratio - 1), 0, atol=1e-15)


def test_a10_average_lengths_under_the_ideal_codes_are_entropy_and_cross_entropy():
    p, q = given("A10", "p"), given("A10", "q")
    assert_allclose(expected_code_length(p, ideal_code_lengths(p)), entropy(p))
    assert_allclose(expected_code_length(p, ideal_code_lengths(q)), cross_entropy(p, q))


def test_a16_the_three_forms_agree_where_they_must():
    logits, classes = batch("A16")
    assert len(given("A16", "forms")) == 3
    two = np.array([logits[0, 0], 0.0])
    assert_allclose(softmax_cross_entropy(two, [1, 0]), sigmoid_binary_cross_entropy(two[0], 1))
    by_label = sigmoid_binary_cross_entropy(logits, one_hot(classes, 3)).sum(-1)
    assert (by_label != sparse_softmax_cross_entropy(logits, classes)).all()


def test_a17_one_hot_targets_give_what_class_indices_give():
    logits, classes = batch("A17")
    assert_allclose(
        softmax_cross_entropy(logits, one_hot(classes, 3)),
        sparse_softmax_cross_entropy(logits, classes),
        rtol=1e-15,
    )


def test_a19_gradients_are_the_error_and_the_jacobian_is_that_of_autograd():
    x, w = (torch.tensor(given("A19", name), dtype=torch.float64) for name in "xw")
    w.requires_grad_()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(w @ x, torch.tensor(1.0).double())
    loss.backward()
    ours = sigmoid_binary_cross_entropy_gradient((w @ x).item(), 1) * x.numpy()
    assert_allclose(ours, w.grad.numpy(), rtol=1e-12)
    logits, classes = batch("A19")
    target = one_hot(classes, 3)
    assert_allclose(softmax_cross_entropy_gradient(logits, target), softmax(logits) - target)
    jacobian = torch.autograd.functional.jacobian(
        lambda z: torch.softmax(z, -1), torch.tensor(logits[0])
    )
    assert_allclose(softmax_jacobian(logits[0]), jacobian.numpy(), rtol=1e-12)


def test_a22_both_models_are_right_on_two_of_three_rows():
    for model in models("A22").values():
        assert (model.argmax(-1) == np.array(given("A22", "classes"))).sum() == 2


def test_a23_cross_entropy_is_log_softmax_then_nll_even_for_logits_of_784_inputs():
    features, classes = given("A23", "features"), given("A23", "classes")
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, features, generator=generator, dtype=torch.float64)
    w = torch.randn(classes, features, generator=generator, dtype=torch.float64)
    logits, target = x @ w.t(), torch.tensor([3])
    ours = sparse_softmax_cross_entropy(logits.numpy(), target.numpy()).mean()
    functional = torch.nn.functional
    assert_allclose(ours, functional.cross_entropy(logits, target).item(), rtol=1e-12)
    assert_allclose(
        ours, functional.nll_loss(functional.log_softmax(logits, -1), target).item(), rtol=1e-12
    )


def test_a24_the_stable_form_keeps_the_answer_at_gaps_where_softmax_then_log_loses_it():
    for gap in (*given("A24", "gaps"), 800.0, 1e6):
        assert log_softmax([0.0, -gap])[1] == -gap


def test_a27_gathering_the_true_logit_equals_the_framework_on_a_batch():
    logits, classes = batch("A27")
    gathered = (logsumexp(logits, axis=-1) - logits[np.arange(2), classes]).mean()
    framework = torch.nn.functional.cross_entropy(
        torch.tensor(logits), torch.tensor(classes)
    ).item()
    assert_allclose([gathered, sparse_softmax_cross_entropy(logits, classes).mean()], framework)


def test_a28_the_practice_of_the_notes_is_what_a_race_starts_from():
    config, example = TrainingConfig(), EXAMPLES["A28"]
    assert config.layer_sizes == example["layers"]
    assert config.num_parameters == example.references["parameters"].value
    assert INIT_LABELS[config.init] == example["init"]
    assert config.optimizer == example["optimizer"].lower()
    for name in ("batch_size", "learning_rate", "epochs"):
        assert getattr(config, name) == example[name]


def test_a29_every_variation_is_a_switch_of_a_race():
    assert len(given("A29", "switches")) == 4
    assert {"normal", "kaiming_normal"} <= INIT_LABELS.keys()
    assert {"cross_entropy", "softmax_squared_error", "multiclass_hinge"} <= LOSS_LABELS.keys()
    assert TrainingConfig(output_relu=True).output_relu


def test_a30_squared_error_has_a_race_against_cross_entropy():
    losses = [config.loss for config in RACE_PRESETS[given("A30", "race")].configs]
    assert losses == ["cross_entropy", "softmax_squared_error"]


def test_a31_every_framework_function_that_is_named_exists_in_torch():
    names = given("A31", "pytorch_name").values()
    assert len(names) == 3
    for name in names:
        assert hasattr(torch.nn.functional, name.split(",")[0].removeprefix("F."))


def test_a32_the_formulas_of_skip_gram_are_there():
    assert r"\ln p(w_{t+j}\mid w_t)" in given("A32", "window_average")
    assert given("A32", "negative_sampling").count(r"\ln\sigma") == 2


def test_b6_the_divergence_can_be_infinite_one_way_and_finite_the_other():
    p, impossible = given("B6", "p"), given("B6", "impossible")
    assert kl_divergence(p, impossible) == math.inf
    assert math.isfinite(kl_divergence(impossible, p))


def test_b8_cross_entropy_and_kl_divergence_differ_by_the_same_constant_for_any_model():
    p = given("B8", "p")
    many = normalize(np.random.default_rng(0).random((50, 4)) + 0.01)
    constant = cross_entropy(p, many) - kl_divergence(p, many)
    assert_allclose(constant, entropy(p), rtol=1e-12)


def test_b9_cross_entropy_of_p_with_itself_is_its_entropy_and_not_zero():
    p = given("B9", "p")
    assert cross_entropy(p, p) == entropy(p) > 0
    assert kl_divergence(p, p) == 0 == jensen_shannon_divergence(p, p)


def test_b12_both_losses_and_neither_accuracy_rank_the_second_model_better():
    for loss in ("squared error", "cross-entropy"):
        assert a22("model 2", loss).mean() < a22("model 1", loss).mean()


@pytest.mark.parametrize(("row", "name"), [("B7", "labels"), ("B10", "vector"), ("B20", "vector")])
def test_vectors_that_are_no_distributions_are_refused_with_their_sum(row: str, name: str):
    total = EXAMPLES[row].references["sum"].text
    with pytest.raises(ValueError, match=rf"sum to {total}, not 1"):
        validate_probabilities(given(row, name))


def test_b14_labels_of_zero_are_refused_since_their_hinge_would_be_constant():
    with pytest.raises(ValueError, match=r"−1 or \+1"):
        hinge(0.5, 0)


def test_b18_the_name_that_the_notes_print_does_not_exist_and_the_right_one_does():
    functional = torch.nn.functional
    assert not hasattr(getattr(functional, "nll", None), "loss")
    assert hasattr(functional, given("B18", "right").removeprefix("F."))


def test_b21_the_order_of_the_arguments_decides():
    p, q = given("B21", "p"), given("B21", "q")
    assert kl_divergence(p, q) != kl_divergence(q, p)
