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
LOSSES_COMPARED = {
    "cross-entropy": "softmax_cross_entropy",
    "sum of squares": "softmax_squared_error",
    "mean of squares": "softmax_mean_squared_error",
}


def given(key: str, name: str) -> Any:
    return EXAMPLES[key][name]


def batch(key: str) -> tuple[np.ndarray, np.ndarray]:
    return np.array(given(key, "logits")), np.array(given(key, "classes"))


def models(key: str) -> dict[str, np.ndarray]:
    return {f"model {k}": np.array(given(key, f"model_{k}")) for k in (1, 2)}


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def reading(key: str, q: str, loss: str) -> LossReading:
    return multiclass_readings(log_probabilities(given(key, q)), given(key, "p"), [loss])[loss]


def mean_square(q: tuple[float, ...], p: tuple[float, ...]) -> float:
    return squared_error(q, p) / len(p)


def naive_float32(gap: float) -> float:
    """Cross-entropy of a class that lies `gap` below the other, by softmax and then log."""
    weights = np.exp(np.array([0, -gap], np.float32))
    with np.errstate(divide="ignore"):
        return float(-np.log((weights / weights.sum(dtype=np.float32))[1]))


def loss_of_label(row: int, label: int) -> float:
    logits, classes = batch("sigmoid_batch")
    return sigmoid_binary_cross_entropy(logits, one_hot(classes, 3))[row, label]


def losses_of_model(model: str, loss: str) -> np.ndarray:
    target, q = one_hot(given("why_not_mse", "classes"), 3), models("why_not_mse")[model]
    if loss == "cross-entropy":
        return cross_entropy(target, q, base=NATS)
    return squared_error(q, target)


def two_labels() -> np.ndarray:
    return np.array(given("two_hot_labels", "labels"))


