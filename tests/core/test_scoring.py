"""Scoring rules: proper or not, and how they hang together with cross-entropy."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.distributions import one_hot
from explorer.core.information import cross_entropy, entropy
from explorer.core.scoring import (
    RULES,
    brier_decomposition,
    brier_score,
    crowd_score,
    expected_score,
    linear_score,
    log_score,
    mean_forecast,
    score,
    sum_of_scores,
)
from tests.core.strategies import BASES, distribution_pairs, distributions

SCORES = {"log": log_score, "brier": brier_score, "linear": linear_score}
GRID = [np.array(q) / 20 for q in itertools.product(range(21), repeat=3) if sum(q) == 20]
"""All distributions of three outcomes in steps of 0.05."""


@st.composite
def rounds(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes [n] and forecasts [n, C], some of them alike."""
    known = draw(st.lists(distributions(size=draw(st.integers(2, 4))), min_size=1, max_size=3))
    known = [q for q in known if q.size == known[0].size]
    count = draw(st.integers(1, 12))
    which = draw(st.lists(st.integers(0, len(known) - 1), min_size=count, max_size=count))
    classes = st.integers(0, known[0].size - 1)
    outcomes = draw(st.lists(classes, min_size=count, max_size=count))
    return np.array(outcomes), np.array([known[k] for k in which])


@given(distributions(), st.data(), BASES)
def test_the_log_score_is_the_cross_entropy_of_a_one_hot_p(q, data, base):
    outcome = data.draw(st.integers(0, q.size - 1))
    expected = cross_entropy(one_hot(outcome, q.size), q, base=base)
    np.testing.assert_allclose(log_score(outcome, q, base=base), expected, rtol=1e-12)


@given(distributions(), st.data())
def test_the_brier_score_is_the_squared_error_against_one_hot(q, data):
    outcome = data.draw(st.integers(0, q.size - 1))
    expected = np.square(q - one_hot(outcome, q.size)).sum()
    assert brier_score(outcome, q) == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert linear_score(outcome, q) == 1 - q[outcome]


@given(distribution_pairs(), st.sampled_from(RULES))
def test_an_expected_score_is_the_mean_over_the_outcomes(pair, rule):
    p, q = pair
    scores = np.array([SCORES[rule](y, q) for y in range(q.size)])
    expected = math.fsum(p[p > 0] * scores[p > 0])
    assert expected_score(p, q, rule) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("rule", ["log", "brier"])
def test_a_proper_rule_costs_least_where_one_says_what_one_believes(rule):
    for p in GRID:
        costs = expected_score(p, np.array(GRID), rule)
        assert GRID[int(costs.argmin())] == pytest.approx(p)
        assert (np.sort(costs)[1:] > costs.min()).all()


def test_the_linear_rule_rewards_overstating_the_likeliest_outcome():
    p = np.array([0.5, 0.3, 0.2])
    costs = expected_score(p, np.array(GRID), "linear")
    assert GRID[int(costs.argmin())] == pytest.approx([1, 0, 0])
    assert costs.min() < expected_score(p, p, "linear")


@given(distributions())
def test_honesty_costs_the_entropy_in_bits_and_the_gini_impurity(p):
    assert expected_score(p, p, "log") == pytest.approx(float(entropy(p)))
    assert expected_score(p, p, "brier") == pytest.approx(1 - np.square(p).sum(), abs=1e-12)


@given(rounds())
def test_the_decomposition_adds_up_to_the_mean_brier_score(case):
    outcomes, forecasts = case
    parts = brier_decomposition(outcomes, forecasts)
    assert parts.score == pytest.approx(brier_score(outcomes, forecasts).mean(), abs=1e-9)
    assert min(parts.reliability, parts.resolution, parts.uncertainty) >= 0
    assert parts.resolution <= parts.uncertainty + 1e-12


def test_a_forecaster_who_is_always_right_is_reliable_and_resolves_everything():
    outcomes = np.array([0, 1, 1, 2])
    parts = brier_decomposition(outcomes, np.eye(3)[outcomes])
    assert (parts.reliability, parts.score) == (0, 0)
    assert parts.resolution == parts.uncertainty > 0


