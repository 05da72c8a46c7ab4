"""Skip-gram and negative sampling against torch and against their own definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.core.skip_gram import (
    negative_sampling_gradients,
    negative_sampling_loss,
    noise_distribution,
    pair_scores,
    skip_gram_gradients,
    skip_gram_loss,
    window_average,
    window_pairs,
)
from explorer.teaching.worked_examples import EXAMPLES


@st.composite
def vocabularies(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Output and input vectors of 2 to 5 words in 1 to 3 dimensions."""
    shape = (draw(st.integers(2, 5)), draw(st.integers(1, 3)))
    numbers = st.lists(st.floats(-4, 4), min_size=math.prod(shape), max_size=math.prod(shape))
    return tuple(np.reshape(draw(numbers), shape) for _ in range(2))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int, list[int]]:
    u, v = draw(vocabularies())
    word = st.integers(0, len(u) - 1)
    return u, v[draw(word)], draw(word), draw(st.lists(word, max_size=4))


def tensors(*arrays: np.ndarray) -> list[torch.Tensor]:
    return [torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in arrays]


def test_a25_the_scores_of_the_lecture_both_ways():
    example = EXAMPLES["skip_gram"]
    scores = np.array(example["scores"])
    loss = skip_gram_loss(scores[:, np.newaxis], [1.0], example["true_class"])
    assert example.references["−u·v + logsumexp"].agrees(loss)


@given(pairs())
def test_the_loss_of_a_pair_and_its_gradients_are_those_of_cross_entropy(pair):
    u, v, context, _ = pair
    outputs, centre = tensors(u, v)
    loss = F.cross_entropy((outputs @ centre)[None], torch.tensor([context]))
    loss.backward()
    assert_allclose(pair_scores(u, v), (outputs @ centre).detach().numpy(), atol=1e-12)
    assert skip_gram_loss(u, v, context) == pytest.approx(loss.item(), rel=1e-12, abs=1e-14)
    gradients = skip_gram_gradients(u, v, context)
    assert_allclose(gradients.outputs, outputs.grad.numpy(), rtol=1e-9, atol=1e-12)
    assert_allclose(gradients.centre, centre.grad.numpy(), rtol=1e-9, atol=1e-12)


@given(pairs())
def test_negative_sampling_and_its_gradients_are_torchs(pair):
    u, v, context, negatives = pair
    outputs, centre = tensors(u, v)
    noise = torch.tensor(negatives, dtype=torch.long)
    loss = -F.logsigmoid(outputs[context] @ centre) - F.logsigmoid(-outputs[noise] @ centre).sum()
    loss.backward()
    ours = negative_sampling_loss(u, v, context, negatives)
    assert ours == pytest.approx(loss.item(), rel=1e-12, abs=1e-14)
    gradients = negative_sampling_gradients(u, v, context, negatives)
    assert_allclose(gradients.outputs, outputs.grad.numpy(), rtol=1e-9, atol=1e-12)
    assert_allclose(gradients.centre, centre.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_the_window_leaves_out_what_lies_beyond_the_ends():
    assert window_pairs([0, 1, 2], 1).tolist() == [[0, 1], [1, 0], [1, 2], [2, 1]]
    assert window_pairs([0, 1, 2], 9).tolist() == [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]]
    assert window_pairs([4], 2).shape == (0, 2)


@given(vocabularies(), st.data())
def test_the_objective_is_the_sum_over_pairs_divided_by_the_words(vocabulary, data):
    u, v = vocabulary
    text = data.draw(st.lists(st.integers(0, len(u) - 1), min_size=1, max_size=7))
    window = data.draw(st.integers(1, 3))
    total = 0.0
    for t, centre in enumerate(text):
        for j in range(-window, window + 1):
            if j != 0 and 0 <= t + j < len(text):
                total += skip_gram_loss(u, v[centre], text[t + j])
    expected = pytest.approx(total / len(text), rel=1e-12, abs=1e-12)
    assert window_average(u, v, text, window) == expected


def test_noise_is_drawn_by_counts_to_the_power_of_three_quarters():
    p = noise_distribution([0, 0, 0, 0, 2], vocabulary=4)
    weights = np.array([4**0.75, 0, 1, 0])
    assert_allclose(p, weights / weights.sum())
    assert_allclose(noise_distribution([0, 0, 2], 4, power=1), [2 / 3, 0, 1 / 3, 0])
    assert_allclose(noise_distribution([0, 0, 2], 4, power=0), [0.5, 0, 0.5, 0])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: pair_scores([[1.0, 2.0]], [1.0]), "needed, not"),
        (lambda: pair_scores([1.0, 2.0], [1.0]), "needed, not"),
        (lambda: pair_scores([[1e308]], [1e308]), "dot products must be finite"),
        (lambda: skip_gram_loss([[1.0]], [1.0], 1), "0 to 0"),
        (lambda: negative_sampling_loss([[1.0]], [1.0], 0, [3]), "0 to 0"),
        (lambda: negative_sampling_loss([[1.0]], [1.0], 0, [[0]]), "list of word indices"),
        (lambda: window_pairs([0, 1], 0), "at least one word to each side"),
        (lambda: window_pairs([[0, 1]], 1), "list of word indices"),
        (lambda: window_average([[1.0]], [[1.0]], [], 1), "at least one word"),
        (lambda: window_average([[1.0]], [[1.0]], [0, 1], 1), "0 to 0"),
        (lambda: window_average([[1.0]], [[1.0, 2.0]], [0, 0], 1), "same length"),
        (lambda: noise_distribution([], 3), "at least one word"),
        (lambda: noise_distribution([3], 3), "0 to 2"),
    ],
)
def test_what_is_no_vocabulary_is_refused_in_a_sentence(call, said):
    with pytest.raises(ValueError, match=said):
        call()
