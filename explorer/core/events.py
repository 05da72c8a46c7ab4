"""Sequences of independent events: drawing them, reading them, and their information."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.core.distributions import separated
from explorer.core.information import self_information
from explorer.core.validation import FloatArray, single_distribution, validate_probabilities

MAX_EVENTS = 10_000


def draw_events(p: ArrayLike, count: int, seed: int) -> NDArray[np.int64]:
    """Draw independent events from p; the same seed gives the same events.

    Args:
        p: Distribution [n].
        count: 0 to `MAX_EVENTS`.
        seed: Of numpy's default generator, not negative.

    Returns:
        Indices of outcomes [count]. An outcome with probability 0 is never among them.

    Raises:
        ValueError: p is not a single distribution, or a count or seed out of range.
    """
    probabilities = single_distribution(p)
    if not 0 <= count <= MAX_EVENTS:
        raise ValueError(f"Draw from 0 to {MAX_EVENTS:,} events, not {count:,}.")
    if seed < 0:
        raise ValueError(f"The seed cannot be negative; it is {seed}.")
    cumulative = np.cumsum(probabilities)
    # The sum may be a hair off 1; scaled by it, every draw falls on an outcome.
    draws = np.random.default_rng(seed).random(count) * cumulative[-1]
    return np.searchsorted(cumulative, draws, side="right")


def parse_events(text: str, outcomes: int) -> NDArray[np.int64]:
    """Read the numbers of outcomes, counted from 1, as in "1 1 2"; return indices from 0.

    Args:
        text: Numbers with white space, commas or semicolons between them; may be empty.

    Raises:
        ValueError: A plain sentence naming the piece that is missing or no outcome, or too many
            events.
    """
    pieces = separated(text, "event")
    if len(pieces) > MAX_EVENTS:
        raise ValueError(f"These are {len(pieces):,} events; use at most {MAX_EVENTS:,}.")
    for piece in pieces:
        if not (piece.isascii() and piece.isdigit() and 1 <= int(piece[:9]) <= outcomes):
            raise ValueError(
                f"“{piece[:24]}” is not an outcome; write numbers from 1 to {outcomes}, as in "
                "1 1 2."
            )
    return np.array([int(piece) - 1 for piece in pieces], dtype=np.int64)


def event_information(
    p: ArrayLike, events: NDArray[np.int64], *, base: float = 2.0
) -> tuple[FloatArray, FloatArray]:
    """Return the information of each event and that of the sequence up to it.

    Independent events' probabilities multiply, so their information adds.

    Args:
        p: Distribution [n].
        events: Indices of outcomes [m].
        base: Of the logarithm; 2 gives bits.

    Returns:
        Information of each event [m] and running total [m]; inf from an event on that p calls
        impossible.
    """
    each = self_information(np.minimum(validate_probabilities(p), 1.0), base=base)[events]
    return each, np.cumsum(each)


def running_averages(
    events: NDArray[np.int64], lengths: ArrayLike, at: NDArray[np.int64]
) -> FloatArray:
    """Return the average length of the first messages about events.

    Args:
        events: Indices of outcomes [m].
        lengths: Length of the message about each outcome [n]; inf is allowed.
        at: After how many events [k], each from 1 to m.

    Returns:
        Averages [k] in the unit of the lengths.
    """
    return np.cumsum(np.asarray(lengths, dtype=np.float64)[events])[at - 1] / at
