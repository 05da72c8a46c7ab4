"""Small vocabularies of word vectors in the plane, to start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer.core.worked_examples import EXAMPLES

Coordinates = tuple[float, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Words with two vectors each.

    Attributes:
        words: V names.
        inputs: first and second coordinates of the vectors v as centres, each [V].
        outputs: the same of the vectors u as neighbours.
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
            (EXAMPLES["A25"]["scores"], (0.9, 0.4, -1.1)),
        ),
        "Two topics": Vocabulary(
            ("tea", "milk", "ball", "goal"),
            ((1.5, 1.2, -1.4, -1.1), (0.4, 0.9, 0.3, 0.8)),
            ((1.3, 1.6, -1.2, -1.5), (0.8, 0.5, 0.6, 0.4)),
        ),
        "All at rest": Vocabulary(("cat", "sat", "mat"), ((0.0,) * 3,) * 2, ((0.0,) * 3,) * 2),
    }
)
"""Name → vocabulary; the first is shown at first, with the neighbour of A25 as index 1."""