COMPUTED: dict[tuple[str, str], Callable[[], float]] = {
    ("table_tennis", "I(63/64)"): lambda: self_information(given("table_tennis", "p")[0]),
    ("table_tennis", "I(1/64)"): lambda: self_information(given("table_tennis", "p")[1]),
    ("table_tennis", "I(1)"): lambda: self_information(1),
    ("fair_die", "I(1/6)"): lambda: self_information(given("fair_die", "p")[0]),
    ("fair_lottery", "H(p)"): lambda: entropy(given("fair_lottery", "p")),
    ("fair_lottery", "one term"): lambda: entropy_terms(given("fair_lottery", "p"))[3],
    ("lottery_with_favourite", "H(p)"): lambda: entropy(given("lottery_with_favourite", "p")),
    ("lottery_nearly_decided", "H(p)"): lambda: entropy(given("lottery_nearly_decided", "p")),
    ("match_and_coin", "match"): lambda: entropy(given("match_and_coin", "p")),
    ("match_and_coin", "coin"): lambda: entropy(given("match_and_coin", "coin")),
    ("match_and_coin", "certain"): lambda: entropy(given("match_and_coin", "certain")),
    ("match_in_nats", "nats"): lambda: entropy(given("match_in_nats", "p"), base=NATS),
    ("match_in_nats", "dits"): lambda: entropy(given("match_in_nats", "p"), base=10),
    **{
        ("two_guesses", q): lambda q=q: cross_entropy(
            given("two_guesses", "p"), given("two_guesses", q), base=NATS
        )
        for q in ("q1", "q2")
    },
    ("two_guesses", "drop"): lambda: (
        COMPUTED["two_guesses", "q1"]() - COMPUTED["two_guesses", "q2"]()
    ),
    **{
        ("two_guesses_squared", f"sum, {q}"): lambda q=q: squared_error(
            given("two_guesses_squared", q), given("two_guesses_squared", "p")
        )
        for q in ("q1", "q2")
    },
    **{
        ("two_guesses_squared", f"mean, {q}"): lambda q=q: mean_square(
            given("two_guesses_squared", q), given("two_guesses_squared", "p")
        )
        for q in ("q1", "q2")
    },
    ("two_guesses_squared", "drop of the root mean square"): lambda: (
        math.sqrt(COMPUTED["two_guesses_squared", "mean, q1"]())
        - math.sqrt(COMPUTED["two_guesses_squared", "mean, q2"]())
    ),
    ("one_hot_of_four", "H(p,q)"): lambda: cross_entropy(
        given("one_hot_of_four", "p"), given("one_hot_of_four", "q"), base=NATS
    ),
    **{
        ("binary_cross_entropy", name): lambda p=p: sigmoid_binary_cross_entropy(
            logit(p), given("binary_cross_entropy", "y")
        )
        for name, p in zip(
            EXAMPLES["binary_cross_entropy"].names,
            given("binary_cross_entropy", "probabilities"),
            strict=True,
        )
    },
    ("sigmoid_as_softmax", "σ(1.3)"): lambda: sigmoid(given("sigmoid_as_softmax", "z")),
    ("sigmoid_as_softmax", "softmax(1.3, 0)₁"): lambda: softmax(
        [given("sigmoid_as_softmax", "z"), 0]
    )[0],
    ("softmax_batch", "row 1"): lambda: sparse_softmax_cross_entropy(*batch("softmax_batch"))[0],
    ("softmax_batch", "row 2"): lambda: sparse_softmax_cross_entropy(*batch("softmax_batch"))[1],
    ("softmax_batch", "mean"): lambda: sparse_softmax_cross_entropy(*batch("softmax_batch")).mean(),
    **{
        ("sigmoid_batch", f"row {i + 1}, label {j + 1}"): lambda i=i, j=j: loss_of_label(i, j)
        for i in range(2)
        for j in range(3)
    },
    ("vanishing_gradient", "squared error"): lambda: sigmoid_squared_error_gradient(
        given("vanishing_gradient", "z"), given("vanishing_gradient", "y")
    ),
    ("vanishing_gradient", "cross-entropy"): lambda: sigmoid_binary_cross_entropy_gradient(
        given("vanishing_gradient", "z"), given("vanishing_gradient", "y")
    ),
    ("vanishing_gradient", "ratio"): lambda: (
        COMPUTED["vanishing_gradient", "cross-entropy"]()
        / COMPUTED["vanishing_gradient", "squared error"]()
    ),
    **{
        ("hinge_pairs", name): lambda y=y, h=h: hinge(h, y)
        for name, (y, h) in zip(
            EXAMPLES["hinge_pairs"].names, given("hinge_pairs", "pairs"), strict=True
        )
    },
    **{
        ("why_not_mse", f"{model}, squared error, row {row + 1}"): lambda m=model, i=row: (
            losses_of_model(m, "squared error")[i]
        )
        for model in ("model 1", "model 2")
        for row in range(3)
    },
    **{
        ("why_not_mse", f"{model}, {loss}, mean"): lambda m=model, loss=loss: losses_of_model(
            m, loss
        ).mean()
        for model in ("model 1", "model 2")
        for loss in ("squared error", "cross-entropy")
    },
    ("softmax_then_log", "exp overflows above"): lambda: math.log(np.finfo(np.float32).max),
    ("softmax_then_log", "the answer is lost at a gap of"): lambda: (
        -math.log(np.finfo(np.float32).smallest_subnormal)
    ),
    ("softmax_then_log", "gap 100"): lambda: naive_float32(given("softmax_then_log", "gaps")[0]),
    ("softmax_then_log", "gap 110"): lambda: naive_float32(given("softmax_then_log", "gaps")[1]),
    ("skip_gram", "−u·v + logsumexp"): lambda: (
        logsumexp(given("skip_gram", "scores"))
        - given("skip_gram", "scores")[given("skip_gram", "true_class")]
    ),
    ("skip_gram", "softmax cross-entropy"): lambda: sparse_softmax_cross_entropy(
        given("skip_gram", "scores"), given("skip_gram", "true_class")
    ),
    ("logsumexp_form", "−Σ y ln p"): lambda: softmax_cross_entropy(
        given("logsumexp_form", "logits"), one_hot(given("logsumexp_form", "true_class"), 3)
    ),
    ("logsumexp_form", "−z + logsumexp"): lambda: (
        logsumexp(given("logsumexp_form", "logits"))
        - given("logsumexp_form", "logits")[given("logsumexp_form", "true_class")]
    ),
    ("mnist_practice", "parameters"): lambda: sum(
        (before + 1) * after for before, after in pairwise(given("mnist_practice", "layers"))
    ),
    ("mnist_practice", "loss at chance"): lambda: sparse_softmax_cross_entropy(
        np.zeros(given("mnist_practice", "layers")[-1]), 3
    ),
    ("wrong_probability", "−ln 0.98"): lambda: self_information(
        given("wrong_probability", "q2")[0], base=NATS
    ),
    ("loss_drops_compared", "cross-entropy"): lambda: COMPUTED["two_guesses", "drop"](),
    ("loss_drops_compared", "sum of squares"): lambda: (
        COMPUTED["two_guesses_squared", "sum, q1"]() - COMPUTED["two_guesses_squared", "sum, q2"]()
    ),
    ("loss_drops_compared", "mean of squares"): lambda: (
        COMPUTED["two_guesses_squared", "mean, q1"]()
        - COMPUTED["two_guesses_squared", "mean, q2"]()
    ),
    ("loss_drops_compared", "root mean square"): lambda: COMPUTED[
        "two_guesses_squared", "drop of the root mean square"
    ](),
    **{
        ("drop_is_not_gradient", f"{q}, {name}"): lambda q=q, loss=loss: (
            reading("drop_is_not_gradient", q, loss).gradient_norm
        )
        for q in ("q1", "q2", "wrong")
        for name, loss in LOSSES_COMPARED.items()
    },
    ("expected_surprise", "I(0.001)"): lambda: self_information(given("expected_surprise", "p")[0]),
    ("expected_surprise", "H(p)"): lambda: entropy(given("expected_surprise", "p")),
    ("unlabelled_units", "nats"): lambda: cross_entropy(
        given("unlabelled_units", "p"), given("unlabelled_units", "q"), base=NATS
    ),
    ("unlabelled_units", "bits"): lambda: cross_entropy(
        given("unlabelled_units", "p"), given("unlabelled_units", "q")
    ),
    ("kl_is_asymmetric", "D(p‖u)"): lambda: kl_divergence(
        given("kl_is_asymmetric", "p"), given("kl_is_asymmetric", "q")
    ),
    ("kl_is_asymmetric", "D(u‖p)"): lambda: kl_divergence(
        given("kl_is_asymmetric", "q"), given("kl_is_asymmetric", "p")
    ),
    ("two_hot_labels", "sum"): lambda: two_labels().sum(),
    ("two_hot_labels", "raw"): lambda: (
        two_labels() @ self_information(given("two_hot_labels", "q"), base=NATS)
    ),
    ("two_hot_labels", "H(p,q)"): lambda: cross_entropy(
        two_labels() / 2, given("two_hot_labels", "q"), base=NATS
    ),
    ("two_hot_labels", "H(p)"): lambda: entropy(two_labels() / 2, base=NATS),
    ("two_hot_labels", "D(p‖q)"): lambda: kl_divergence(
        two_labels() / 2, given("two_hot_labels", "q"), base=NATS
    ),
    ("two_hot_labels", "four labels"): lambda: sigmoid_binary_cross_entropy(
        [logit(q) for q in given("two_hot_labels", "q")], two_labels()
    ).sum(),
    ("sum_above_one", "sum"): lambda: sum(given("sum_above_one", "vector")),
    ("sum_above_one", "raw"): lambda: (
        np.array(given("sum_above_one", "vector"))
        @ self_information(given("sum_above_one", "vector"))
    ),
    ("sum_above_one", "H(p)"): lambda: entropy(given("sum_above_one", "p")),
    ("mse_of_one_row", "row 1"): lambda: losses_of_model("model 1", "squared error")[0],
    ("mse_of_one_row", "mean"): lambda: losses_of_model("model 1", "squared error").mean(),
    ("mse_in_tables", "accuracy"): lambda: np.mean(
        models("mse_in_tables")["model 1"].argmax(-1) == np.array(given("mse_in_tables", "classes"))
    ),
    ("missing_minus", "H(p)"): lambda: entropy(given("missing_minus", "p")),
    ("missing_minus", "H(p,q)"): lambda: cross_entropy(
        given("missing_minus", "p"), given("missing_minus", "q"), base=NATS
    ),
    ("hinge_labels", "loss at y = 0"): lambda: np.mean(
        np.maximum(0, 1 - 0 * np.array(given("hinge_labels", "scores")))
    ),
    ("plain_normal_explodes", "loss at chance"): lambda: maximum_entropy(
        given("plain_normal_explodes", "layers")[-1], NATS
    ),
    ("gather_slip", "indexed columns"): lambda: (
        -log_softmax(batch("gather_slip")[0])[:, batch("gather_slip")[1]].mean()
    ),
    ("gather_slip", "gathered"): lambda: sparse_softmax_cross_entropy(*batch("gather_slip")).mean(),
    ("sum_below_one", "sum"): lambda: sum(given("sum_below_one", "vector")),
    ("sum_below_one", "H(p,q)"): lambda: cross_entropy(
        given("sum_below_one", "p"), given("sum_below_one", "q"), base=NATS
    ),
}
MEASURED = {"unseeded_loss", "relu_on_logits"}
"""Rows whose figures come from random draws or training."""

