"""What the parts of the run store have in common: the rows of a run, and errors."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from explorer.runs.run import WorkerId
from explorer.store.database import Database
from explorer.store.shipped import ShippedRuns
from explorer.store.tables import (
    batches,
    curves,
    database_now,
    runs,
    sweep_runs,
    watched_files,
    weights,
)

SILENCE = (database_now() - runs.c.heartbeat).label("silence")
"""Seconds since a run's worker last wrote."""


class UnknownRun(LookupError):
    """There is no run with this id; its text is a plain sentence."""


class ClaimLost(RuntimeError):
    """A worker wants to write to a run that is no longer its own; its text is a sentence."""


class AnnotationError(ValueError):
    """A name, tag or note that cannot be kept, or no such curve; its text is a plain sentence."""


class StorePart:
    """A part of a `RunStore`.

    Args:
        database: Where everything is.
        shipped: What came with the app.
    """

    def __init__(self, database: Database, shipped: ShippedRuns) -> None:
        self._database, self._shipped = database, shipped

    def _all(self, query: sa.Executable) -> Sequence[sa.Row[Any]]:
        """Return the rows that one query finds, in a transaction of its own."""
        with self._database.transaction() as connection:
            return connection.execute(query).all()

    def _one(self, query: sa.Executable) -> Any:
        """Return the only row that one query finds, or None."""
        with self._database.transaction() as connection:
            return connection.execute(query).one_or_none()


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


def lock_run(connection: sa.Connection, run_id: str) -> None:
    """Lock the row of a run, to be read and then written by nobody else.

    Raises:
        UnknownRun: There is no such run.
    """
    update_run(connection, run_id, {"id": run_id})


def update_claimed(
    connection: sa.Connection, run_id: str, token: str | None, values: dict[str, Any]
) -> None:
    """Write columns of a run for the worker that carries it out, and renew its claim.

    Args:
        token: Of the claim; None for a run that nobody has claimed.

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


def remove_run(connection: sa.Connection, run_id: str) -> None:
    """Remove all that is kept of a run."""
    for table in (batches, weights, curves, sweep_runs, watched_files):
        connection.execute(sa.delete(table).where(table.c.run_id == run_id))
    connection.execute(sa.delete(runs).where(runs.c.id == run_id))


def num_curves_of(connection: sa.Connection, run_id: str) -> int:
    """Return how many curves a run has.

    Raises:
        UnknownRun: There is no such run.
    """
    query = sa.select(runs.c.num_curves).where(is_kept(run_id))
    num_curves = connection.execute(query).scalar_one_or_none()
    if num_curves is None:
        raise unknown_run(run_id)
    return int(num_curves)


def chosen_curves(num_curves: int, which: Collection[int] | None) -> list[int]:
    """Return the indices of the chosen curves of a run; None chooses all.

    Raises:
        AnnotationError: There is no such curve.
    """
    chosen = list(range(num_curves) if which is None else which)
    for curve in chosen:
        if curve not in range(num_curves):
            raise AnnotationError(f"This run has no curve {curve}, only 0 to {num_curves - 1}.")
    return chosen


def worker_from(row: sa.Row[Any]) -> WorkerId | None:
    """Return who took the run of a row."""
    if row.worker_pid is None:
        return None
    return WorkerId(row.worker_host, row.worker_pid, row.worker_create_time)


def same_named(kind: type, row: sa.Row[Any]) -> dict[str, Any]:
    """Return the columns of a row that a dataclass has as fields, by name."""
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in row._asdict().items() if name in names}
