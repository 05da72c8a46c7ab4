"""A pair (p, q) with all its quantities: consistent with each other and with the formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy as scipy_entropy

from explorer.core.comparison import compare, impossible_outcomes
from tests.core.strategies import BASES, distribution_pairs


@given(pair=distribution_pairs(positive=True), base=BASES)
def test_every_quantity_agrees_with_scipy(pair, base):
    p, q = pair
    result = compare(p, q, base=base)
    # scipy normalises its arguments, hence a difference in the last digits.
    close = {"rtol": 1e-9, "atol": 1e-12}
    assert_allclose(result.entropy_p, scipy_entropy(p, base=base), **close)
    assert_allclose(result.entropy_q, scipy_entropy(q, base=base), **close)
    assert_allclose(result.kl_pq, scipy_entropy(p, q, base=base), **close)
    assert_allclose(result.kl_qp, scipy_entropy(q, p, base=base), **close)
    assert_allclose(
        result.jensen_shannon, jensenshannon(p, q, base=base) ** 2, rtol=1e-6, atol=1e-9
    )


@given(pair=distribution_pairs(), base=BASES)
def test_cross_entropy_is_entropy_and_divergence_together(pair, base):
    result = compare(*pair, base=base)
    assert_allclose(result.cross_entropy, result.entropy_p + result.kl_pq, rtol=1e-9, atol=1e-12)


@given(pair=distribution_pairs(), base=BASES)
def test_the_terms_of_each_direction_sum_to_its_divergence(pair, base):
    result = compare(*pair, base=base)
    for terms, total in ((result.terms_pq, result.kl_pq), (result.terms_qp, result.kl_qp)):
        assert_allclose(terms.sum(), total, rtol=1e-9, atol=1e-12)


@given(pair=distribution_pairs(), base=BASES)
def test_swapping_p_and_q_swaps_their_quantities(pair, base):
    p, q = pair
    there, back = compare(p, q, base=base), compare(q, p, base=base)
    assert (there.entropy_p, there.kl_pq) == (back.entropy_q, back.kl_qp)
    assert (there.entropy_q, there.kl_qp) == (back.entropy_p, back.kl_pq)
    assert_allclose(there.jensen_shannon, back.jensen_shannon, rtol=1e-12)


@given(pair=distribution_pairs())
def test_a_direction_is_infinite_exactly_when_it_has_an_impossible_outcome(pair):
    p, q = pair
    result = compare(p, q)
    assert math.isinf(result.kl_pq) == bool(impossible_outcomes(p, q))
    assert math.isinf(result.kl_qp) == bool(impossible_outcomes(q, p))
    assert math.isfinite(result.jensen_shannon)
    assert impossible_outcomes(p, q) == np.flatnonzero(np.isinf(result.terms_pq)).tolist()


@given(pair=distribution_pairs())
def test_nothing_diverges_from_itself(pair):
    p, _ = pair
    result = compare(p, p)
    assert result.kl_pq == result.kl_qp == result.jensen_shannon == 0
    assert result.cross_entropy == result.entropy_p
    assert impossible_outcomes(p, p) == []


def test_the_skewed_distribution_and_the_uniform_one_as_the_lessons_give_them():
    result = compare([0.1, 0.1, 0.1, 0.7], [0.25] * 4)
    assert_allclose(
        [result.entropy_p, result.entropy_q, result.cross_entropy, result.kl_pq, result.kl_qp],
        [1.356780, 2, 2, 0.643220, 0.620089],
        atol=5e-7,
    )


def test_the_impossible_outcomes_are_named_in_their_order():
    assert impossible_outcomes([0.2, 0.3, 0.5, 0], [0, 1, 0, 0]) == [0, 2]


@pytest.mark.parametrize(
    ("p", "q", "base"),
    [
        ([0.5, 0.4], [0.5, 0.5], 2),
        ([0.5, 0.5], [0.5, 0.6], 2),
        ([0.5, 0.5], [0.2, 0.3, 0.5], 2),
        ([0.5, 0.5], [0.5, 0.5], 1),
        ([np.nan, 1], [0.5, 0.5], 2),
    ],
)
def test_what_is_no_pair_of_distributions_is_refused(p, q, base):
    with pytest.raises(ValueError, match=r"\.$"):
        compare(p, q, base=base)
