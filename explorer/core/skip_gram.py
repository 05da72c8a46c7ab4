"""Skip-gram of word2vec: a word predicts its neighbours through the dot products of vectors.

Every word w has an output vector u_w, as a neighbour, and an input vector v_w, as the centre.
Scores are u·v, so the loss of one pair is softmax cross-entropy with the vocabulary as classes.

Source: Mikolov et al., Distributed Representations of Words and Phrases and their
Compositionality (2013).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.core.activations import sigmoid
from explorer.core.binary_losses import sigmoid_binary_cross_entropy
from explorer.core.multiclass_losses import (
    sparse_softmax_cross_entropy,
    sparse_softmax_cross_entropy_gradient,
)
from explorer.core.validation import FloatArray, class_indices, real_array

NOISE_POWER = 0.75
"""Exponent of the counts in the noise distribution that Mikolov et al. found best."""


class VectorGradients(NamedTuple):
    """Derivatives of a loss by every output vector [V, D] and by the centre's vector [D]."""

    outputs: FloatArray
    centre: FloatArray


def pair_scores(outputs: ArrayLike, centre: ArrayLike) -> FloatArray:
    """Return u_w·v for every word w, the logits of the neighbour.

    Args:
        outputs: Output vectors u, finite numbers [V, D].
        centre: Input vector v of the centre word, finite numbers [D].

    Returns:
        Scores [V].

    Raises:
        ValueError: Not finite, not of these shapes, or products beyond the range of float64.
    """
    u, v = _vectors(outputs, centre)
    with np.errstate(over="ignore", invalid="ignore"):
        scores = u @ v
    return real_array(scores, "The dot products")


def skip_gram_loss(outputs: ArrayLike, centre: ArrayLike, context: int) -> float:
    """Return −u_o·v + ln Σ exp(u_w·v), the loss of one neighbour under the full softmax.

    PyTorch: cross_entropy of the scores; TensorFlow: sparse_softmax_cross_entropy_with_logits.

    Args:
        outputs: Output vectors u [V, D].
        centre: Input vector v of the centre word [D].
        context: Index o of the neighbour, in 0 … V − 1.

    Returns:
        Loss in nats.

    Raises:
        ValueError: As `pair_scores`, or an index out of range.
    """
    return float(sparse_softmax_cross_entropy(pair_scores(outputs, centre), context))


def skip_gram_gradients(outputs: ArrayLike, centre: ArrayLike, context: int) -> VectorGradients:
    """Return the gradients of `skip_gram_loss`: (q_w − y_w) v by u_w, and Uᵀ(q − y) by v.

    Same arguments and errors.
    """
    by_score = sparse_softmax_cross_entropy_gradient(pair_scores(outputs, centre), context)
    return _by_vectors(by_score, outputs, centre)


def negative_sampling_loss(
    outputs: ArrayLike, centre: ArrayLike, context: int, negatives: ArrayLike
) -> float:
    """Return −ln σ(u_o·v) − Σ_k ln σ(−u_k·v), which needs no sum over the vocabulary.

    It is the sigmoid form with the label 1 for the neighbour and 0 for every negative. PyTorch:
    binary_cross_entropy_with_logits, summed; TensorFlow: nce_loss is its relative.

    Args, unit and errors are those of `skip_gram_loss`; negatives are the indices of the words
    drawn as noise [K], and one drawn twice counts twice.
    """
    scores = pair_scores(outputs, centre)
    words, labels = _sampled(scores, context, negatives)
    return float(sigmoid_binary_cross_entropy(scores[words], labels).sum())


def negative_sampling_gradients(
    outputs: ArrayLike, centre: ArrayLike, context: int, negatives: ArrayLike
) -> VectorGradients:
    """Return the gradients of `negative_sampling_loss`; a word that was not drawn has none.

    Same arguments and errors.
    """
    scores = pair_scores(outputs, centre)
    words, labels = _sampled(scores, context, negatives)
    by_score = np.zeros_like(scores)
    np.add.at(by_score, words, sigmoid(scores[words]) - labels)
    return _by_vectors(by_score, outputs, centre)


