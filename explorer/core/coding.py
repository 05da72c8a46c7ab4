"""Huffman's code, and entropy and cross-entropy as average lengths of messages.

Source: D. A. Huffman, A Method for the Construction of Minimum-Redundancy Codes (1952).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.core.information import self_information
from explorer.core.validation import (
    FloatArray,
    real_array,
    single_distribution,
    validate_probabilities,
)


@dataclass(frozen=True)
class Leaf:
    """An outcome in a code tree.

    Attributes:
        weight: Probability of the outcome.
        outcome: Index of the outcome, 0 … n − 1.
    """

    weight: float
    outcome: int


@dataclass(frozen=True)
class Fork:
    """A place in a code tree where a digit decides.

    Attributes:
        weight: Probability of the outcomes below it.
        children: The node reached by 0, then the one reached by 1.
    """

    weight: float
    children: tuple[Node, Node]


Node = Leaf | Fork


def huffman_tree(p: ArrayLike) -> Node:
    """Return the tree of a binary prefix code that is optimal for a distribution p [n].

    Only outcomes that can happen stand in it; where one is certain it is a leaf. Equal weights are
    merged in the order of the outcomes, which keeps the longest word as short as it can be.

    Raises:
        ValueError: p is not a single distribution.
    """
    probabilities = single_distribution(p)
    # Entries compare by weight, then by age: original outcomes come before merged ones.
    heap: list[tuple[float, int, Node]] = [
        (weight, number, Leaf(weight, number))
        for number, weight in enumerate(probabilities.tolist())
        if weight > 0
    ]
    heapq.heapify(heap)
    age = probabilities.size
    while len(heap) > 1:
        (first, _, low), (second, _, high) = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (first + second, age, Fork(first + second, (low, high))))
        age += 1
    return heap[0][2]


def leaves(tree: Node, word: str = "") -> Iterator[tuple[Leaf, str]]:
    """Yield the leaves from left to right, each with the code word that leads to it."""
    if isinstance(tree, Leaf):
        yield tree, word
        return
    for digit, child in zip("01", tree.children, strict=True):
        yield from leaves(child, word + digit)


def code_words(p: ArrayLike) -> tuple[str | None, ...]:
    """Return the code word of every outcome of `huffman_tree`, of the digits 0 and 1.

    It is None for an outcome with probability 0, which has no word, and empty for a certain one,
    of which nothing has to be sent. Args and errors are those of `huffman_tree`.
    """
    words: list[str | None] = [None] * len(validate_probabilities(p))
    for leaf, word in leaves(huffman_tree(p)):
        words[leaf.outcome] = word
    return tuple(words)


def word_lengths(words: Sequence[str | None]) -> FloatArray:
    """Return how long the message about each outcome is in bits [n]: inf where there is no word."""
    return np.array([math.inf if word is None else len(word) for word in words])


def huffman_code_lengths(p: ArrayLike) -> NDArray[np.int64]:
    """Return the word lengths of a binary prefix code that is optimal for p.

    Only outcomes that can happen get a code word; a zero probability gets length 0, meaning none.
    An outcome that is certain gets length 0 as well: nothing has to be sent. So
    H(p) ≤ expected length < H(p) + 1 bits holds for every p. Equal weights are merged in the
    order of the outcomes, which keeps the longest word as short as it can be.

    Args:
        p: Distribution [n].

    Returns:
        Integer lengths [n] in bits.

    Raises:
        ValueError: p is not a single distribution.
    """
    return np.array([len(word or "") for word in code_words(p)], dtype=np.int64)


def ideal_code_lengths(q: ArrayLike, base: float = 2.0) -> FloatArray:
    """Return −log q, the lengths an ideal code for q would use if lengths could be fractions.

    With events from p their average is the cross-entropy H(p, q), and H(p) for q = p.

    Args:
        q: Distribution(s) [..., n].
        base: Size of the code's alphabet; 2 gives bits.

    Returns:
        Lengths [..., n] in units of the base; inf where q = 0.

    Raises:
        ValueError: q is not a distribution, or an unusable base.
    """
    probabilities = validate_probabilities(q)
    # A sum within the tolerance may hold an entry a hair above 1, whose length would be negative.
    return self_information(np.minimum(probabilities, 1.0), base=base)


def expected_code_length(p: ArrayLike, lengths: ArrayLike) -> float:
    """Return Σ p·length, the average length of messages about events from p.

    Args:
        p: Distribution [n].
        lengths: Lengths [n], not negative; inf is allowed and counts only where p > 0.

    Returns:
        The average, in the unit of the lengths.

    Raises:
        ValueError: p is not a distribution, or lengths of another shape, negative or NaN.
    """
    probabilities = validate_probabilities(p)
    words = np.asarray(lengths, dtype=np.float64)
    real_array(words[~np.isposinf(words)], "Code lengths")
    if (words < 0).any():
        raise ValueError("A code length cannot be negative.")
    if probabilities.ndim != 1 or words.shape != probabilities.shape:
        raise ValueError(
            f"Give one code length for each outcome; the shapes are {words.shape} and "
            f"{probabilities.shape}."
        )
    possible = probabilities > 0
    return float(probabilities[possible] @ words[possible])