@given(rounds(), st.sampled_from(RULES))
def test_the_mean_forecast_scores_no_worse_than_the_mean_score(case, rule):
    outcomes, forecasts = case
    crowd = crowd_score(outcomes[0], forecasts, rule)
    scores = [float(SCORES[rule](outcomes[0], q)) for q in forecasts]
    assert crowd.mean == pytest.approx(sum(scores) / len(scores))
    assert crowd.of_mean <= crowd.mean + 1e-9


@given(rounds())
def test_a_mean_forecast_is_a_distribution_between_the_forecasts(case):
    _, forecasts = case
    together = mean_forecast(forecasts)
    assert together.sum() == pytest.approx(1)
    assert (together >= forecasts.min(axis=0) - 1e-12).all()
    assert (together <= forecasts.max(axis=0) + 1e-12).all()
    np.testing.assert_allclose(mean_forecast(forecasts[::-1]), together, atol=1e-12)
    np.testing.assert_allclose(mean_forecast(forecasts[:1]), forecasts[0])
    # Its entropy is at least the mean entropy: what a crowd disagrees about adds to it.
    assert float(entropy(together)) >= np.mean(entropy(forecasts)) - 1e-9


@given(rounds(), st.sampled_from(RULES))
def test_a_score_by_the_name_of_its_rule_is_that_score(case, rule):
    outcomes, forecasts = case
    np.testing.assert_array_equal(
        score(outcomes, forecasts, rule), SCORES[rule](outcomes, forecasts)
    )


@given(st.lists(st.floats(0, 1e6) | st.just(math.inf), max_size=8))
def test_a_sum_of_scores_keeps_the_infinite_ones_apart(scores):
    added = sum_of_scores(scores)
    finite = [one for one in scores if math.isfinite(one)]
    assert added.finite == pytest.approx(math.fsum(finite))
    assert added.infinite == len(scores) - len(finite)
    assert added.total == (math.inf if added.infinite else added.finite)


def test_the_mean_forecast_is_infinitely_wrong_only_where_everybody_is():
    crowd = crowd_score(0, [[0.0, 1.0], [0.0, 1.0]], "log")
    assert (crowd.mean, crowd.of_mean) == (math.inf, math.inf)
    crowd = crowd_score(0, [[0.0, 1.0], [1.0, 0.0]], "log")
    assert (crowd.mean, crowd.of_mean) == (math.inf, 1)


def test_a_forecast_of_zero_for_what_happened_costs_infinity():
    assert log_score(1, [1.0, 0.0]) == math.inf
    assert log_score([0, 1], [[1.0, 0.0], [0.25, 0.75]], base=math.e).tolist() == [
        0.0,
        pytest.approx(-math.log(0.75)),
    ]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: log_score(2, [0.5, 0.5]), "must lie in 0 to 1"),
        (lambda: log_score(0.5, [0.5, 0.5]), "whole numbers"),
        (lambda: brier_score([0, 1, 0], [[0.5, 0.5]] * 2), "do not go together"),
        (lambda: linear_score([0, 1, 0], [[0.5, 0.5]] * 2), "do not go together"),
        (lambda: expected_score([1.0], [1.0], "spherical"), "log, brier, linear"),
        (lambda: expected_score([1.0], [0.5, 0.5], "brier"), "must match"),
        (lambda: score([0], [[1.0]], "spherical"), "log, brier, linear"),
        (lambda: mean_forecast([0.5, 0.5]), "at least one forecast"),
        (lambda: mean_forecast(np.ones((0, 1))), "at least one forecast"),
        (lambda: mean_forecast([[0.5, 0.6]]), "sum"),
        (lambda: sum_of_scores([math.nan]), "row of numbers"),
        (lambda: brier_decomposition([0], [0.5, 0.5]), "one forecast for each"),
        (lambda: brier_decomposition([0, 1], [[0.5, 0.5]]), "one forecast for each"),
    ],
)
def test_what_cannot_be_scored_is_refused_in_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
