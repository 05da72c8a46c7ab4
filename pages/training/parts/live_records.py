"""A run's records as all viewers of the run share them."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from functools import lru_cache

from explorer.jobs import launcher
from explorer.runs.curve_data import IMAGES, TEST, TEST_FULL
from explorer.runs.records import Records
from explorer.runs.series import NOTHING, CurveData

_BEAT_SECONDS = 0.45


class _Follower:
    """The records of one run read so far; every reading adds only what is newer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: Records | None = None
        self._read_at = -math.inf

    def newest(self, run_id: str, *, ended: bool) -> Records:
        with self._lock:
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


# As many as a comparison can show, and some more for others. Not Streamlit's cache: what is pushed
# is read outside of every session.
@lru_cache(maxsize=64)
def _follower(store: str, run_id: str) -> _Follower:
    return _Follower()


def newest_records(run_id: str, *, ended: bool) -> Records:
    """Return all records of a run, those read before by any viewer not read again.

    Args:
        ended: Whether these are to be the last; until then they may be half a second old.

    Raises:
        UnknownRun: There is no such run.
        StoreUnavailable: The run store cannot be used.
    """
    return _follower(launcher.default_store().url, run_id).newest(run_id, ended=ended)


def which_images(curves: Sequence[CurveData]) -> str:
    """Say which marks of test measurements were made on how many images."""

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