def window_pairs(text: ArrayLike, window: int) -> NDArray[np.intp]:
    """Return every (centre, neighbour) of a text, in reading order.

    Args:
        text: Word indices [T].
        window: m, how many words to each side are neighbours; those beyond the ends are left out.

    Returns:
        Pairs of word indices [N, 2].

    Raises:
        ValueError: A window below 1, or a text that is not a list of indices.
    """
    words = np.asarray(text)
    if words.ndim != 1 or words.dtype.kind not in "iu" or (words < 0).any():
        raise ValueError("A text is a list of word indices.")
    if window < 1:
        raise ValueError("The window must hold at least one word to each side.")
    pairs = [
        (words[place], words[other])
        for place in range(words.size)
        for other in range(max(0, place - window), min(words.size, place + window + 1))
        if other != place
    ]
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def window_average(outputs: ArrayLike, inputs: ArrayLike, text: ArrayLike, window: int) -> float:
    """Return −(1/T) Σ_t Σ_{0<|j|≤m} ln p(w_{t+j} | w_t), the objective over a text.

    Args:
        outputs: Output vectors u [V, D].
        inputs: Input vectors v [V, D].
        text: Word indices [T], T ≥ 1.
        window: m, at least 1.

    Returns:
        Nats per word of the text. The sum has up to 2m neighbours a word, and only the number of
        words T divides it.

    Raises:
        ValueError: As `pair_scores` and `window_pairs`, an empty text, or an unknown word.
    """
    u, v = real_array(outputs, "Output vectors"), real_array(inputs, "Input vectors")
    if u.ndim != 2 or u.shape != v.shape:
        raise ValueError("Give every word an input and an output vector of the same length.")
    words = np.asarray(text)
    if words.size == 0:
        raise ValueError("The text needs at least one word.")
    pairs = class_indices(window_pairs(words, window), len(u))
    with np.errstate(over="ignore", invalid="ignore"):
        scores = v[pairs[:, 0]] @ u.T
    losses = sparse_softmax_cross_entropy(real_array(scores, "The dot products"), pairs[:, 1])
    return float(losses.sum() / words.size)


def noise_distribution(text: ArrayLike, vocabulary: int, power: float = NOISE_POWER) -> FloatArray:
    """Return count(w)^power / Σ count^power, from which negatives are drawn.

    Args:
        text: Word indices [T], T ≥ 1.
        vocabulary: Number of words V.
        power: 1 draws words as often as the text has them, 0 draws all that occur alike.

    Returns:
        Distribution [V]; a word that does not occur has probability 0.

    Raises:
        ValueError: An empty text or an unknown word.
    """
    words = class_indices(text, vocabulary) if np.size(text) else np.empty(0, np.intp)
    if words.size == 0:
        raise ValueError("The text needs at least one word.")
    counts = np.bincount(words, minlength=vocabulary).astype(np.float64)
    weights = np.where(counts > 0, counts**power, 0.0)
    return weights / weights.sum()


def _vectors(outputs: ArrayLike, centre: ArrayLike) -> tuple[FloatArray, FloatArray]:
    u, v = real_array(outputs, "Output vectors"), real_array(centre, "The centre's vector")
    if u.ndim != 2 or v.ndim != 1 or u.shape[1] != v.size or not u.size:
        raise ValueError(
            f"Output vectors [V, D] and a centre [D] are needed, not {u.shape} and {v.shape}."
        )
    return u, v


def _sampled(
    scores: FloatArray, context: int, negatives: ArrayLike
) -> tuple[NDArray[np.intp], FloatArray]:
    """Return the words that take part, the neighbour first, and their labels 1, 0, …, 0."""
    noise = np.asarray(negatives, dtype=None if np.size(negatives) else np.intp)
    if noise.ndim != 1:
        raise ValueError("Negatives are a list of word indices.")
    words = class_indices(np.concatenate([[context], noise]), scores.size)
    labels = np.zeros(words.size)
    labels[0] = 1.0
    return words, labels


def _by_vectors(by_score: FloatArray, outputs: ArrayLike, centre: ArrayLike) -> VectorGradients:
    u, v = _vectors(outputs, centre)
    return VectorGradients(by_score[:, np.newaxis] * v + 0.0, by_score @ u + 0.0)