IDENTITIES = {
    example.lesson
    for key, example in EXAMPLES.items()
    if not example.references and key not in MEASURED
}


def test_every_row_of_the_lessons_is_held_once():
    expected = [f"A{k}" for k in range(1, 33)] + [f"B{k}" for k in range(1, 22)]
    assert [example.lesson for example in EXAMPLES.values()] == expected


def test_every_printed_value_is_computed_here():
    printed = {
        (key, quantity)
        for key, example in EXAMPLES.items()
        for quantity in example.references
        if key not in MEASURED
    }
    assert COMPUTED.keys() == printed


@pytest.mark.parametrize(("key", "quantity"), COMPUTED, ids=" ".join)
def test_the_printed_value_is_reproduced_to_its_last_digit(key: str, quantity: str):
    printed = EXAMPLES[key].references[quantity]
    value = float(COMPUTED[key, quantity]())
    assert printed.agrees(value), f"{value} is not {printed.text}"


@pytest.mark.parametrize("row", sorted(IDENTITIES))
def test_a_row_without_a_printed_value_has_a_test_of_its_own(row: str):
    assert [name for name in globals() if name.startswith(f"test_{row.lower()}_")]


def test_a8_a_one_hot_target_makes_cross_entropy_and_kl_divergence_coincide():
    p, q, certain = (given("decomposition", name) for name in ("p", "q", "one_hot"))
    assert entropy(certain) == 0
    assert_allclose(cross_entropy(certain, p), kl_divergence(certain, p), rtol=1e-15)
    assert_allclose(cross_entropy(p, q), entropy(p) + kl_divergence(p, q), rtol=1e-15)


