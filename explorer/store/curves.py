"""All curves as rows of one table; deleting them so that it can be undone, and for good later."""

from __future__ import annotations

import functools
import time
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from explorer.runs.config import TrainingConfig, curve_labels
from explorer.runs.run import ENDED, WATCHED, CurveRow, run_state
from explorer.store.reach import Reach
from explorer.store.rows import (
    SILENCE,
    StorePart,
    chosen_curves,
    lock_run,
    remove_run,
    same_named,
    unknown_run,
    worker_from,
)
from explorer.store.runs import run_from
from explorer.store.tables import curves, runs, weights

KEPT_SECONDS = 7 * 86_400.0
"""How long a deleted run can be restored."""

_ROWS = (
    sa.select(
        runs.c.name.label("run_name"), runs.c.num_curves, runs.c.configs, runs.c.status,
        runs.c.created_at, runs.c.started_at, runs.c.ended_at, runs.c.heartbeat, SILENCE,
        runs.c.error, runs.c.worker_host, runs.c.worker_pid, runs.c.worker_create_time,
        runs.c.environment, runs.c.origin,
        curves.c.run_id, curves.c.curve, curves.c.tags, curves.c.note, curves.c.summary,
        curves.c.foreign_loss, curves.c.meanings, curves.c.deleted_at,
        weights.c.curve.is_not(None).label("has_weights"),
    )
    .join_from(runs, curves, curves.c.run_id == runs.c.id)
    .outerjoin(
        weights, (weights.c.run_id == curves.c.run_id) & (weights.c.curve == curves.c.curve)
    )
    .order_by(runs.c.sequence.desc(), curves.c.curve)
)  # fmt: skip


class RunBusy(RuntimeError):
    """A run that has not ended cannot be deleted; its text is a plain sentence."""


class StoredCurves(StorePart):
    """The curves of all runs, as `RunStore.curves`."""

    def list(
        self, run_ids: Collection[str] | None = None, *, deleted: bool = False
    ) -> Sequence[CurveRow]:
        """Return the curves of all runs as rows, the newest run first; no record is read.

        Those that came with the app stand last.

        Args:
            run_ids: Only of these runs; None for all. Ids that are not there are left out.
            deleted: The curves that are deleted but can still be restored, instead of the others.
        """
        with self._database.transaction() as connection:
            own = listed_curves(connection, self._database.reach, run_ids, deleted=deleted)
        return own if deleted else [*own, *self._shipped.rows(run_ids)]

    def delete(
        self, run_id: str, which: Collection[int] | None = None, *, alive: bool | None = None
    ) -> None:
        """Take a run, or some of its curves, out of sight; `restore` brings them back.

        A run whose every curve is deleted is unknown to all other requests.

        Args:
            which: Indices of the curves; None means all.
            alive: Whether the run's worker lives; None where that cannot be seen.

        Raises:
            RunBusy: The run waits or is being carried out.
            RunReadOnly: The run came with the app.
            AnnotationError: There is no such curve.
        """
        self._shipped.refuse_change(run_id)
        now = time.time()
        with self._database.transaction() as connection:
            lock_run(connection, run_id)
            row = connection.execute(sa.select(runs, SILENCE).where(runs.c.id == run_id)).one()
            run = run_from(row, None, self._database.reach)
            if run_state(run, alive) not in ENDED:
                called = f"The run “{row.name}”" if row.name else "This run"
                if row.status == WATCHED:
                    raise RunBusy(
                        f"{called} is read from the watched file {row.origin}: it goes with its "
                        "folder, and only what was kept can be deleted."
                    )
                raise RunBusy(f"{called} is {row.status}: stop it first, then delete it.")
            _mark(connection, run_id, chosen_curves(row.num_curves, which), now)

    def restore(self, run_id: str, which: Collection[int] | None = None) -> None:
        """Bring back what was deleted.

        Args:
            which: Indices of the curves; None means all.

        Raises:
            AnnotationError: There is no such curve.
        """
        with self._database.transaction() as connection:
            # Locked first, like every change of a run.
            lock = sa.update(runs).where(runs.c.id == run_id).values(id=run_id)
            num_curves = connection.execute(lock.returning(runs.c.num_curves)).scalar_one_or_none()
            if num_curves is None:
                raise unknown_run(run_id)
            _mark(connection, run_id, chosen_curves(num_curves, which), None)

    def purge(self) -> int:
        """Remove runs that were deleted long ago, and return how many.

        Single deleted curves of a kept run stay restorable.
        """
        with self._database.transaction() as connection:
            old = runs.c.deleted_at < time.time() - KEPT_SECONDS
            gone = connection.execute(sa.select(runs.c.id).where(old)).scalars().all()
            for run_id in gone:
                remove_run(connection, run_id)
        return len(gone)


def listed_curves(
    connection: sa.Connection,
    reach: Reach,
    run_ids: Collection[str] | None = None,
    *,
    deleted: bool = False,
) -> list[CurveRow]:
    """Return the rows of `StoredCurves.list` as one transaction sees them."""
    gone = curves.c.deleted_at
    query = _ROWS.where(gone.is_not(None) if deleted else gone.is_(None))
    if run_ids is not None:
        query = query.where(runs.c.id.in_(list(run_ids)))
    labels: dict[str, tuple[str, ...]] = {}
    rows = []
    for row in connection.execute(query):
        if row.run_id not in labels:
            labels[row.run_id] = _labels(row.configs)
        rows.append(_curve_row(row, labels[row.run_id][row.curve], reach))
    return rows


# The same runs are met at every opening of the table.
@functools.lru_cache(maxsize=4096)
def _labels(configs: tuple[TrainingConfig, ...]) -> tuple[str, ...]:
    return curve_labels(configs)


def _curve_row(row: sa.Row[Any], label: str, reach: Reach) -> CurveRow:
    config = row.configs[row.curve]
    # Of a curve made elsewhere there are no settings to make a label of.
    is_nameless = row.origin and not config.name
    values = same_named(CurveRow, row) | {
        "label": f"Curve {row.curve + 1}" if is_nameless else label,
        "config": None if row.origin else config,
        "silence": reach.counted(row.silence),
        "worker": worker_from(row),
    }
    return CurveRow(**values)


def _mark(
    connection: sa.Connection, run_id: str, which: Collection[int], deleted_at: float | None
) -> None:
    of_run = curves.c.run_id == run_id
    chosen = sa.update(curves).where(of_run, curves.c.curve.in_(which))
    if deleted_at is not None:
        # Deleting again does not begin the seven days afresh.
        chosen = chosen.where(curves.c.deleted_at.is_(None))
    connection.execute(chosen.values(deleted_at=deleted_at))
    left = sa.select(sa.func.count()).where(of_run, curves.c.deleted_at.is_(None))
    is_gone = deleted_at is not None and not connection.execute(left).scalar_one()
    own = sa.update(runs).where(runs.c.id == run_id)
    connection.execute(own.values(deleted_at=deleted_at if is_gone else None))
