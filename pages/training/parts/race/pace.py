"""A race that was over before anybody could watch it, replayed at a speed that people can."""

from __future__ import annotations

import streamlit as st

from explorer.figures.numbers import written
from explorer.runs.curve_data import last_of
from explorer.runs.records import Records
from explorer.runs.run import Run
from explorer.runs.series import SECONDS
from pages.training.parts.race.status import ACTIVE

TOO_QUICK = 1.0
"""Seconds of training in which nobody sees more than the end."""
_FOLLOWED = "race followed"


def follow(run_id: str) -> None:
    """Replay this race as soon as it has ended, if it was too quick to be watched."""
    st.session_state[_FOLLOWED] = run_id


def has_played(run_id: str) -> None:
    """Note that a race has been replayed, so that it does not begin again by itself."""
    if st.session_state.get(_FOLLOWED) == run_id:
        del st.session_state[_FOLLOWED]


def plays_itself(run: Run, state: str, records: Records) -> bool:
    """Tell whether a race is to be replayed now: it has ended, too quick for who started it.

    Args:
        run: The race on screen, as it was last read.
        state: From `launcher.state_of`.
        records: All that was recorded.
    """
    return (
        st.session_state.get(_FOLLOWED) == run.id
        and state not in ACTIVE
        and 0 < training_seconds(records) < TOO_QUICK
    )


def is_held(run: Run, state: str, records: Records) -> bool:
    """Tell whether a race is about to end so soon that it will be replayed.

    A picture drawn now would jump back to the beginning a moment later.

    Args:
        run: The race on screen, as it was last read.
        state: From `launcher.state_of`.
        records: All that was recorded so far.
    """
    left = run.progress.seconds_left
    return (
        st.session_state.get(_FOLLOWED) == run.id
        and state in ACTIVE
        and left is not None
        and training_seconds(records) + left < TOO_QUICK
    )


def said_of_pace(state: str, records: Records) -> str:
    """Say how quick a race was if it was too quick to watch; "" otherwise.

    Args:
        state: From `launcher.state_of`.
        records: All that was recorded.
    """
    took = training_seconds(records)
    if state in ACTIVE or not 0 < took < TOO_QUICK:
        return ""
    return f"The training took {written(took, 2)} s, too quick to watch: Play replays it."


def training_seconds(records: Records) -> float:
    """Return how long the training of a race took so far."""
    return max((last_of(one.clocks.get(SECONDS), 0.0) for one in records.curves), default=0.0)
