"""A game of forecasts against the computer: the same few draws are seen, the next one is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.core.scoring import brier_score, log_score

OUTCOMES = ("red", "green", "blue")
ROUNDS, SEEN = 10, 12
"""Rounds of a game, and draws that are shown before each."""
MOST_GAMES = 10**6


@dataclass(frozen=True)
class Draws:
    """A round: what is seen of a source that nobody knows, and what comes next.

    Attributes:
        counts: How often each outcome came in the draws that are shown.
        outcome: Index of the next draw.
        computer: The computer's forecast, by Laplace's rule of succession.
    """

    counts: tuple[int, ...]
    outcome: int
    computer: tuple[float, ...]


def draws(game: int, number: int) -> Draws:
    """Return a round of a game; the same numbers give the same round.

    Args:
        game: From 0 to MOST_GAMES − 1.
        number: Of the round, counted from 1.

    Source:
        P. S. de Laplace, Essai philosophique sur les probabilités (1814): (n_i + 1) / (n + C).
    """
    generator = np.random.default_rng([game, number])
    # Sources between almost certain and almost even.
    source = generator.dirichlet([0.8] * len(OUTCOMES))
    counts = generator.multinomial(SEEN, source)
    outcome = int(generator.choice(len(OUTCOMES), p=source))
    computer = (counts + 1) / (SEEN + len(OUTCOMES))
    return Draws(tuple(counts.tolist()), outcome, tuple(computer.tolist()))


@dataclass(frozen=True)
class Played:
    """The scores of a game so far, round by round: log scores in bits and Brier scores."""

    own_log: tuple[float, ...]
    own_brier: tuple[float, ...]
    computer_log: tuple[float, ...]
    computer_brier: tuple[float, ...]


def played(game: int, forecasts: Sequence[Sequence[float]]) -> Played:
    """Score the rounds that have been played.

    Args:
        game: As for `draws`.
        forecasts: One distribution for each round from the first on.
    """
    rounds = [draws(game, number) for number in range(1, len(forecasts) + 1)]
    own = [(one.outcome, q) for one, q in zip(rounds, forecasts, strict=True)]
    other = [(one.outcome, one.computer) for one in rounds]
    return Played(
        own_log=tuple(float(log_score(y, q)) for y, q in own),
        own_brier=tuple(float(brier_score(y, q)) for y, q in own),
        computer_log=tuple(float(log_score(y, q)) for y, q in other),
        computer_brier=tuple(float(brier_score(y, q)) for y, q in other),
    )
