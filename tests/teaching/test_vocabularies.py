"""The starting vocabularies, and reading a text in their words."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.teaching.vocabularies import VOCABULARIES, word_indices, written_text
from explorer.teaching.worked_examples import EXAMPLES


@pytest.mark.parametrize("name", VOCABULARIES)
def test_every_vocabulary_has_two_vectors_for_each_word(name):
    vocabulary = VOCABULARIES[name]
    for coordinates in (*vocabulary.inputs, *vocabulary.outputs):
        assert len(coordinates) == len(vocabulary.words)


def test_the_first_vocabulary_has_the_scores_of_the_lecture():
    vocabulary = next(iter(VOCABULARIES.values()))
    centre = np.array(vocabulary.inputs)[:, 0]
    assert tuple(np.array(vocabulary.outputs).T @ centre) == EXAMPLES["skip_gram"]["scores"]


@pytest.mark.parametrize(
    ("text", "indices"),
    [
        ("cat mat  cat", [0, 2, 0]),
        (" cat,mat , cat ", [0, 2, 0]),
        ("fat cat, mat", [1, 2]),
        ("cat，mat、cat", [0, 2, 0]),
    ],
)
def test_a_text_is_read_in_the_words_of_the_vocabulary(text, indices):
    assert word_indices(text, ("cat", "fat cat", "mat")).tolist() == indices


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at least one word"),
        (" , ,", "at least one word"),
        ("cat dog", "“dog” is not in the vocabulary: cat, mat."),
        ("x" * 60, "“xxxxxxxxxxxxxxxxxxxxxxx…” is not"),
        ("cat " * 300, "300 words; use at most 200"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_in_a_sentence(text, said):
    with pytest.raises(ValueError, match=said):
        word_indices(text, ("cat", "mat"))


@pytest.mark.parametrize("words", [("cat", "sat"), ("cat", "word 2", "word 3")])
def test_a_written_text_is_read_as_its_words(words):
    assert word_indices(written_text(words), words).tolist() == list(range(len(words)))