def test_a9_the_divergence_is_positive_and_zero_only_where_the_model_is_right():
    p, q = given("gibbs_inequality", "p"), given("gibbs_inequality", "q")
    assert kl_divergence(p, q) > 0
    assert kl_divergence(p, p) == 0
    ratio = np.array(q) / np.array(p)
    # Gibbs: ln x ≤ x − 1 for each outcome, so −D ≤ Σ p (q/p − 1) = 0.
    assert (np.log(ratio) <= ratio - 1).all()
    assert_allclose(np.array(p) @ (ratio - 1), 0, atol=1e-15)


def test_a10_average_lengths_under_the_ideal_codes_are_entropy_and_cross_entropy():
    p, q = given("average_code_length", "p"), given("average_code_length", "q")
    assert_allclose(expected_code_length(p, ideal_code_lengths(p)), entropy(p))
    assert_allclose(expected_code_length(p, ideal_code_lengths(q)), cross_entropy(p, q))


def test_a16_the_three_forms_agree_where_they_must():
    logits, classes = batch("three_forms")
    assert len(given("three_forms", "forms")) == 3
    two = np.array([logits[0, 0], 0.0])
    assert_allclose(softmax_cross_entropy(two, [1, 0]), sigmoid_binary_cross_entropy(two[0], 1))
    by_label = sigmoid_binary_cross_entropy(logits, one_hot(classes, 3)).sum(-1)
    assert (by_label != sparse_softmax_cross_entropy(logits, classes)).all()


def test_a17_one_hot_targets_give_what_class_indices_give():
    logits, classes = batch("softmax_batch")
    assert_allclose(
        softmax_cross_entropy(logits, one_hot(classes, 3)),
        sparse_softmax_cross_entropy(logits, classes),
        rtol=1e-15,
    )


def test_a19_gradients_are_the_error_and_the_jacobian_is_that_of_autograd():
    x, w = (torch.tensor(given("loss_gradients", name), dtype=torch.float64) for name in "xw")
    w.requires_grad_()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(w @ x, torch.tensor(1.0).double())
    loss.backward()
    ours = sigmoid_binary_cross_entropy_gradient((w @ x).item(), 1) * x.numpy()
    assert_allclose(ours, w.grad.numpy(), rtol=1e-12)
    logits, classes = batch("loss_gradients")
    target = one_hot(classes, 3)
    assert_allclose(softmax_cross_entropy_gradient(logits, target), softmax(logits) - target)
    jacobian = torch.autograd.functional.jacobian(
        lambda z: torch.softmax(z, -1), torch.tensor(logits[0])
    )
    assert_allclose(softmax_jacobian(logits[0]), jacobian.numpy(), rtol=1e-12)


def test_a22_both_models_are_right_on_two_of_three_rows():
    for model in models("why_not_mse").values():
        assert (model.argmax(-1) == np.array(given("why_not_mse", "classes"))).sum() == 2


def test_a23_cross_entropy_is_log_softmax_then_nll_even_for_logits_of_784_inputs():
    features, classes = (
        given("cross_entropy_is_nll", "features"),
        given("cross_entropy_is_nll", "classes"),
    )
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
    for gap in (*given("softmax_then_log", "gaps"), 800.0, 1e6):
        assert log_softmax([0.0, -gap])[1] == -gap


