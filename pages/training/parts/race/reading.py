"""A race as it is now, and what everybody who watches it is told of that.

A page's script tells it with the first picture, and the socket with every change after that.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from operator import eq
from threading import Lock
from typing import Any

from explorer.figures.training import GOAL
from explorer.jobs import launcher
from explorer.runs.config import curve_labels
from explorer.runs.curve_data import LEARNING_RATE, diverged_at, last_step
from explorer.runs.records import Records
from explorer.runs.run import LOST, PAUSED, QUEUED, Run
from explorer.runs.series import NOTHING
from explorer.runs.sweep_cells import ACTIVE
from pages.training.parts.live_records import newest_records
from pages.training.parts.race import pace, status
from pages.training.parts.race.snapshots import (
    Measurements,
    norms_by_step,
    reached,
    share_of,
)
from pages.training.parts.shipped_runs import recorded_words

# Soon before the first point, never after the end.
_REFRESH_SECONDS = {"starting": 0.25, "running": 0.5, PAUSED: 0.5, LOST: 5.0, "ended": None}
_MOST_REMEMBERED = 240
_MOST_CURVES = 64


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What was read of a race at one time.

    Attributes:
        run: The race.
        state: From `launcher.state_of`.
        records: All that was recorded so far.
        at: When the reading began, in seconds since 1970.
    """

    run: Run
    state: str
    records: Records
    at: float

    @property
    def is_active(self) -> bool:
        """Whether more may come."""
        return self.state in ACTIVE

    @property
    def seconds(self) -> float | None:
        """After how many seconds to read it again; None where nothing more comes."""
        if self.state in (LOST, PAUSED):
            return _REFRESH_SECONDS[self.state]
        if not self.is_active:
            return _REFRESH_SECONDS["ended"]
        return _REFRESH_SECONDS["running" if self.run.progress.step else "starting"]

    @property
    def labels(self) -> Sequence[str]:
        """Name of each curve."""
        return curve_labels(self.run.configs)

    @property
    def now(self) -> int:
        """The newest step."""
        return max(map(last_step, self.records.curves), default=0)

    @property
    def last_step(self) -> int:
        """Where the axis of steps ends: at the end of the plan, or where a run was stopped."""
        return max(self.now, self.run.progress.total_steps if self.is_active else 0, 1)

    @property
    def version(self) -> str:
        """What names all that is drawn of this reading."""
        return f"{self.records.cursor} of {self.last_step}"

    @property
    def controls(self) -> tuple[str, bool, bool]:
        """What decides which buttons a page shows."""
        return self.state, self.run.control.pause, self.run.control.stop


def read_race(run_id: str) -> Reading:
    """Read a race as it is now, and see that one which waits has somebody to take it.

    Raises:
        UnknownRun: There is no such run.
        StoreUnavailable: The run store cannot be used.
        ConfigError: Workers cannot be started as the environment says.
    """
    at = time.time()
    run = launcher.default_store().runs.get(run_id)
    state = launcher.state_of(run)
    records = newest_records(run_id, ended=state not in ACTIVE)
    if state == QUEUED:
        # Whoever was to take it may have been killed while it waited.
        launcher.ensure_workers()
    return Reading(run, state, records, at)


class Memory:
    """What was made of the readings of a race: each thing once, for everybody, and kept a while."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: OrderedDict[tuple[Hashable, str], Any] = OrderedDict()

    def once(self, what: Hashable, version: str, make: Callable[[], Any]) -> Any:
        """Return a thing of this version, made now if nobody asked for it before."""
        with self._lock:
            if (what, version) not in self._made:
                self._made[what, version] = make()
                if len(self._made) > _MOST_REMEMBERED:
                    self._made.popitem(last=False)
            return self._made[what, version]

    def made(self, what: Hashable, version: str) -> Any:
        """Return a thing that was made before; None where it is forgotten."""
        return self._made.get((what, version))


@lru_cache(maxsize=32)
def _memory(store: str, run_id: str) -> Memory:
    return Memory()


def memory_of(run_id: str) -> Memory:
    """Return the memory of a race that all who watch it in this process share."""
    return _memory(launcher.default_store().url, run_id)


def facts(reading: Reading) -> dict[str, Any]:
    """Return what is told anew each time: it is little.

    `news` names what a page's script has to answer: other buttons, a warning, the digits.
    """
    run, records, last = reading.run, reading.records, reading.last_step
    diverged = [diverged_at(curve) for curve in records.curves]
    planned = run.progress.total_steps
    return {
        "run": run.id,
        "version": reading.version,
        "share": share_of(last),
        "diverged": diverged,
        "rates": [
            [
                [0, config.learning_rate],
                *zip(changes.steps.tolist(), changes.values.tolist(), strict=True),
            ]
            for config, curve in zip(run.configs, records.curves, strict=True)
            for changes in [curve.events.get(LEARNING_RATE, NOTHING)]
        ],
        "reached": [reached(curve, GOAL) for curve in records.curves],
        "now": reading.now,
        "last": last,
        # Of a run that was stopped, fewer than were planned.
        "epochs": run.configs[0].epochs * (last / planned if planned else 1.0),
        "active": reading.is_active,
        "quick": pace.is_too_quick(run, reading.state, records),
        "words": {
            "status": status.status_sentence(run, reading.state),
            "progress": status.progress_sentence(run, reading.state) if planned else "",
            "ground": recorded_words(run) or status.ground(run),
            "pace": pace.said_of_pace(reading.state, records),
        },
        "news": [*reading.controls, run.info is not None, *diverged],
    }


def measured(reading: Reading, had: Sequence[int], base: str = "") -> dict[str, Any]:
    """Return what was measured, without what a browser has.

    Args:
        had: How many snapshots of each curve it has.
        base: Version of the reading that it was told last; "" for none.
    """
    curves = reading.records.curves
    tested = [Measurements(curve) for curve in curves]
    memory = memory_of(reading.run.id)
    norms = memory.once(
        "norms", reading.version, lambda: [norms_by_step(curve) for curve in curves]
    )
    before = memory.made("norms", base) or [{"steps": []}] * len(curves)
    return {
        "base": base,
        "first": list(had),
        "snapshots": [
            [one.encoded(place) for place in one.kept(reading.last_step)[count:]]
            for one, count in zip(tested, had, strict=True)
        ],
        "newest": [one.encoded(-1) if len(one) else None for one in tested],
        "norms": [_longer(old["steps"], new) for old, new in zip(before, norms, strict=True)],
    }


def counts_of(sent: Any) -> list[int] | None:
    """Return how many snapshots of each curve a browser says that it has; None for nonsense."""
    if not isinstance(sent, list) or len(sent) > _MOST_CURVES:
        return None
    return sent if all(type(one) is int and one >= 0 for one in sent) else None


def counts_that_hold(reading: Reading, counts: Sequence[int], share: object) -> list[int]:
    """Return how many of the snapshots that a browser has are those that it should have.

    Args:
        share: By which they were chosen; others are chosen of a run that ended before its plan.
    """
    curves = reading.records.curves
    if share == share_of(reading.last_step) and len(counts) == len(curves):
        return list(counts)
    return [0] * len(curves)


def _longer(old: Sequence[float], new: Mapping[str, list[float]]) -> dict[str, Any]:
    same = sum(1 for _ in takewhile(bool, map(eq, old, new["steps"])))
    return {"from": same, **{name: column[same:] for name, column in new.items()}}
