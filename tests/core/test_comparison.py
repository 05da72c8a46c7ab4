"""A pair (p, q) with all its quantities: consistent with each other and with the formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal

from explorer.core.comparison import compare, impossible_outcomes
from explorer.core.information import (
    cross_entropy,
    entropy,
    jensen_shannon_divergence,
    kl_divergence,
    kl_terms,
)
from tests.core.strategies import BASES, distribution_pairs


@given(pair=distribution_pairs(), base=BASES)
def test_every_quantity_is_that_of_its_function_in_the_right_direction(pair, base):
    p, q = pair
    found = compare(p, q, base=base)
    assert found.quantities() == {
        "H(p)": entropy(p, base=base),
        "H(q)": entropy(q, base=base),
        "H(p,q)": cross_entropy(p, q, base=base),
        "D(p‖q)": kl_divergence(p, q, base=base),
        "D(q‖p)": kl_divergence(q, p, base=base),
        "Jensen–Shannon": jensen_shannon_divergence(p, q, base=base),
    }
    assert_array_equal(found.terms_pq, kl_terms(p, q, base=base))
    assert_array_equal(found.terms_qp, kl_terms(q, p, base=base))


@given(pair=distribution_pairs())
def test_a_direction_is_infinite_exactly_when_it_has_an_impossible_outcome(pair):
    p, q = pair
    result = compare(p, q)
    assert math.isinf(result.kl_pq) == bool(impossible_outcomes(p, q))
    assert math.isinf(result.kl_qp) == bool(impossible_outcomes(q, p))
    assert math.isfinite(result.jensen_shannon)
    assert impossible_outcomes(p, q) == np.flatnonzero(np.isinf(result.terms_pq)).tolist()


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
