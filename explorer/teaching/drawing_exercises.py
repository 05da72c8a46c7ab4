"""Tasks of the page for drawing a digit."""

from __future__ import annotations

import math

from explorer.core.drawing import stroke_text
from explorer.figures.numbers import measured
from explorer.teaching.exercise import Task

_SEVEN = ((70, 60), (185, 60), (110, 205))
_BAR = ((95, 130), (175, 130))
_CROSS = (((60, 60), (195, 195)), ((195, 60), (60, 195)))


def _nats(q: float) -> str:
    return measured(-math.log(q), "nats", 4)


DRAW = (
    Task(
        "A seven is drawn, and a seven is meant. Put a bar through it: where does its "
        "probability go, and what does that cost?",
        {"digit": "7", "ink": stroke_text((_SEVEN,))},
        "H(p,q) = −ln q(7) looks at the probability of the 7 alone, wherever the rest of it goes: "
        f"at q(7) = 0.99 it is {_nats(0.99)}, at a half {_nats(0.5)}, at 0.01 {_nats(0.01)}.",
    ),
    Task(
        "The same drawing, but say that you mean a 1. Does anything move in the network?",
        {"digit": "1", "ink": stroke_text((_SEVEN, _BAR))},
        "No: q stays as it is, only p is another one-hot. The loss is now −ln q(1), large if the "
        "network is sure of a 7. A wrong label costs as much as a wrong answer.",
    ),
    Task(
        "A cross is no digit at all. How sure are the networks of their answer?",
        {"ink": stroke_text(_CROSS)},
        "Often very sure. Softmax shares a probability of 1 among ten classes and has no class "
        f"for anything else: knowing nothing would be a uniform q, {_nats(0.1)} for each of them.",
    ),
)
