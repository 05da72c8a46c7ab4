"""The distributions that the lecture notes use as examples, each held once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Preset:
    """A named example.

    Attributes:
        p: true distribution.
        q: model distribution with the same outcomes; None where the example has only p.
        names: one name per outcome.
        source: row of the lessons table that it comes from.
        note: what to look at, one sentence.
    """

    p: tuple[float, ...]
    q: tuple[float, ...] | None
    names: tuple[str, ...]
    source: str
    note: str


def _numbered(noun: str, count: int) -> tuple[str, ...]:
    return tuple(f"{noun} {number}" for number in range(1, count + 1))


_FIRST_OF_FIVE = (1.0, 0.0, 0.0, 0.0, 0.0)
_SKEWED = (0.1, 0.1, 0.1, 0.7)
_UNIFORM = (0.25, 0.25, 0.25, 0.25)

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "Lottery": Preset(
            _UNIFORM,
            None,
            _numbered("person", 4),
            "A3",
            "Four people, equal chances: 2 bits, the most that four outcomes can have.",
        ),
        "Lottery, one favourite": Preset(
            _SKEWED,
            None,
            _numbered("person", 4),
            "A4",
            "One person holds most of the tickets: less to be surprised by on average.",
        ),
        "Lottery, nearly decided": Preset(
            (0.001, 0.001, 0.001, 0.997),
            None,
            _numbered("person", 4),
            "A5",
            "The average surprise is small, though a rare winner carries 9.97 bits.",
        ),
        "One-hot": Preset(
            (0.0, 1.0, 0.0, 0.0),
            None,
            _numbered("class", 4),
            "A8",
            "A certain outcome: entropy 0, so cross-entropy and KL divergence coincide.",
        ),
        "Uniform": Preset(
            (1 / 3, 1 / 3, 1 / 3),
            None,
            _numbered("outcome", 3),
            "A3",
            "Every outcome equally likely: entropy at its maximum, log n.",
        ),
        "Table tennis": Preset(
            (63 / 64, 1 / 64),
            None,
            ("favourite wins", "underdog wins"),
            "A6",
            "64 meetings, 63 wins: the rare result carries 6 bits, the usual one 0.0227.",
        ),
        "Fair coin": Preset(
            (0.5, 0.5), None, ("heads", "tails"), "A6", "The unit of information: 1 bit."
        ),
        "Die": Preset(
            (1 / 6,) * 6, None, _numbered("face", 6), "A2", "Each face carries 2.585 bits."
        ),
        "Five classes, first guess q₁": Preset(
            _FIRST_OF_FIVE,
            (0.4, 0.3, 0.05, 0.05, 0.2),
            _numbered("class", 5),
            "A11",
            "The true class has 0.4: cross-entropy 0.916 nats.",
        ),
        "Five classes, better guess q₂": Preset(
            _FIRST_OF_FIVE,
            (0.98, 0.01, 0.0, 0.0, 0.01),
            _numbered("class", 5),
            "A11",
            "The true class has 0.98: cross-entropy 0.0202 nats.",
        ),
        "Five classes, confidently wrong": Preset(
            _FIRST_OF_FIVE,
            (0.01, 0.96, 0.01, 0.01, 0.01),
            _numbered("class", 5),
            "B3",
            "The gradient of cross-entropy is large here, that of squared error is not.",
        ),
        "Four classes, one true": Preset(
            (0.0, 1.0, 0.0, 0.0),
            (0.1, 0.6, 0.2, 0.1),
            _numbered("class", 4),
            "A13",
            "Only −log 0.6 counts: 0.511 nats.",
        ),
        "Skewed against uniform": Preset(
            _SKEWED,
            _UNIFORM,
            _numbered("outcome", 4),
            "B6",
            "D(p‖q) and D(q‖p) differ: the KL divergence is no distance.",
        ),
    }
)
