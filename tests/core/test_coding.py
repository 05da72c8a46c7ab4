"""Huffman's code: prefix-free, complete, optimal, readable again; and lengths against entropy."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.core.coding import (
    code_words,
    expected_code_length,
    huffman_code_lengths,
    huffman_tree,
    ideal_code_lengths,
    leaves,
    word_lengths,
)
from explorer.core.information import cross_entropy, entropy
from tests.core.strategies import distribution_pairs, distributions


@given(distributions())
def test_the_average_length_is_between_the_entropy_and_one_bit_more(p):
    lengths = huffman_code_lengths(p)
    average = expected_code_length(p, lengths)
    assert entropy(p) <= average + 1e-12
    assert average < entropy(p) + 1


@given(distributions())
def test_possible_outcomes_form_a_complete_prefix_code(p):
    lengths = huffman_code_lengths(p)
    assert lengths.dtype == np.int64
    assert (0.5 ** lengths[p > 0]).sum() == 1
    assert (lengths[p == 0] == 0).all()


@given(distributions(size=5, positive=True))
def test_no_prefix_code_is_shorter(p):
    best = min(
        float(p @ candidate)
        for candidate in itertools.product(range(1, 5), repeat=5)
        if sum(2.0**-length for length in candidate) <= 1
    )
    assert_allclose(expected_code_length(p, huffman_code_lengths(p)), best, rtol=1e-12)


@given(distributions())
def test_a_likelier_outcome_never_has_a_longer_word(p):
    lengths = huffman_code_lengths(p)
    possible = np.flatnonzero(p > 0)
    for first, second in itertools.pairwise(possible[np.argsort(-p[possible], kind="stable")]):
        if p[first] > p[second]:
            assert lengths[first] <= lengths[second]


@pytest.mark.parametrize(
    ("p", "lengths"),
    [
        ([0.5, 0.25, 0.125, 0.125], [1, 2, 3, 3]),
        ([0.25] * 4, [2, 2, 2, 2]),
        ([0.1, 0.1, 0.1, 0.7], [3, 3, 2, 1]),
        ([0.5, 0.5], [1, 1]),
        ([0, 1, 0], [0, 0, 0]),
        ([1], [0]),
        ([0.5, 0, 0.5], [1, 0, 1]),
    ],
)
def test_known_codes(p, lengths):
    assert sorted(huffman_code_lengths(p)) == sorted(lengths)
    assert expected_code_length(p, huffman_code_lengths(p)) == pytest.approx(
        float(np.dot(p, lengths))
    )


def test_equal_weights_do_not_make_a_word_longer_than_needed():
    # Both (1, 2, 3, 3) and (2, 2, 2, 2) are optimal here.
    assert huffman_code_lengths([1 / 3, 1 / 3, 1 / 6, 1 / 6]).max() == 2


@given(distribution_pairs())
def test_events_from_p_under_the_ideal_code_for_q_cost_the_cross_entropy(pair):
    p, q = pair
    average = expected_code_length(p, ideal_code_lengths(q))
    if math.isinf(cross_entropy(p, q)):
        assert average == math.inf
    else:
        assert_allclose(average, cross_entropy(p, q), rtol=1e-12, atol=1e-15)


@given(distributions())
def test_the_ideal_code_fills_krafts_sum_in_every_base(q):
    for base in (2.0, math.e, 10.0):
        assert_allclose((base ** -ideal_code_lengths(q, base)).sum(), 1, rtol=1e-12)


def test_an_impossible_outcome_has_no_finite_ideal_length():
    assert ideal_code_lengths([1, 0]).tolist() == [0, math.inf]
    assert expected_code_length([1, 0], [0, math.inf]) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: huffman_code_lengths([[0.5, 0.5]]), "single distribution"),
        (lambda: huffman_code_lengths([0.5, 0.6]), "not 1"),
        (lambda: expected_code_length([0.5, 0.5], [1]), "one code length"),
        (lambda: expected_code_length([0.5, 0.5], [1, -1]), "negative"),
        (lambda: expected_code_length([0.5, 0.5], [1, math.nan]), "finite"),
        (lambda: ideal_code_lengths([0.5, 0.5], base=1), "base of the logarithm"),
    ],
)
def test_unusable_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def read(bits: str, words: tuple[str | None, ...]) -> list[int]:
    """Decode by the definition of a prefix code: the first word that fits is the one."""
    outcomes = {word: number for number, word in enumerate(words) if word}
    events, word = [], ""
    for bit in bits:
        word += bit
        if word in outcomes:
            events.append(outcomes[word])
            word = ""
    assert not word
    return events


@given(distributions())
def test_no_word_begins_another(p):
    words = [word for word in code_words(p) if word is not None]
    assert not any(second.startswith(first) for first, second in itertools.permutations(words, 2))


@given(distributions(), st.data())
def test_a_message_can_be_read_again(p, data):
    possible = np.flatnonzero(p).tolist()
    if len(possible) < 2:
        return
    events = data.draw(st.lists(st.sampled_from(possible), max_size=30))
    words = code_words(p)
    assert read("".join(words[event] for event in events), words) == events


@given(distributions())
def test_a_fork_weighs_what_its_leaves_weigh(p):
    tree = huffman_tree(p)
    assert tree.weight == pytest.approx(sum(leaf.weight for leaf, _ in leaves(tree)))
    assert sorted(leaf.outcome for leaf, _ in leaves(tree)) == np.flatnonzero(p).tolist()


def test_a_certain_outcome_needs_no_word_and_an_impossible_one_has_none():
    words = code_words([0.0, 1.0, 0.0])
    assert words == (None, "", None)
    assert word_lengths(words).tolist() == [np.inf, 0.0, np.inf]
