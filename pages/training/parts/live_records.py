"""A run's records and figures as all viewers of the run share them."""

from __future__ import annotations

import math
import threading
import time
import uuid
from collections.abc import Callable, Sequence

import orjson
import plotly.graph_objects as go
import streamlit as st

from explorer.jobs import launcher
from explorer.runs.curve_data import IMAGES, TEST, TEST_FULL
from explorer.runs.records import Records
from explorer.runs.series import NOTHING, CurveData
from pages.components.plot.plot import encoded

_BEAT_SECONDS = 0.45
_GONE_SECONDS = 3.0


class _Follower:
    """The records of one run read so far; every reading adds only what is newer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: Records | None = None
        self._read_at = -math.inf
        self._seen: dict[str, float] = {}

    def viewers(self) -> int:
        oldest = time.monotonic() - _GONE_SECONDS
        with self._lock:
            self._seen = {viewer: at for viewer, at in self._seen.items() if at > oldest}
            return len(self._seen)

    def newest(self, run_id: str, viewer: str, *, ended: bool) -> Records:
        with self._lock:
            self._seen[viewer] = time.monotonic()
            known = self._records
            # Viewers who look within one beat see the same records and so share one drawing.
            if known and not ended and time.monotonic() - self._read_at < _BEAT_SECONDS:
                return known
            self._read_at = time.monotonic()
            newest = launcher.default_store().records.read(
                run_id, after=known.cursor if known else 0
            )
            if known is not None:
                newest = known.extended(newest) if newest.cursor != known.cursor else known
            self._records = newest
            return newest


# As many as a comparison can show, and some more for others.
@st.cache_resource(max_entries=64, show_spinner=False)
def _follower(store: str, run_id: str) -> _Follower:
    return _Follower()


@st.cache_resource(max_entries=128, show_spinner=False)
def _figure(
    name: str,
    store: str,
    run_id: str,
    cursor: int,
    options: tuple[object, ...],
    _draw: Callable[[], go.Figure],
) -> orjson.Fragment:
    figure = _draw()
    figure.update_layout(uirevision=run_id)
    return encoded(figure)


def newest_records(run_id: str, *, ended: bool) -> Records:
    """Return all records of a run, those read before by any viewer not read again.

    Args:
        run_id: Id of a recorded run.
        ended: Whether these are to be the last; until then they may be half a second old.

    Raises:
        UnknownRun: There is no such run.
        StoreUnavailable: The run store cannot be used.
    """
    viewer = st.session_state.setdefault("race viewer", uuid.uuid4().hex)
    return _follower(launcher.default_store().url, run_id).newest(run_id, viewer, ended=ended)


def viewers(run_id: str) -> int:
    """Return how many sessions looked at the run in the last seconds."""
    return _follower(launcher.default_store().url, run_id).viewers()


def shared_figure(
    name: str, run_id: str, cursor: int, options: tuple[object, ...], draw: Callable[[], go.Figure]
) -> orjson.Fragment:
    """Return a figure of a run's records, drawn and encoded once for all who look at the same.

    Args:
        name: Which figure.
        run_id: Id of a recorded run.
        cursor: The records' cursor.
        options: What else the figure depends on.
        draw: Draws it.
    """
    return _figure(name, launcher.default_store().url, run_id, cursor, options, draw)


def which_images(curves: Sequence[CurveData]) -> str:
    """Say which marks of test measurements were made on how many images.

    Args:
        curves: The curves that are drawn.
    """

    def counts(kind: str) -> list[float]:
        every = [curve.clocks.get(IMAGES[kind], NOTHING).values for curve in curves]
        return sorted({count for values in every for count in values.tolist()})

    def is_unknown(curve: CurveData) -> bool:
        kinds = {name.partition("/")[0] for name in curve.known} & set(IMAGES)
        return any(IMAGES[kind] not in curve.clocks for kind in kinds)

    said = [f"diamonds: on all {count:,.0f}" for count in counts(TEST_FULL)]
    said += [f"lines: on the first {count:,.0f}" for count in counts(TEST)]
    if any(map(is_unknown, curves)):
        said.append("of runs made elsewhere: on a number that is not known")
    return f" ({'; '.join(said)})" if said else ""