def test_a27_gathering_the_true_logit_equals_the_framework_on_a_batch():
    logits, classes = batch("gathered_batch_loss")
    gathered = (logsumexp(logits, axis=-1) - logits[np.arange(2), classes]).mean()
    framework = torch.nn.functional.cross_entropy(
        torch.tensor(logits), torch.tensor(classes)
    ).item()
    assert_allclose([gathered, sparse_softmax_cross_entropy(logits, classes).mean()], framework)


def test_a28_the_practice_of_the_notes_is_what_a_race_starts_from():
    config, example = TrainingConfig(), EXAMPLES["mnist_practice"]
    assert config.layer_sizes == example["layers"]
    assert config.num_parameters == example.references["parameters"].value
    assert INIT_LABELS[config.init] == example["init"]
    assert config.optimizer == example["optimizer"].lower()
    for name in ("batch_size", "learning_rate", "epochs"):
        assert getattr(config, name) == example[name]


def test_a29_every_variation_is_a_switch_of_a_race():
    assert len(given("practice_variations", "switches")) == 4
    assert {"normal", "kaiming_normal"} <= INIT_LABELS.keys()
    assert {"cross_entropy", "softmax_squared_error", "multiclass_hinge"} <= LOSS_LABELS.keys()
    assert TrainingConfig(output_relu=True).output_relu


def test_a30_squared_error_has_a_race_against_cross_entropy():
    losses = [config.loss for config in RACE_PRESETS[given("mse_converges_slower", "race")].configs]
    assert losses == ["cross_entropy", "softmax_squared_error"]


def test_a31_every_framework_function_that_is_named_exists_in_torch():
    names = given("framework_names", "pytorch_name").values()
    assert len(names) == 3
    for name in names:
        assert hasattr(torch.nn.functional, name.split(",")[0].removeprefix("F."))


def test_a32_the_formulas_of_skip_gram_are_there():
    assert r"\ln p(w_{t+j}\mid w_t)" in given("skip_gram_objectives", "window_average")
    assert given("skip_gram_objectives", "negative_sampling").count(r"\ln\sigma") == 2


def test_b6_the_divergence_can_be_infinite_one_way_and_finite_the_other():
    p, impossible = given("kl_is_asymmetric", "p"), given("kl_is_asymmetric", "impossible")
    assert kl_divergence(p, impossible) == math.inf
    assert math.isfinite(kl_divergence(impossible, p))


def test_b8_cross_entropy_and_kl_divergence_differ_by_the_same_constant_for_any_model():
    p = given("kl_up_to_a_constant", "p")
    many = normalize(np.random.default_rng(0).random((50, 4)) + 0.01)
    constant = cross_entropy(p, many) - kl_divergence(p, many)
    assert_allclose(constant, entropy(p), rtol=1e-12)


def test_b9_cross_entropy_of_p_with_itself_is_its_entropy_and_not_zero():
    p = given("cross_entropy_of_itself", "p")
    assert cross_entropy(p, p) == entropy(p) > 0
    assert kl_divergence(p, p) == 0 == jensen_shannon_divergence(p, p)


def test_b12_both_losses_and_neither_accuracy_rank_the_second_model_better():
    for loss in ("squared error", "cross-entropy"):
        assert losses_of_model("model 2", loss).mean() < losses_of_model("model 1", loss).mean()


@pytest.mark.parametrize(
    ("key", "name"),
    [("two_hot_labels", "labels"), ("sum_above_one", "vector"), ("sum_below_one", "vector")],
)
def test_vectors_that_are_no_distributions_are_refused_with_their_sum(key: str, name: str):
    total = EXAMPLES[key].references["sum"].text
    with pytest.raises(ValueError, match=rf"sum to {total}, not 1"):
        validate_probabilities(given(key, name))


def test_b14_labels_of_zero_are_refused_since_their_hinge_would_be_constant():
    with pytest.raises(ValueError, match=r"−1 or \+1"):
        hinge(0.5, 0)


def test_b18_the_name_that_the_notes_print_does_not_exist_and_the_right_one_does():
    functional = torch.nn.functional
    assert not hasattr(getattr(functional, "nll", None), "loss")
    assert hasattr(functional, given("nll_of_log_softmax", "right").removeprefix("F."))


def test_b21_the_order_of_the_arguments_decides():
    p, q = given("divergence_bar", "p"), given("divergence_bar", "q")
    assert kl_divergence(p, q) != kl_divergence(q, p)
