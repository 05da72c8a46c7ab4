"""Rows of the run store as runs, and the few statements that several requests share."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from explorer.runs.config import TrainingConfig
from explorer.runs.records import RunInfo
from explorer.runs.run import QUEUED, RUNNING, Control, Progress, Run, WorkerMark
from explorer.store.database_clock import database_now
from explorer.store.reach import Reach
from explorer.store.tables import runs


class UnknownRun(KeyError):
    """There is no run with this id; its text is a plain sentence."""

    def __str__(self) -> str:
        return str(self.args[0])


class ClaimLost(RuntimeError):
    """A worker wants to write to a run that is no longer its own; its text is a sentence."""


class LabelError(ValueError):
    """A name, tag or note that cannot be kept, or no such curve; its text is a plain sentence."""


def unknown_run(run_id: str) -> UnknownRun:
    """Return the error for an id that the store does not hold."""
    return UnknownRun(
        f"There is no recorded run “{run_id}”: it was deleted, or recorded on another machine."
    )


def is_kept(run_id: str) -> sa.ColumnElement[bool]:
    """Return the condition for a run that is there and not deleted."""
    return (runs.c.id == run_id) & runs.c.deleted_at.is_(None)


def update_run(connection: sa.Connection, run_id: str, values: dict[str, Any]) -> None:
    """Write columns of one run, which also locks its row for this transaction.

    Raises:
        UnknownRun: There is no such run.
    """
    update = sa.update(runs).where(is_kept(run_id)).values(values)
    if not connection.execute(update).rowcount:
        raise unknown_run(run_id)


def update_claimed(
    connection: sa.Connection, run_id: str, token: str | None, values: dict[str, Any]
) -> None:
    """Write columns of a run for the worker that carries it out, and renew its claim.

    Args:
        connection: In the transaction.
        run_id: The run.
        token: Of the claim; None for a run that nobody has claimed.
        values: By column.

    Raises:
        UnknownRun: There is no such run.
        ClaimLost: Somebody else has claimed it since, or it was named lost.
    """
    own = is_kept(run_id) & runs.c.claim_token.is_not_distinct_from(token)
    update = sa.update(runs).where(own).values(values | {"heartbeat": database_now()})
    if not connection.execute(update).rowcount:
        # Unknown, or not its own.
        num_curves_of(connection, run_id)
        raise ClaimLost(
            f"The run “{run_id}” no longer belongs to this training process: it was silent for too "
            "long, and the run was given up or given to another."
        )


def num_curves_of(connection: sa.Connection, run_id: str) -> int:
    """Return how many curves a run has.

    Raises:
        UnknownRun: There is no such run.
    """
    query = sa.select(runs.c.num_curves).where(is_kept(run_id))
    num_curves = connection.execute(query).scalar_one_or_none()
    if num_curves is None:
        raise unknown_run(run_id)
    return num_curves


def chosen_curves(num_curves: int, which: Collection[int] | None) -> list[int]:
    """Return the indices of the chosen curves of a run; None chooses all.

    Raises:
        LabelError: There is no such curve.
    """
    chosen = list(range(num_curves) if which is None else which)
    for curve in chosen:
        if curve not in range(num_curves):
            raise LabelError(f"This run has no curve {curve}, only 0 to {num_curves - 1}.")
    return chosen


def queue_place(connection: sa.Connection, row: sa.Row[Any]) -> int | None:
    """Return the place of a queued run, 1 for the next to be taken; None when not queued."""
    if row.status != QUEUED:
        return None
    earlier = (runs.c.status == QUEUED) & (runs.c.sequence <= row.sequence)
    query = sa.select(sa.func.count()).select_from(runs).where(earlier)
    return connection.execute(query).scalar_one()


def oldest_queued(connection: sa.Connection) -> str | None:
    """Return the id of the run that waits longest, or None."""
    oldest = sa.select(runs.c.id).where(runs.c.status == QUEUED).order_by(runs.c.sequence)
    return connection.execute(oldest.limit(1)).scalar_one_or_none()


def claim(connection: sa.Connection, run_id: str, worker: WorkerMark, token: str) -> bool:
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


def control_from(row: sa.Row[Any]) -> Control:
    """Return the requests that a row holds."""
    rates = {int(curve): rate for curve, rate in json.loads(row.learning_rates).items()}
    return Control(row.stop_requested, row.pause_requested, rates)


SILENCE = (database_now() - runs.c.heartbeat).label("silence")
"""Seconds since a run's worker last wrote."""


def run_from(row: sa.Row[Any], place: int | None, reach: Reach) -> Run:
    """Return the run that a whole row, with its SILENCE, describes."""
    return Run(
        id=row.id,
        name=row.name,
        configs=configs_from(row.configs),
        status=row.status,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        heartbeat=row.heartbeat,
        silence=reach.counted(row.silence),
        info=RunInfo.from_json(row.info) if row.info else None,
        message=row.message,
        error=row.error,
        queue_place=place,
        progress=Progress(row.step, row.total_steps, row.samples_per_second, row.seconds_left),
        control=control_from(row),
        worker=worker_from(row),
        origin=row.origin,
    )


def configs_from(text: str) -> tuple[TrainingConfig, ...]:
    """Return the configs that a run's row holds as JSON."""
    return tuple(TrainingConfig.from_dict(values) for values in json.loads(text))


def worker_from(row: sa.Row[Any]) -> WorkerMark | None:
    """Return who took the run of a row."""
    if row.worker_pid is None:
        return None
    return WorkerMark(row.worker_host, row.worker_pid, row.worker_create_time)
