"""Runs in the store: queued, claimed by a worker, carried out, ended."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from explorer.runs.config import TrainingConfig, validate_race
from explorer.runs.records import RunInfo
from explorer.runs.run import PAUSED, QUEUED, RUNNING, Control, Progress, Run, WorkerId
from explorer.store.database import Database
from explorer.store.queue_limits import check_room
from explorer.store.reach import Reach
from explorer.store.rows import (
    SILENCE,
    StorePart,
    is_kept,
    same_named,
    unknown_run,
    update_claimed,
    worker_from,
)
from explorer.store.shipped import ShippedRuns
from explorer.store.tables import curves, database_now, runs


class StoredRuns(StorePart):
    """The runs of a store, as `RunStore.runs`."""

    def __init__(self, database: Database, shipped: ShippedRuns) -> None:
        super().__init__(database, shipped)
        self._doubtful: dict[WorkerId, tuple[str, str]] = {}

    def create(
        self, configs: Sequence[TrainingConfig], name: str | None = None, person: str = ""
    ) -> str:
        """Queue a race and return its id.

        Args:
            configs: One per curve.
            person: Who queues it, or "".

        Raises:
            ConfigError: The configs cannot race together.
            QueueFull: So many wait already that no more are taken.
        """
        configs = validate_race(configs)
        with self._database.transaction(may_create=True) as connection:
            check_room(connection, person)
            return add_run(connection, configs, name=name or "", status=QUEUED, person=person)

    def get(self, run_id: str) -> Run:
        """Return what is known of a run."""
        if self._shipped.has(run_id):
            return self._shipped.run(run_id)
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(runs, SILENCE).where(is_kept(run_id))).one_or_none()
            if row is None:
                raise unknown_run(run_id)
            return run_from(row, _queue_place(connection, row), self._database.reach)

    def list(self, limit: int = 50) -> Sequence[Run]:
        """Return the newest runs that were trained here, newest first, without the deleted ones.

        Behind them stand the races that came with the app, however many are asked for.
        """
        own = runs.c.deleted_at.is_(None) & (runs.c.origin == "")
        query = sa.select(runs, SILENCE).where(own).order_by(runs.c.sequence.desc()).limit(limit)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
            reach = self._database.reach
            found = [run_from(row, _queue_place(connection, row), reach) for row in rows]
        return [*found, *self._shipped.races()]

    def began(self, run_ids: Collection[str], person: str) -> bool:
        """Tell whether a person queued all of these runs; deleted ones count too."""
        own = sa.select(runs.c.id).where(runs.c.id.in_(run_ids), runs.c.person == person)
        return bool(person) and len(self._all(own)) == len(set(run_ids))

    def claim_next(self, worker: WorkerId) -> Run | None:
        """Take the oldest queued run for a worker, or return None; two never take the same.

        A claim whose answer was lost on the way is found by the next call.
        """
        oldest = sa.select(runs.c.id).where(runs.c.status == QUEUED).order_by(runs.c.sequence)
        while True:
            if worker not in self._doubtful:
                with self._database.transaction() as connection:
                    run_id = connection.execute(oldest.limit(1)).scalar_one_or_none()
                    if run_id is None:
                        return None
                    self._doubtful[worker] = run_id, secrets.token_urlsafe(12)
                    _claim(connection, worker, *self._doubtful[worker])
            run_id, token = self._doubtful[worker]
            # Another worker may have been faster.
            own = sa.select(runs.c.id).where(is_kept(run_id), runs.c.claim_token == token)
            is_own = self._one(own) is not None
            del self._doubtful[worker]
            if is_own:
                self._database.claims[run_id] = token
                return self.get(run_id)

    def set_info(self, run_id: str, info: RunInfo) -> None:
        """Write what a run runs on."""
        self._write(run_id, info=info, environment=info)

    def set_message(self, run_id: str, message: str) -> None:
        """Write in plain words what is being done before the first step."""
        self._write(run_id, message=message)

    def set_paused(self, run_id: str, paused: bool) -> None:
        """Write that a run holds, or goes on."""
        self._write(run_id, status=PAUSED if paused else RUNNING)

    def heartbeat(self, run_id: str) -> None:
        """Write that the run's worker lives."""
        self._write(run_id)

    def finish(self, run_id: str, status: str, error: str = "") -> None:
        """Write how a run ended.

        Args:
            status: finished, stopped or failed.
            error: For a failed run, why, in plain words.
        """
        self._write(run_id, status=status, error=error, ended_at=database_now(), message="")

    def _write(self, run_id: str, **values: Any) -> None:
        with self._database.transaction() as connection:
            update_claimed(connection, run_id, self._database.claims.get(run_id), values)


def add_run(
    connection: sa.Connection,
    configs: Sequence[TrainingConfig],
    foreign_losses: Sequence[str] = (),
    **values: Any,
) -> str:
    """Make the rows of a run and of its curves, and return its id.

    Args:
        configs: One per curve.
        foreign_losses: One per curve of a run made elsewhere.
        **values: Further columns of the run.
    """
    run_id = secrets.token_urlsafe(6)
    own = {
        "id": run_id,
        "num_curves": len(configs),
        "configs": configs,
        "created_at": time.time(),
    }
    connection.execute(sa.insert(runs).values(own | values))
    losses = foreign_losses or [""] * len(configs)
    rows = [{"run_id": run_id, "curve": k, "foreign_loss": loss} for k, loss in enumerate(losses)]
    connection.execute(sa.insert(curves), rows)
    return run_id


def run_from(row: sa.Row[Any], place: int | None, reach: Reach) -> Run:
    """Return the run that a whole row, with its SILENCE, describes."""
    values = same_named(Run, row) | {
        "silence": reach.counted(row.silence),
        "queue_place": place,
        "progress": Progress(**same_named(Progress, row)),
        "control": Control(row.stop_requested, row.pause_requested, row.learning_rates),
        "worker": worker_from(row),
    }
    return Run(**values)


def _queue_place(connection: sa.Connection, row: sa.Row[Any]) -> int | None:
    """Return the place of a queued run, 1 for the next to be taken; None when not queued."""
    if row.status != QUEUED:
        return None
    earlier = (runs.c.status == QUEUED) & (runs.c.sequence <= row.sequence)
    query = sa.select(sa.func.count()).select_from(runs).where(earlier)
    return connection.execute(query).scalar_one()


def _claim(connection: sa.Connection, worker: WorkerId, run_id: str, token: str) -> None:
    """Take a run for a worker if it is still queued."""
    queued = sa.update(runs).where(runs.c.id == run_id, runs.c.status == QUEUED)
    values = queued.values(
        status=RUNNING,
        started_at=database_now(),
        heartbeat=database_now(),
        claim_token=token,
        num_batches=0,
        worker_host=worker.host,
        worker_pid=worker.pid,
        worker_create_time=worker.create_time,
    )
    connection.execute(values)
