"""Small vocabularies of word vectors in the plane, and texts in their words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from explorer.core.distributions import separated
from explorer.teaching.worked_examples import EXAMPLES

Coordinates = tuple[float, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Words with two vectors each.

    Attributes:
        words: V names.
        inputs: First and second coordinates of the vectors v as centres, each [V].
        outputs: The same of the vectors u as neighbours.
    """

    words: tuple[str, ...]
    inputs: tuple[Coordinates, Coordinates]
    outputs: tuple[Coordinates, Coordinates]


VOCABULARIES: Mapping[str, Vocabulary] = MappingProxyType(
    {
        # v of the first word is (1, 0), so that its scores are the first coordinates of u.
        "Scores of the lecture": Vocabulary(
            ("cat", "sat", "mat"),
            ((1.0, 0.2, -0.8), (0.0, 1.0, 0.5)),
            (EXAMPLES["skip_gram"]["scores"], (0.9, 0.4, -1.1)),
        ),
        "Two topics": Vocabulary(
            ("tea", "milk", "ball", "goal"),
            ((1.5, 1.2, -1.4, -1.1), (0.4, 0.9, 0.3, 0.8)),
            ((1.3, 1.6, -1.2, -1.5), (0.8, 0.5, 0.6, 0.4)),
        ),
        "All at rest": Vocabulary(("cat", "sat", "mat"), ((0.0,) * 3,) * 2, ((0.0,) * 3,) * 2),
    }
)
"""Name → vocabulary. The first is the default; its word 1 is the neighbour in the lecture."""

MAX_WORDS = 200
"""Longest text that is read."""


def written_text(words: Sequence[str]) -> str:
    """Write words as a text that `word_indices` reads, with commas where a word holds a space.

    Args:
        words: Without commas, of one line each.
    """
    return (", " if any(" " in word for word in words) else " ").join(words)


def word_indices(text: str, names: Sequence[str]) -> NDArray[np.intp]:
    """Read a text as indices of the words of a vocabulary.

    Args:
        text: Words with commas or white space between; a name that holds a space needs commas.
        names: V words.

    Returns:
        Indices [T], T ≥ 1; of words with the same name, the first.

    Raises:
        ValueError: No word, one missing beside a comma, too many, or one that the vocabulary does
            not have.
    """
    plain = re.sub("[，、]", ",", text)
    pieces = separated(plain, "word", marks=",", by_space="," not in plain)
    words = [" ".join(piece.split()) for piece in pieces]
    if not words:
        raise ValueError("Write at least one word of the vocabulary.")
    if len(words) > MAX_WORDS:
        raise ValueError(f"The text has {len(words)} words; use at most {MAX_WORDS}.")
    for word in words:
        if word not in names:
            shown = word if len(word) <= 24 else word[:23] + "…"
            raise ValueError(f"“{shown}” is not in the vocabulary: {', '.join(names)}.")
    return np.array([list(names).index(word) for word in words], dtype=np.intp)
