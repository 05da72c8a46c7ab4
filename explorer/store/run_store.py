"""The one place where trainers write and viewers read: every run, its records, its requests."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path

import sqlalchemy as sa

from explorer.runs.run import ENDED
from explorer.store.annotations import RunAnnotations
from explorer.store.cluster import StoredCluster
from explorer.store.curves import RunBusy, StoredCurves
from explorer.store.database import (
    Database,
    StoreGone,
    StoreReadOnly,
    StoreUnavailable,
    database_url,
)
from explorer.store.queue_limits import QueueFull
from explorer.store.records import RunRecords
from explorer.store.requests import RunRequests
from explorer.store.rooms import StoredRooms
from explorer.store.rows import AnnotationError, ClaimLost, UnknownRun
from explorer.store.runs import StoredRuns
from explorer.store.shipped import NOTHING_SHIPPED, SHIPPED_FOLDER, RunReadOnly, ShippedRuns
from explorer.store.sweeps import StoredSweeps, UnknownSweep
from explorer.store.tables import batches, database_now, runs
from explorer.store.watched import WatchedRuns
from explorer.store.weights import RunWeights, WeightsError

__all__ = [
    "AnnotationError",
    "ClaimLost",
    "QueueFull",
    "RunBusy",
    "RunReadOnly",
    "RunStore",
    "StoreGone",
    "StoreReadOnly",
    "StoreUnavailable",
    "UnknownRun",
    "UnknownSweep",
    "WeightsError",
    "default_store",
]


_SILENT_SECONDS = 86_400.0
"""Nobody writes any more to a run whose worker has said nothing for a day."""


class RunStore:
    """Runs and their records in a database; safe to share between threads and processes.

    Every method of it and of its parts raises StoreUnavailable, with a sentence saying what to
    do, when the database cannot be used, and those that take a run id raise UnknownRun when there
    is no such run. What a worker writes of a run needs the run's claim, which the store that
    claimed it remembers; without it those methods raise ClaimLost.

    Args:
        url: SQLAlchemy URL; by default EXPLORER_DATABASE_URL, else SQLite (in WAL mode) in the
            user's data folder. Nothing is opened or made before the first use.
        shipped: Runs that came with the app, which can be read like the others.

    Attributes:
        runs: Runs: queued, claimed, carried out, ended.
        curves: The curves of all runs as rows, and their deletion.
        records: What was measured.
        requests: What people ask of a run while it is carried out.
        annotations: Names, tags and notes.
        weights: The networks that were trained.
        sweeps: Grids of settings and the runs that train them.
        cluster: What is known of a cluster that carries out runs.
        shipped: What came with the app.
        watched: Runs that are read from watched folders.
        rooms: Rooms of workshops: people, questions and forecasts.
    """

    def __init__(self, url: str | None = None, shipped: ShippedRuns = NOTHING_SHIPPED) -> None:
        self._database = database = Database(database_url(url))
        self.shipped = shipped
        self.runs = StoredRuns(database, shipped)
        self.curves = StoredCurves(database, shipped)
        self.records = RunRecords(database, shipped)
        self.requests = RunRequests(database, shipped)
        self.annotations = RunAnnotations(database, shipped)
        self.weights = RunWeights(database, shipped)
        self.sweeps = StoredSweeps(database, shipped)
        self.cluster = StoredCluster(database, shipped)
        self.watched = WatchedRuns(database, shipped)
        self.rooms = StoredRooms(database, shipped)

    @property
    def url(self) -> str:
        """Address of the database, complete, for a worker's environment."""
        return self._database.url.render_as_string(hide_password=False)

    @property
    def folder(self) -> Path:
        """Folder for what belongs to this store beside the database: workers' locks and logs."""
        return self._database.folder

    def check(self) -> None:
        """See that runs can be read and written now.

        Raises:
            StoreReadOnly: They can only be read.
        """
        self._database.check()

    def close(self) -> None:
        """Let go of the database's connections; the next use opens it again."""
        self._database.close()

    def tidy(self) -> bool:
        """Do a little of what keeps the store small and quick; for a worker that has no run.

        What was deleted long ago is removed, and the records of a run that has ended are
        compacted.

        Returns:
            Whether there may be more to do.
        """
        self.curves.purge()
        self.rooms.purge()
        ended = runs.c.status.in_(ENDED) | (runs.c.heartbeat < database_now() - _SILENT_SECONDS)
        in_parts = (
            sa.select(batches.c.run_id)
            .join(runs, runs.c.id == batches.c.run_id)
            .where(ended, runs.c.deleted_at.is_(None))
            .group_by(batches.c.run_id)
            .having(sa.func.count() > 1)
        )
        with self._database.transaction() as connection:
            run_id = connection.execute(in_parts.limit(1)).scalar_one_or_none()
        if run_id is None:
            return False
        # It may be deleted in this moment.
        with contextlib.suppress(UnknownRun):
            self.records.compact(run_id)
        return True


def default_store() -> RunStore:
    """Return the run store that the environment names, the same object every time.

    What came with the app can be read in it too.
    """
    return _store_at(database_url().render_as_string(hide_password=False))


@functools.lru_cache(maxsize=8)
def _store_at(url: str) -> RunStore:
    return RunStore(url, ShippedRuns(SHIPPED_FOLDER))
