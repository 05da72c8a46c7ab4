"""Huffman's code as a tree, and its code words.

Source: D. A. Huffman, A Method for the Construction of Minimum-Redundancy Codes (1952).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.core.validation import FloatArray, validate_probabilities


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
    """Return the tree of a binary prefix code that is optimal for p.

    Only outcomes that can happen stand in it. Equal weights are merged in the order of the
    outcomes, which keeps the longest word as short as it can be.

    Args:
        p: Distribution [n].

    Returns:
        The root; a leaf when one outcome is certain.

    Raises:
        ValueError: p is not a single distribution.
    """
    probabilities = validate_probabilities(p)
    if probabilities.ndim != 1:
        raise ValueError("Give a single distribution, a flat list of probabilities.")
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
    """Return the code word of every outcome, of the digits 0 and 1.

    Args:
        p: Distribution [n].

    Returns:
        n words. None for an outcome with probability 0, which has no word; the empty word for a
        certain one, of which nothing has to be sent.

    Raises:
        ValueError: p is not a single distribution.
    """
    words: list[str | None] = [None] * len(validate_probabilities(p))
    for leaf, word in leaves(huffman_tree(p)):
        words[leaf.outcome] = word
    return tuple(words)


def word_lengths(words: Sequence[str | None]) -> FloatArray:
    """Return how long the message about each outcome is in bits [n]: inf where there is no word."""
    return np.array([math.inf if word is None else len(word) for word in words])
