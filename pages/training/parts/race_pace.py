"""A race that was over before anybody could watch it, played back at a speed that people can."""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st

from explorer.figures.numbers import written
from explorer.runs.record_columns import Records
from explorer.runs.run import Run
from pages.training.parts.motion import is_reduced
from pages.training.parts.race_status import ACTIVE

TOO_QUICK = 1.0
"""Seconds of training in which nobody sees more than the end."""
WATCHED_SECONDS = 5.0

_FRAMES = 25
_FOLLOWED = "race followed"
_REPLAY = "race replay"


@dataclass(frozen=True, slots=True)
class _Replay:
    run_id: str
    began: float
    was_asked_for: bool = False


def follow(run_id: str) -> None:
    """Play this race back as soon as it has ended, if it was too quick to be watched."""
    st.session_state[_FOLLOWED] = run_id


def is_playing(run_id: str) -> bool:
    """Tell whether a race is being played back to this visitor."""
    replay = st.session_state.get(_REPLAY)
    return replay is not None and replay.run_id == run_id


def paced(run: Run, state: str, records: Records) -> Records:
    """Return the records to show now: all of them, or those that the replay has come to.

    Args:
        run: The race on screen, as it was last read.
        state: From `launcher.state_of`.
        records: All that was recorded so far.
    """
    took, now = training_seconds(records), time.monotonic()
    if st.session_state.get(_FOLLOWED) == run.id:
        if state in ACTIVE:
            left = run.progress.seconds_left
            hold = left is not None and took + left < TOO_QUICK and not is_reduced()
            # A picture drawn now would jump back to the beginning a moment later.
            return _until(records, 0.0, 0) if hold else records
        del st.session_state[_FOLLOWED]
        if took < TOO_QUICK and not is_reduced():
            st.session_state[_REPLAY] = _Replay(run.id, now)
    if not is_playing(run.id):
        return records
    replay = st.session_state[_REPLAY]
    frame = 1 + int((now - replay.began) / WATCHED_SECONDS * _FRAMES)
    if frame > _FRAMES or (is_reduced() and not replay.was_asked_for):
        _end()
        return records
    return _until(records, took * frame / _FRAMES, frame)


def show_pace(run: Run, state: str, records: Records, shown: Records) -> None:
    """Say how quick a race was if it was too quick to watch, and offer to replay or to skip.

    Args:
        run: The race on screen, as it was last read.
        state: From `launcher.state_of`.
        records: All that was recorded.
        shown: What `paced` gave.
    """
    took = training_seconds(records)
    if state in ACTIVE or not 0 < took < TOO_QUICK:
        return
    playing = is_playing(run.id)
    said = f"The training took {written(took, 2)} s, too quick to watch"
    if playing:
        step = max((int(c.steps[-1]) for c in shown.curves if c.steps.size), default=0)
        said += f": played back over {WATCHED_SECONDS:.0f} s, now at step {step:,}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{said}.", width="content")
        if playing:
            st.button("Skip to the end", key=f"race skip {run.id}", on_click=_end)
        else:
            st.button("Replay", key=f"race replay {run.id}", on_click=_begin, args=(run.id,))


def training_seconds(records: Records) -> float:
    """Return how long the training of a race took so far."""
    return max((float(c.seconds[-1]) for c in records.curves if c.seconds.size), default=0.0)


def _until(records: Records, seconds: float, frame: int) -> Records:
    # A cursor that no reading has, the same for all who look at this frame.
    return Records(tuple(curve.until(seconds) for curve in records.curves), -1 - frame)


def _begin(run_id: str) -> None:
    st.session_state[_REPLAY] = _Replay(run_id, time.monotonic(), was_asked_for=True)


def _end() -> None:
    st.session_state.pop(_REPLAY, None)
