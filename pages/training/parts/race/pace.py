"""A race that was over before anybody could watch it, replayed at a speed that people can."""

from __future__ import annotations

import streamlit as st

from explorer.figures.numbers import written
from explorer.runs.curve_data import last_of
from explorer.runs.records import Records
from explorer.runs.run import Run
from explorer.runs.series import SECONDS
from explorer.runs.sweep_cells import ACTIVE

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


def is_followed(run_id: str) -> bool:
    """Tell whether this session waits for a race to replay it, should it be too quick."""
    followed: bool = st.session_state.get(_FOLLOWED) == run_id
    return followed


def is_too_quick(run: Run, state: str, records: Records) -> bool:
    """Tell whether a race was too quick to be watched, or will be: it is about to end.

    What were drawn of one that will be replayed would jump back to the beginning a moment later.
    """
    took, left = training_seconds(records), run.progress.seconds_left
    if state in ACTIVE:
        return left is not None and took + left < TOO_QUICK
    return 0 < took < TOO_QUICK


def said_of_pace(state: str, records: Records) -> str:
    """Say how quick a race was if it was too quick to watch; "" otherwise."""
    took = training_seconds(records)
    if state in ACTIVE or not 0 < took < TOO_QUICK:
        return ""
    return f"The training took {written(took, 2)} s, too quick to watch: Play replays it."


def training_seconds(records: Records) -> float:
    """Return how long the training of a race took so far."""
    return max((last_of(one.clocks.get(SECONDS), 0.0) for one in records.curves), default=0.0)
