"""The checked statements: nothing in them is typed that could be computed, and all of it is so."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from explorer.core.descent import descend_multiclass
from explorer.core.information import UNITS
from explorer.core.losses import log_softmax, softmax
from explorer.teaching.note_checks import NOTE_CHECKS, TOPICS, VERDICTS, NoteCheck
from explorer.teaching.worked_examples import EXAMPLES
from tests.teaching.test_lessons import COMPUTED

MEASURED = {"unseeded_loss", "relu_on_logits"}
"""Rows whose figures come from random draws or training."""


def values(key: str) -> list[float]:
    check = NOTE_CHECKS[key]
    return [v for quantity in (*check.implied, *check.right) for v in quantity.values()]


def numbers(content: object) -> set[float]:
    """Every number in the inputs of an example, also those inside its texts."""
    if isinstance(content, (int, float)):
        return {abs(float(content))}
    if isinstance(content, str):
        return {float(text) for text in re.findall(r"\d*\.\d+", content)}
    if isinstance(content, (tuple, list)):
        return set().union(*map(numbers, content)) if content else set()
    return set()


def words(check: NoteCheck) -> str:
    labels = [quantity.label for quantity in (*check.implied, *check.right)]
    return "\n".join([check.statement, check.because, *labels])


def test_every_statement_is_there_once_and_in_order():
    lessons = [check.lesson for check in NOTE_CHECKS.values()]
    assert lessons == [f"B{number}" for number in range(1, 22)]


@pytest.mark.parametrize("key", NOTE_CHECKS)
def test_a_card_has_a_verdict_a_topic_and_values_of_both_kinds(key: str):
    check = NOTE_CHECKS[key]
    assert check.verdict in VERDICTS
    assert check.topic in TOPICS
    assert check.statement.endswith((".", "*."))
    assert check.because.endswith(".")
    assert check.measurements if key == "relu_on_logits" else check.implied and check.right
    assert bool(check.conditions) == bool(check.measurements)
    for quantity in (*check.implied, *check.right):
        assert quantity.unit in ("", *UNITS.values())
        assert not any(math.isnan(value) for value in quantity.values())


def test_every_topic_and_every_verdict_occurs():
    assert {check.topic for check in NOTE_CHECKS.values()} == set(TOPICS)
    assert {check.verdict for check in NOTE_CHECKS.values()} == set(VERDICTS)


@pytest.mark.parametrize("key", NOTE_CHECKS)
def test_the_words_of_a_card_hold_inputs_and_quotations_but_no_results(key: str):
    inputs = numbers(tuple(EXAMPLES[key].inputs.values()))
    inputs |= numbers(EXAMPLES["one_hot_of_four"]["p"]) | numbers(EXAMPLES["fair_lottery"]["p"])
    typed = {float(text) for text in re.findall(r"\d*\.\d+", words(NOTE_CHECKS[key]))}
    assert typed <= inputs


@pytest.mark.parametrize("key", NOTE_CHECKS)
def test_every_printed_value_of_a_row_is_on_its_card(key: str):
    if key in MEASURED:
        return
    shown = values(key)
    for quantity, printed in EXAMPLES[key].references.items():
        assert printed.agrees(float(COMPUTED[key, quantity]()))
        assert any(printed.agrees(value) for value in shown), quantity


def test_b15_the_mean_of_the_draws_is_the_printed_one_within_its_own_error():
    mean, low, middle, high = values("unseeded_loss")[1:5]
    printed = EXAMPLES["unseeded_loss"].references["mean"]
    error = 30 / math.sqrt(EXAMPLES["unseeded_loss"]["draws"])
    assert abs(mean - printed.value) <= 3 * error + printed.tolerance
    assert low < middle < mean < high
    assert (
        EXAMPLES["unseeded_loss"]
        .references["infinite, naive chain"]
        .agrees(values("unseeded_loss")[-1])
    )


def test_b17_plain_normal_weights_explode_and_kaiming_weights_do_not():
    chance, plain, kaiming, *norms = values("plain_normal_explodes")
    assert plain > 1000 > 10 > kaiming > chance
    assert min(norms[:3]) > 50 * max(norms[3:])


def test_b18_the_naive_chain_is_lost_where_log_softmax_is_exact():
    assert values("nll_of_log_softmax") == [math.inf, EXAMPLES["nll_of_log_softmax"]["gap"]]


def test_b19_no_logits_bring_the_slip_below_the_entropy_of_the_labels():
    _, _, least, _ = values("gather_slip")
    classes = list(EXAMPLES["gather_slip"]["classes"])
    frequencies = np.bincount(classes, minlength=3) / len(classes)
    many = np.random.default_rng(0).normal(scale=4, size=(500, 2, 3))
    slips = -log_softmax(many)[..., classes].mean(axis=(-2, -1))
    assert (slips >= least - 1e-12).all()
    # Its minimum is where every row predicts the frequencies: descent on them gets there.
    path = descend_multiclass(np.array([2.0, -1, 3]), frequencies, "softmax_cross_entropy", 1, 500)
    assert_allclose(path.losses[-1], least, atol=0.01)
    assert_allclose(softmax(path.logits[-1]), frequencies, atol=0.02)


def test_b8_the_constant_is_the_same_for_both_models():
    _, uniform, reverse, h = values("kl_up_to_a_constant")
    assert_allclose([uniform, reverse], h, rtol=1e-12)
