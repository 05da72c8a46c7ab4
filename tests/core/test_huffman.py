"""Huffman's code: prefix-free, complete, optimal, and readable again."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.coding import (
    code_words,
    expected_code_length,
    huffman_code_lengths,
    huffman_tree,
    leaves,
    word_lengths,
)
from explorer.core.information import entropy
from tests.core.strategies import distributions


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
    assert not any(second.startswith(first) for first, second in permutations(words, 2))


@given(distributions())
def test_the_words_fill_the_tree_and_stay_within_one_bit_of_the_entropy(p):
    lengths = huffman_code_lengths(p)
    assert (0.5 ** lengths[p > 0]).sum() == pytest.approx(1)
    average = expected_code_length(p, lengths)
    assert entropy(p) - 1e-6 <= average < entropy(p) + 1


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


def test_the_lottery_with_a_favourite_has_words_of_one_two_and_three_digits():
    assert sorted(map(len, code_words([0.1, 0.1, 0.1, 0.7]))) == [1, 2, 3, 3]
