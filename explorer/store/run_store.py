"""The one place where trainers write and viewers read: every run, its records, its requests."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from explorer.runs.config import TrainingConfig, validate_race
from explorer.runs.records import RunInfo
from explorer.runs.run import ENDED, PAUSED, RUNNING, Run, WorkerMark
from explorer.store.creation import queue_run
from explorer.store.database import (
    Database,
    StoreGone,
    StoreReadOnly,
    StoreUnavailable,
    database_url,
)
from explorer.store.database_clock import database_now
from explorer.store.deletion import RunBusy, RunDeletion
from explorer.store.labels import RunLabels
from explorer.store.queue_limits import QueueFull, check_room
from explorer.store.requests import RunRequests
from explorer.store.rows import (
    SILENCE,
    ClaimLost,
    LabelError,
    UnknownRun,
    claim,
    is_kept,
    oldest_queued,
    queue_place,
    run_from,
    unknown_run,
)
from explorer.store.sweeps import RunSweeps, UnknownSweep
from explorer.store.tables import batches, curves, runs
from explorer.store.weights import RunWeights, WeightsError

__all__ = [
    "ClaimLost",
    "LabelError",
    "QueueFull",
    "RunBusy",
    "RunStore",
    "StoreGone",
    "StoreReadOnly",
    "StoreUnavailable",
    "UnknownRun",
    "UnknownSweep",
    "WeightsError",
]


_SILENT_SECONDS = 86_400.0
"""Nobody writes any more to a run whose worker has said nothing for a day."""


class RunStore(RunSweeps, RunLabels, RunDeletion, RunRequests, RunWeights):
    """Runs and their records in a database; safe to share between threads and processes.

    Every method raises StoreUnavailable, with a sentence saying what to do, when the database
    cannot be used, and those that take a run id raise UnknownRun when there is no such run. What
    a worker writes of a run needs the run's claim, which the store that claimed it remembers;
    without it those methods raise ClaimLost.

    Args:
        url: SQLAlchemy URL; by default EXPLORER_DATABASE_URL, else SQLite (in WAL mode) in the
            user's data folder. Nothing is opened or made before the first use.
    """

    def __init__(self, url: str | None = None) -> None:
        super().__init__(Database(database_url(url)))
        self._doubtful: dict[WorkerMark, tuple[str, str]] = {}

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

    def create(
        self, configs: Sequence[TrainingConfig], name: str | None = None, session: str = ""
    ) -> str:
        """Queue a race and return its id.

        Args:
            configs: One per curve.
            name: What to call it.
            session: Of the browser that queues it, or "".

        Raises:
            ConfigError: The configs cannot race together.
            QueueFull: So many wait already that no more are taken.
        """
        configs = validate_race(configs)
        with self._database.transaction(may_create=True) as connection:
            check_room(connection, session)
            return queue_run(connection, configs, name or "", session)

    def get(self, run_id: str) -> Run:
        """Return what is known of a run."""
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(runs, SILENCE).where(is_kept(run_id))).one_or_none()
            if row is None:
                raise unknown_run(run_id)
            return run_from(row, queue_place(connection, row), self._database.reach)

    def list_runs(self, limit: int = 50) -> list[Run]:
        """Return the newest runs that were trained here, newest first, without the deleted ones."""
        own = runs.c.deleted_at.is_(None) & (runs.c.origin == "")
        query = sa.select(runs, SILENCE).where(own).order_by(runs.c.sequence.desc()).limit(limit)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
            reach = self._database.reach
            return [run_from(row, queue_place(connection, row), reach) for row in rows]

    def claim_next(self, worker: WorkerMark) -> Run | None:
        """Take the oldest queued run for a worker, or return None; two never take the same.

        A claim whose answer was lost on the way is found by the next call.
        """
        while True:
            taken = self._settle_doubt(worker)
            if taken is None:
                token = secrets.token_urlsafe(12)
                with self._database.transaction() as connection:
                    run_id = oldest_queued(connection)
                    if run_id is None:
                        return None
                    self._doubtful[worker] = run_id, token
                    taken = run_id if claim(connection, run_id, worker, token) else None
                self._doubtful.pop(worker, None)
                if taken:
                    self._database.claims[taken] = token
            if taken:
                return self.get(taken)

    def _settle_doubt(self, worker: WorkerMark) -> str | None:
        """Return the run that an earlier call claimed without learning of it."""
        if worker not in self._doubtful:
            return None
        run_id, token = self._doubtful[worker]
        query = sa.select(runs.c.id).where(is_kept(run_id), runs.c.claim_token == token)
        with self._database.transaction() as connection:
            found = connection.execute(query).scalar_one_or_none()
        self._doubtful.pop(worker)
        if found:
            self._database.claims[found] = token
        return found

    def set_info(self, run_id: str, info: RunInfo) -> None:
        """Write what a run runs on."""
        self._write(run_id, info=info.to_json(), environment=info.facts_json())

    def set_message(self, run_id: str, message: str) -> None:
        """Write in plain words what is being done before the first step."""
        self._write(run_id, message=message)

    def set_paused(self, run_id: str, paused: bool) -> None:
        """Write that a run holds, or goes on."""
        self._write(run_id, status=PAUSED if paused else RUNNING)

    def beat(self, run_id: str) -> None:
        """Write that the run's worker lives."""
        self._write(run_id)

    def finish(self, run_id: str, status: str, error: str = "") -> None:
        """Write how a run ended.

        Args:
            run_id: The run.
            status: finished, stopped or failed.
            error: For a failed run, why, in plain words.
        """
        self._write(run_id, status=status, error=error, ended_at=database_now(), message="")

    def tidy(self) -> bool:
        """Do a little of what keeps the store small and quick; for a worker that has no run.

        What was deleted long ago is removed, the batches of a run that has ended are put
        together, and a summary that an older version did not write is worked out.

        Returns:
            Whether there may be more to do.
        """
        self.purge()
        ended = runs.c.status.in_(ENDED) | (runs.c.heartbeat < database_now() - _SILENT_SECONDS)
        kept = ended & runs.c.deleted_at.is_(None)
        in_parts = (
            sa.select(batches.c.run_id)
            .join(runs, runs.c.id == batches.c.run_id)
            .where(kept)
            .group_by(batches.c.run_id)
            .having(sa.func.count() > 1)
        )
        unsummarised = (
            sa.select(curves.c.run_id)
            .join(runs, runs.c.id == curves.c.run_id)
            .where(kept, curves.c.summary.is_(None))
        )
        with self._database.transaction() as connection:
            in_parts_id = connection.execute(in_parts.limit(1)).scalar_one_or_none()
            unsummarised_id = connection.execute(unsummarised.limit(1)).scalar_one_or_none()
        try:
            if in_parts_id is not None:
                self.put_together(in_parts_id)
            if unsummarised_id is not None:
                self.summarise(unsummarised_id)
        except UnknownRun:
            # Deleted in this moment.
            return True
        return in_parts_id is not None or unsummarised_id is not None

    def _write(self, run_id: str, **values: Any) -> None:
        with self._database.transaction() as connection:
            self._update_claimed(connection, run_id, values)
