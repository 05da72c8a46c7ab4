"""Code lengths: entropy and cross-entropy as average lengths of messages.

Source: D. A. Huffman, A Method for the Construction of Minimum-Redundancy Codes (1952).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.core.huffman import code_words
from explorer.core.information import self_information
from explorer.core.validation import FloatArray, real_array, validate_probabilities


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
    words = _lengths(lengths)
    if probabilities.ndim != 1 or words.shape != probabilities.shape:
        raise ValueError(
            f"Give one code length for each outcome; the shapes are {words.shape} and "
            f"{probabilities.shape}."
        )
    possible = probabilities > 0
    return float(probabilities[possible] @ words[possible])


def _lengths(lengths: ArrayLike) -> FloatArray:
    array = np.asarray(lengths, dtype=np.float64)
    real_array(array[~np.isposinf(array)], "Code lengths")
    if (array < 0).any():
        raise ValueError("A code length cannot be negative.")
    return array
