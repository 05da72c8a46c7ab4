"""The one place where trainers write and viewers read: every run, its records, its requests."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from explorer.training.config import ConfigError, TrainingConfig, validate_race
from explorer.training.record_columns import Records, from_bytes, join, to_bytes, to_columns
from explorer.training.records import Record, RunInfo
from explorer.training.run_database import Database, StoreUnavailable, database_url
from explorer.training.run_rows import (
    UnknownRun,
    claim,
    control_from,
    num_curves_of,
    oldest_queued,
    queue_place,
    run_from,
    unknown_run,
    update_run,
)
from explorer.training.run_tables import batches, runs
from explorer.training.runs import (
    PAUSED,
    QUEUED,
    RUNNING,
    STOPPED,
    Control,
    Progress,
    Run,
    WorkerMark,
)

__all__ = ["RunStore", "StoreUnavailable", "UnknownRun"]


class RunStore:
    """Runs and their records in a database; safe to share between threads and processes.

    Every method raises StoreUnavailable, with a sentence saying what to do, when the database
    cannot be used, and those that take a run id raise UnknownRun when there is no such run.

    Args:
        url: SQLAlchemy URL; by default EXPLORER_DATABASE_URL, else SQLite (in WAL mode) in the
            user's data folder. Nothing is opened or made before the first use.
    """

    def __init__(self, url: str | None = None) -> None:
        self._database = Database(database_url(url))

    @property
    def url(self) -> str:
        """Address of the database, complete, for a worker's environment."""
        return self._database.url.render_as_string(hide_password=False)

    @property
    def folder(self) -> Path:
        """Folder for what belongs to this store beside the database: workers' locks and logs."""
        return self._database.folder

    def close(self) -> None:
        """Let go of the database's connections; the next use opens it again."""
        self._database.close()

    def create(self, configs: Sequence[TrainingConfig], name: str | None = None) -> str:
        """Queue a race and return its id.

        Args:
            configs: One per curve.
            name: What to call it.

        Raises:
            ConfigError: The configs cannot race together.
        """
        configs = validate_race(configs)
        run_id = secrets.token_urlsafe(6)
        row = {
            "id": run_id,
            "name": name or "",
            "num_curves": len(configs),
            "configs": json.dumps([config.to_dict() for config in configs]),
            "status": QUEUED,
            "created_at": time.time(),
        }
        with self._database.transaction(may_create=True) as connection:
            connection.execute(sa.insert(runs).values(row))
        return run_id

    def get(self, run_id: str) -> Run:
        """Return what is known of a run."""
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.id == run_id)).one_or_none()
            if row is None:
                raise unknown_run(run_id)
            return run_from(row, queue_place(connection, row))

    def list_runs(self, limit: int = 50) -> list[Run]:
        """Return the newest runs, newest first."""
        query = sa.select(runs).order_by(runs.c.sequence.desc()).limit(limit)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
            return [run_from(row, queue_place(connection, row)) for row in rows]

    def delete(self, run_id: str) -> None:
        """Remove a run and all its records."""
        with self._database.transaction() as connection:
            connection.execute(sa.delete(batches).where(batches.c.run_id == run_id))
            if not connection.execute(sa.delete(runs).where(runs.c.id == run_id)).rowcount:
                raise unknown_run(run_id)

    def append(
        self, run_id: str, records: Iterable[Record], progress: Progress | None = None
    ) -> None:
        """Write records; once this returns they survive the end of the process.

        Args:
            run_id: The run.
            records: In the order of the run; one batch of them is one row.
            progress: How far the run is by now.
        """
        with self._database.transaction() as connection:
            values: dict[str, Any] = {"heartbeat": time.time(), "message": ""}
            if progress:
                values |= {field: getattr(progress, field) for field in Progress.__slots__}
            update_run(connection, run_id, values)
            num_curves = num_curves_of(connection, run_id)
            payload = to_bytes(to_columns(records, num_curves))
            connection.execute(sa.insert(batches).values(run_id=run_id, payload=payload))

    def read(self, run_id: str, after: int = 0) -> Records:
        """Read the records written since an earlier reading.

        Args:
            run_id: The run.
            after: The `cursor` of the earlier reading; 0 reads everything.

        Returns:
            Columns for every curve, empty where nothing is new, and the new cursor.
        """
        query = (
            sa.select(batches.c.sequence, batches.c.payload)
            .where(batches.c.run_id == run_id, batches.c.sequence > after)
            .order_by(batches.c.sequence)
        )
        with self._database.transaction() as connection:
            num_curves = num_curves_of(connection, run_id)
            rows = connection.execute(query).all()
        parts = [from_bytes(row.payload) for row in rows]
        return join(parts, num_curves, rows[-1].sequence if rows else after)

    def request_stop(self, run_id: str) -> None:
        """Ask a run to end; one that is still queued ends at once."""
        with self._database.transaction() as connection:
            update_run(connection, run_id, {"stop_requested": True})
            queued = sa.update(runs).where(runs.c.id == run_id, runs.c.status == QUEUED)
            connection.execute(queued.values(status=STOPPED, ended_at=time.time()))

    def request_pause(self, run_id: str) -> None:
        """Ask a run to hold."""
        with self._database.transaction() as connection:
            update_run(connection, run_id, {"pause_requested": True})

    def request_resume(self, run_id: str) -> None:
        """Ask a held run to go on."""
        with self._database.transaction() as connection:
            update_run(connection, run_id, {"pause_requested": False})

    def request_learning_rate(self, run_id: str, value: float, curve: int | None = None) -> None:
        """Ask for a new learning rate from the next step on.

        Args:
            run_id: The run.
            value: The learning rate, above 0.
            curve: Index of the curve; None means all.

        Raises:
            ConfigError: The learning rate or the curve cannot be used.
        """
        value = TrainingConfig(learning_rate=value).learning_rate
        with self._database.transaction() as connection:
            num_curves = num_curves_of(connection, run_id)
            if curve is not None and curve not in range(num_curves):
                raise ConfigError(f"This run has no curve {curve}, only 0 to {num_curves - 1}.")
            # The row is locked before it is read, so that two tabs do not lose each other's wish.
            update_run(connection, run_id, {"id": run_id})
            query = sa.select(runs.c.learning_rates).where(runs.c.id == run_id)
            rates = json.loads(connection.execute(query).scalar_one())
            chosen = range(num_curves) if curve is None else [curve]
            rates |= {str(index): value for index in chosen}
            update_run(connection, run_id, {"learning_rates": json.dumps(rates)})

    def control(self, run_id: str) -> Control:
        """Return what people asked of a run."""
        columns = (runs.c.stop_requested, runs.c.pause_requested, runs.c.learning_rates)
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(*columns).where(runs.c.id == run_id)).one_or_none()
        if row is None:
            raise unknown_run(run_id)
        return control_from(row)

    def claim_next(self, worker: WorkerMark) -> Run | None:
        """Take the oldest queued run for a worker, or return None; two never take the same."""
        while True:
            with self._database.transaction() as connection:
                run_id = oldest_queued(connection)
                if run_id is None:
                    return None
                taken = claim(connection, run_id, worker)
            if taken:
                return self.get(run_id)

    def set_info(self, run_id: str, info: RunInfo) -> None:
        """Write what a run runs on."""
        self._write(run_id, info=info.to_json())

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
        self._write(run_id, status=status, error=error, ended_at=time.time(), message="")

    def _write(self, run_id: str, **values: Any) -> None:
        with self._database.transaction() as connection:
            update_run(connection, run_id, values | {"heartbeat": time.time()})
