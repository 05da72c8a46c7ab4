"""Exercises of the page for drawing a digit, told of the networks that came with the app."""

from __future__ import annotations

import math

from explorer.core.drawing import stroke_text
from explorer.core.recorded_race import RECORDED_RACE
from explorer.figures.numbers import written
from explorer.teaching.exercise import Exercise, nats

NETWORKS = f"{RECORDED_RACE}:0,{RECORDED_RACE}:1"
OPEN_FOUR = (((80, 50), (65, 135), (180, 135)), ((160, 50), (160, 210)))
TOP = ((80, 50), (160, 50))
LINE = ((60, 128), (200, 128))
# What the two networks say, cross-entropy's first; a test asks them.
OPEN_Q4 = (0.9976, 0.9886)
CLOSED_Q4 = (0.02461, 0.04771)
CLOSED_Q9 = (0.9535, 0.9075)
LINE_Q4 = (0.9407, 0.7906)


def _price(q: float) -> str:
    return nats(-math.log(q), 3)


def _both(values: tuple[float, float]) -> str:
    return " and ".join(written(value, 3) for value in values)


DRAW = (
    Exercise(
        "A 4 with an open top is drawn, and a 4 is meant. Close the top with one stroke: what do "
        "the networks say now, and what does their answer cost?",
        {"runs": NETWORKS, "digit": "4", "ink": stroke_text(OPEN_FOUR)},
        f"With the top open both say 4, q(4) = {_both(OPEN_Q4)}. Closed straight across, both say "
        f"9, and q(4) falls to {_both(CLOSED_Q4)}. H(p,q) = −ln q(4) looks at the probability of "
        f"the 4 alone, wherever the rest of it goes: for the network trained by cross-entropy it "
        f"rises from {_price(OPEN_Q4[0])} to {_price(CLOSED_Q4[0])}.",
        guesses=("Both still say 4", "Only one of them says 9", "Both say 9"),
        right=2,
    ),
    Exercise(
        "The same 4 with its top closed. Now say that you mean a 9: does anything change in "
        "the networks?",
        {"runs": NETWORKS, "digit": "4", "ink": stroke_text((*OPEN_FOUR, TOP))},
        "No: q stays as it is, only p is another one-hot. The loss of the network trained by "
        f"cross-entropy falls from {_price(CLOSED_Q4[0])} to {_price(CLOSED_Q9[0])}. A wrong label "
        "costs as much as a wrong answer.",
        guesses=("No, only the loss changes", "Yes, both now lean to 9", "Yes, both are retrained"),
        right=0,
    ),
    Exercise(
        "A level line is no digit at all. How sure are the networks of their answer?",
        {"runs": NETWORKS, "ink": stroke_text((LINE,))},
        f"Both say 4, the first with q(4) = {written(LINE_Q4[0], 3)}, the second with "
        f"{written(LINE_Q4[1], 3)}. Softmax shares a probability of 1 among ten classes and has no "
        f"class for anything else: knowing nothing would be a uniform q, {_price(0.1)} for each of "
        "them.",
        guesses=("About 0.1 for each digit", "Fairly sure of one digit", "They refuse to answer"),
        right=1,
    ),
)
