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
from explorer.store.rows import SILENCE, is_kept, unknown_run, update_claimed, worker_from
from explorer.store.shipped import NOTHING_SHIPPED, ShippedRuns
from explorer.store.tables import curves, database_now, runs


class StoredRuns:
    """The runs of a store, as `RunStore.runs`.

    Args:
        database: Where they are.
        shipped: Those that came with the app.
    """

    def __init__(self, database: Database, shipped: ShippedRuns = NOTHING_SHIPPED) -> None:
        self._database, self._shipped = database, shipped
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
            return queue_run(connection, configs, name or "", person)

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
        """Tell whether a person queued all of these runs; deleted ones count too.

        Args:
            run_ids: The runs.
            person: Who, as it was told to `create`.
        """
        own = sa.select(sa.func.count()).where(runs.c.id.in_(run_ids), runs.c.person == person)
        if not person:
            return False
        with self._database.transaction() as connection:
            return bool(connection.execute(own).scalar_one() == len(set(run_ids)))

    def claim_next(self, worker: WorkerId) -> Run | None:
        """Take the oldest queued run for a worker, or return None; two never take the same.

        A claim whose answer was lost on the way is found by the next call.
        """
        while True:
            taken = self._settle_doubt(worker)
            if taken is None:
                token = secrets.token_urlsafe(12)
                with self._database.transaction() as connection:
                    run_id = _oldest_queued(connection)
                    if run_id is None:
                        return None
                    self._doubtful[worker] = run_id, token
                    taken = run_id if _claim(connection, run_id, worker, token) else None
                self._doubtful.pop(worker, None)
                if taken:
                    self._database.claims[taken] = token
            if taken:
                return self.get(taken)

    def _settle_doubt(self, worker: WorkerId) -> str | None:
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


def queue_run(
    connection: sa.Connection, configs: Sequence[TrainingConfig], name: str, person: str = ""
) -> str:
    """Make the rows of a run that waits to be trained, and return its id."""
    return add_run(connection, configs, name=name, status=QUEUED, person=person)


def add_run(
    connection: sa.Connection,
    configs: Sequence[TrainingConfig],
    foreign_losses: Sequence[str] = (),
    **values: Any,
) -> str:
    """Make the rows of a run and of its curves, and return its id.

    Args:
        connection: In the transaction.
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
    """Return the run that a whole row, with its SILENCE, describes.

    Args:
        place: Its place in the queue, or None.
        reach: Says how much of the silence counts.
    """
    return Run(
        id=row.id,
        name=row.name,
        configs=row.configs,
        status=row.status,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        heartbeat=row.heartbeat,
        silence=reach.counted(row.silence),
        info=row.info,
        message=row.message,
        error=row.error,
        queue_place=place,
        progress=Progress(row.step, row.total_steps, row.samples_per_second, row.seconds_left),
        control=Control(row.stop_requested, row.pause_requested, row.learning_rates),
        worker=worker_from(row),
        origin=row.origin,
    )


def _queue_place(connection: sa.Connection, row: sa.Row[Any]) -> int | None:
    """Return the place of a queued run, 1 for the next to be taken; None when not queued."""
    if row.status != QUEUED:
        return None
    earlier = (runs.c.status == QUEUED) & (runs.c.sequence <= row.sequence)
    query = sa.select(sa.func.count()).select_from(runs).where(earlier)
    return connection.execute(query).scalar_one()


def _oldest_queued(connection: sa.Connection) -> str | None:
    oldest = sa.select(runs.c.id).where(runs.c.status == QUEUED).order_by(runs.c.sequence)
    return connection.execute(oldest.limit(1)).scalar_one_or_none()


def _claim(connection: sa.Connection, run_id: str, worker: WorkerId, token: str) -> bool:
    """Take a queued run for a worker; False when another one was faster."""
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
    return bool(connection.execute(values).rowcount)
