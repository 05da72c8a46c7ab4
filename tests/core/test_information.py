"""Entropy and its relatives: identities, oracles and edges."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import scipy.stats
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.special import rel_entr

from explorer.core.distributions import interpolate, normalize, one_hot
from explorer.core.information import (
    UNITS,
    binary_entropy,
    cross_entropy,
    cross_entropy_terms,
    entropy,
    entropy_terms,
    jensen_shannon_divergence,
    kl_divergence,
    kl_terms,
    maximum_entropy,
    perplexity,
    self_information,
    simplex_entropy,
    unit_name,
)
from tests.core.strategies import BASES, distribution_pairs, distribution_tuples, distributions

PAIRWISE = [cross_entropy, kl_divergence, jensen_shannon_divergence]


@pytest.fixture(autouse=True)
def _no_numpy_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


# Identities


@given(distribution_pairs(), BASES)
def test_cross_entropy_is_entropy_plus_divergence(pair, base):
    p, q = pair
    total = entropy(p, base=base) + kl_divergence(p, q, base=base)
    assert_allclose(cross_entropy(p, q, base=base), total, rtol=1e-12, atol=1e-12)


@given(distribution_pairs())
def test_the_divergence_is_never_negative(pair):
    value = kl_divergence(*pair)
    assert value >= 0
    assert not np.signbit(value)


@given(distribution_pairs(positive=True))
def test_the_divergence_is_zero_only_between_equal_distributions(pair):
    p, q = pair
    # Pinsker: D ≥ |p − q|² / 2 nats, with the sum of absolute differences.
    assert kl_divergence(p, q, base=math.e) >= np.abs(p - q).sum() ** 2 / 2 - 1e-14


@given(distributions(), BASES)
def test_the_divergence_of_p_from_itself_is_exactly_zero(p, base):
    assert kl_divergence(p, p, base=base) == 0
    assert (kl_terms(p, p, base=base) == 0).all()
    assert jensen_shannon_divergence(p, p, base=base) == 0
    assert cross_entropy(p, p, base=base) == pytest.approx(entropy(p, base=base), abs=1e-15)


@given(distribution_pairs())
def test_jensen_shannon_is_symmetric_and_at_most_one_bit(pair):
    p, q = pair
    value = jensen_shannon_divergence(p, q)
    assert value == jensen_shannon_divergence(q, p)
    assert 0 <= value <= 1


@given(distribution_tuples(3))
def test_the_root_of_jensen_shannon_obeys_the_triangle_inequality(three):
    p, q, r = three
    distance = [math.sqrt(jensen_shannon_divergence(*pair)) for pair in ((p, q), (p, r), (r, q))]
    assert distance[0] <= distance[1] + distance[2] + 1e-7


@given(distribution_pairs())
def test_jensen_shannon_is_the_entropy_of_the_mean_minus_the_mean_entropy(pair):
    p, q = pair
    expected = entropy(interpolate(q, p, 0.5)) - (entropy(p) + entropy(q)) / 2
    assert_allclose(jensen_shannon_divergence(p, q), expected, atol=1e-12)


def test_disjoint_distributions_are_one_bit_apart():
    assert jensen_shannon_divergence([1, 0, 0], [0, 0.3, 0.7]) == 1
    assert kl_divergence([1, 0, 0], [0, 0.3, 0.7]) == math.inf


@given(distribution_pairs(), st.randoms())
def test_the_order_of_the_outcomes_does_not_matter(pair, random):
    p, q = pair
    order = list(range(p.size))
    random.shuffle(order)
    assert_allclose(entropy(p[order]), entropy(p), rtol=1e-12, atol=1e-14)
    for function in PAIRWISE:
        assert_allclose(function(p[order], q[order]), function(p, q), rtol=1e-12, atol=1e-14)


@given(distribution_pairs(), BASES)
def test_a_change_of_base_is_a_factor(pair, base):
    p, q = pair
    factor = math.log(base)
    assert_allclose(entropy(p, base=base) * factor, entropy(p, base=math.e), rtol=1e-12)
    for function in PAIRWISE:
        assert_allclose(
            function(p, q, base=base) * factor,
            function(p, q, base=math.e),
            rtol=1e-12,
            atol=1e-300,
        )


@given(distributions(), BASES)
def test_entropy_lies_between_zero_and_that_of_equal_chances(p, base):
    assert 0 <= entropy(p, base=base) <= maximum_entropy(p.size, base) * (1 + 1e-12)


@given(distribution_pairs(), st.floats(0, 1))
def test_entropy_is_concave(pair, t):
    p, q = pair
    mixture = entropy(interpolate(q, p, t))
    assert mixture >= (1 - t) * entropy(q) + t * entropy(p) - 1e-12


@given(distribution_tuples(4), st.floats(0, 1))
def test_the_divergence_is_jointly_convex(four, t):
    first, second = four[:2], four[2:]
    mixed = kl_divergence(interpolate(first[0], second[0], t), interpolate(first[1], second[1], t))
    parts = [
        weight * kl_divergence(*pair) for weight, pair in ((1 - t, first), (t, second)) if weight
    ]
    assert mixed <= sum(parts) + 1e-12


@given(distributions(), distributions())
def test_entropy_of_independent_outcomes_adds(p, q):
    joint = np.outer(p, q).ravel()
    assert_allclose(entropy(joint), entropy(p) + entropy(q), rtol=1e-11, atol=1e-12)


@given(distributions(), BASES)
def test_the_terms_add_up_to_the_whole(p, base):
    assert_allclose(entropy_terms(p, base=base).sum(), entropy(p, base=base), atol=1e-14)
    assert (entropy_terms(p, base=base) >= 0).all()


@given(distribution_pairs(), BASES)
def test_the_terms_of_both_divergences_add_up_and_have_the_shape_of_p(pair, base):
    p, q = pair
    for terms, whole in ((kl_terms, kl_divergence), (cross_entropy_terms, cross_entropy)):
        parts = terms(p, q, base=base)
        assert parts.shape == p.shape
        assert_allclose(parts.sum(), whole(p, q, base=base), rtol=1e-12, atol=1e-14)
        assert not np.signbit(parts[parts == 0]).any()


@given(distributions())
def test_perplexity_lies_between_one_and_the_number_of_outcomes(p):
    assert 1 <= perplexity(p) <= p.size * (1 + 1e-12)
    assert_allclose(perplexity(p), 2 ** entropy(p))


# Oracles


@given(distributions(), BASES)
def test_entropy_agrees_with_scipy_stats(p, base):
    assert_allclose(
        entropy(p, base=base), scipy.stats.entropy(p, base=base), rtol=1e-10, atol=1e-14
    )


@given(distribution_pairs(), BASES)
def test_the_divergence_agrees_with_scipy(pair, base):
    p, q = pair
    ours = kl_divergence(p, q, base=base)
    assert_allclose(ours, rel_entr(p, q).sum() / math.log(base), rtol=1e-12, atol=1e-15)
    assert_allclose(ours, scipy.stats.entropy(p, q, base=base), rtol=1e-9, atol=1e-14)


@given(distribution_pairs(positive=True))
def test_the_divergence_agrees_with_its_definition_in_exact_sums(pair):
    p, q = pair
    terms = [a * math.log2(a / b) for a, b in zip(p.tolist(), q.tolist(), strict=True)]
    assert_allclose(kl_divergence(p, q), math.fsum(terms), rtol=1e-11, atol=1e-14)


def test_arrays_of_distributions_agree_with_one_at_a_time():
    generator = np.random.default_rng(3)
    p = normalize(generator.random((5, 1, 4)))
    q = normalize(generator.random((3, 4)))
    for function in PAIRWISE:
        table = function(p, q)
        assert table.shape == (5, 3)
        assert_allclose(table[2, 1], function(p[2, 0], q[1]), rtol=1e-14)


def test_the_outcomes_may_lie_along_another_axis_in_both():
    generator = np.random.default_rng(4)
    p, q = normalize(generator.random((4, 6)), axis=0), normalize(generator.random(4))
    for function in PAIRWISE:
        assert_allclose(function(p, q, axis=0), [function(column, q) for column in p.T])
    assert entropy(p, axis=0).shape == (6,)
    assert kl_terms(p, q, axis=0).shape == (4, 6)
    assert_allclose(kl_terms(p, q, axis=0)[:, 2], kl_terms(p[:, 2], q))


# Edges


@pytest.mark.parametrize("size", [1, 2, 5])
def test_entropy_of_a_one_hot_is_exactly_zero(size):
    p = one_hot(size - 1, size)
    for base in (2, math.e, 10):
        for value in (entropy(p, base=base), *entropy_terms(p, base=base)):
            assert value == 0
            assert not np.signbit(value)
    assert perplexity(p) == 1


def test_self_information_at_the_ends():
    values = self_information([0.0, -0.0, 1.0, 0.5])
    assert values.tolist() == [math.inf, math.inf, 0.0, 1.0]
    assert not np.signbit(values).any()


def test_powers_of_the_base_give_whole_numbers():
    exponents = np.arange(1, 20)
    assert (self_information(2.0**-exponents) == exponents).all()
    assert self_information(0.001, base=10) == 3
    assert maximum_entropy(1000, 10) == 3
    assert maximum_entropy(8) == 3
    assert maximum_entropy(1) == 0


def test_equal_chances_have_the_maximum_entropy_and_n_as_perplexity():
    for n in range(1, 21):
        assert entropy(np.full(n, 1 / n)) == pytest.approx(maximum_entropy(n), abs=1e-14)
        assert perplexity(np.full(n, 1 / n)) == pytest.approx(n)


def test_an_impossible_model_costs_infinity_and_an_impossible_outcome_nothing():
    assert cross_entropy([0.5, 0.5], [1, 0]) == math.inf
    assert kl_terms([0.5, 0.5], [1, 0]).tolist() == [-0.5, math.inf]
    assert cross_entropy_terms([0.5, 0.5, 0], [1, 0, 0]).tolist() == [0, math.inf, 0]
    assert cross_entropy([1, 0], [1, 0]) == 0 == kl_divergence([1, 0], [1, 0])
    assert kl_divergence([1, 0], [0.25, 0.75]) == 2


def test_the_smallest_numbers_do_not_overflow():
    tiny = 5e-324
    assert math.isfinite(kl_divergence([0.5, 0.5], [1.0, tiny]))
    assert jensen_shannon_divergence([tiny, 1.0], [0.0, 1.0]) < 1e-300


def test_a_sum_within_the_tolerance_gives_no_negative_value():
    p, q = [1 + 5e-7, 0.0], [1 - 5e-7, 1e-6]
    assert entropy(p) == 0
    assert kl_divergence(q, p) == math.inf
    assert kl_divergence([1 - 5e-7], [1 + 5e-7]) == 0


@pytest.mark.parametrize("function", PAIRWISE)
def test_inputs_that_are_no_distributions_are_refused(function):
    good = [0.5, 0.5]
    for bad in ([-0.5, 1.5], [0.5, 0.6], [math.nan, 1], [], [math.inf, 0], 1.0, [1, 1]):
        with pytest.raises(ValueError, match=r"\.$"):
            function(good, bad)
        with pytest.raises(ValueError, match=r"\.$"):
            function(bad, good)


@pytest.mark.parametrize("function", PAIRWISE)
def test_different_numbers_of_outcomes_are_refused(function):
    with pytest.raises(ValueError, match="p has 2 and q 3"):
        function([0.5, 0.5], [0.2, 0.3, 0.5])
    with pytest.raises(ValueError, match="p has 2 and q 1"):
        function([0.5, 0.5], [1.0])
    with pytest.raises(ValueError, match="do not go together"):
        function(np.full((2, 2), 0.5), np.full((3, 2), 0.5))


@pytest.mark.parametrize("base", [0, 1, -2, 0.5, math.inf, math.nan])
def test_unusable_bases_are_refused(base):
    calls = [
        lambda: entropy([0.5, 0.5], base=base),
        lambda: self_information(0.5, base=base),
        lambda: kl_divergence([0.5, 0.5], [0.5, 0.5], base=base),
        lambda: jensen_shannon_divergence([0.5, 0.5], [0.5, 0.5], base=base),
        lambda: maximum_entropy(4, base),
        lambda: binary_entropy(0.5, base),
        lambda: unit_name(base),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="base of the logarithm"):
            call()


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan, math.inf, "0.5"])
def test_self_information_takes_probabilities_only(p):
    for function in (self_information, binary_entropy):
        with pytest.raises(ValueError, match=r"\.$"):
            function(p)


def test_units_are_named():
    assert [unit_name(base) for base in UNITS] == ["bits", "nats", "dits"]
    assert unit_name(2.0) == "bits"
    assert unit_name(3) == "base-3 units"


@given(st.floats(0, 1), BASES)
@example(1e-300, 2.0)
@example(1.0, 2.0)
def test_binary_entropy_is_the_entropy_of_two_outcomes(p, base):
    assert_allclose(
        binary_entropy(p, base), entropy([p, 1 - p], base=base), rtol=1e-9, atol=2.5e-16
    )
    assert not np.signbit(binary_entropy(p, base))


def test_binary_entropy_keeps_its_precision_near_zero():
    p = 1e-20
    assert_allclose(binary_entropy(p, math.e), p * (1 - math.log(p)), rtol=1e-14)
    assert binary_entropy(0.5) == 1


@pytest.mark.parametrize("resolution", [1, 2, 10])
def test_the_simplex_grid_covers_the_triangle_once(resolution):
    points, values = simplex_entropy(resolution)
    assert points.shape == ((resolution + 1) * (resolution + 2) // 2, 3)
    assert len({tuple(point) for point in points.tolist()}) == len(points)
    assert_allclose(points.sum(axis=1), 1)
    assert (points >= 0).all()
    assert_allclose(values, [entropy(point) for point in points], atol=1e-15)


def test_the_simplex_grid_has_its_maximum_in_the_middle_and_zero_in_the_corners():
    points, values = simplex_entropy(30, base=3)
    assert_allclose(points[values.argmax()], 1 / 3)
    assert values.max() == pytest.approx(1)
    corners = (points == 1).any(axis=1)
    assert corners.sum() == 3
    assert (values[corners] == 0).all()


@pytest.mark.parametrize("call", [lambda: simplex_entropy(0), lambda: maximum_entropy(0)])
def test_sizes_below_one_are_refused(call):
    with pytest.raises(ValueError, match="at least one"):
        call()
