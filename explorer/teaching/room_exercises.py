"""Exercises of the room's page, for whoever is alone on it."""

from __future__ import annotations

import numpy as np

from explorer.core.scoring import expected_score
from explorer.figures.numbers import measured, written
from explorer.rooms.solo import ROUNDS, draws
from explorer.teaching.exercise import Exercise

_BELIEF = (0.7, 0.3)
_HONEST, _ALONE = "Hedge or be honest", "Play alone"
_GAME = 1


def _cost(rule: str, q: float) -> float:
    return float(expected_score(_BELIEF, [q, 1 - q], rule))


def _first_ruin(game: int) -> int:
    """Return the first round in which the colour that was seen most does not come."""
    rounds = (draws(game, number) for number in range(1, ROUNDS + 1))
    return next(
        number for number, one in enumerate(rounds, 1) if one.outcome != np.argmax(one.counts)
    )


ROOM = (
    Exercise(
        "You believe in heads with 0.7. What should you report under each score?",
        {"view": _HONEST, "belief": "0.7"},
        f"0.7 under the log score, which then costs {measured(_cost('log', 0.7), 'bits', 3)} on "
        f"average, the entropy of your belief, and under the Brier score, "
        f"{written(_cost('brier', 0.7), 3)}. The linear score is lowest at 1: "
        f"{written(_cost('linear', 1.0), 3)} instead of {written(_cost('linear', 0.7), 3)}.",
        guesses=("0.7 under all three", "0.7 under two of them, 1 under one", "1 under all three"),
        right=1,
        control="honesty belief",
        plot="expected-scores",
    ),
    Exercise(
        "Now you have no idea: 0.5. What does each score think of a bold guess?",
        {"view": _HONEST, "belief": "0.5"},
        "The linear score does not care: it is flat. A bold guess costs 1 instead of 0.5 under "
        "the Brier score, and ∞ instead of 1 bit under the log score.",
        guesses=("None of them minds", "All of them punish it", "One of them does not mind"),
        right=2,
        control="honesty belief",
        plot="expected-scores",
    ),
    Exercise(
        "Play alone and put everything on the colour that was drawn most. How long does it last?",
        {"view": _ALONE, "game": str(_GAME)},
        f"In this game until round {_first_ruin(_GAME)}: another colour comes, and the sum is ∞ "
        "for good. The computer, which adds one to each count, never gives 0 to anything.",
        guesses=("A few rounds", f"All {ROUNDS} rounds", "Only the first round"),
        right=0,
        control="solo",
        plot="solo-scores",
    ),
)
