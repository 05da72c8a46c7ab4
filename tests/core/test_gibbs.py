"""Gibbs' inequality: no share is negative, and together they are the divergence."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given

from explorer.core.gibbs import gibbs_gaps
from explorer.core.information import kl_divergence
from tests.core.strategies import distribution_pairs, distributions


@given(distribution_pairs())
def test_the_shares_add_up_to_the_divergence_and_none_is_negative(pair):
    p, q = pair
    found = gibbs_gaps(p, q)
    assert (found.shares >= 0).all()
    assert found.shares.sum() == pytest.approx(float(kl_divergence(p, q, base=math.e)), abs=2e-6)


@given(distribution_pairs())
def test_a_share_is_the_gap_weighted_by_p_where_p_is_possible(pair):
    p, q = pair
    found = gibbs_gaps(p, q)
    possible = (p > 0) & np.isfinite(found.gaps)
    np.testing.assert_allclose(
        found.shares[possible], (p * found.gaps)[possible], rtol=1e-9, atol=1e-12
    )
    np.testing.assert_array_equal(found.shares[p == 0], q[p == 0])


@given(distributions())
def test_only_at_q_equal_to_p_is_every_gap_zero(p):
    found = gibbs_gaps(p, p)
    assert found.shares.tolist() == [0.0] * p.size
    assert found.kl_divergence == 0


def test_a_possible_outcome_without_probability_in_q_has_an_infinite_gap():
    found = gibbs_gaps([0.5, 0.5, 0.0], [1.0, 0.0, 0.0])
    assert found.gaps[1] == math.inf
    assert found.shares[1] == math.inf
    assert math.isnan(found.ratios[2])


def test_an_outcome_that_p_calls_impossible_adds_what_q_spends_on_it():
    found = gibbs_gaps([1.0, 0.0], [0.5, 0.5])
    assert found.shares.tolist() == pytest.approx([math.log(2) - 0.5, 0.5])
    assert found.kl_divergence == pytest.approx(math.log(2))
