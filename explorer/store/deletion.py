"""Deleting runs so that it can be undone, and removing for good what was deleted long ago."""

from __future__ import annotations

import time
from collections.abc import Collection

import sqlalchemy as sa

from explorer.runs.run import ENDED, run_state
from explorer.store.database import StorePart
from explorer.store.rows import SILENCE, chosen_curves, run_from, unknown_run, update_run
from explorer.store.tables import batches, curves, runs, sweep_runs, weights

KEPT_SECONDS = 7 * 86_400.0
"""How long a deleted run can be restored."""


class RunBusy(RuntimeError):
    """A run that has not ended cannot be deleted; its text is a plain sentence."""


class RunDeletion(StorePart):
    """The part of the run store that deletes."""

    def delete(
        self, run_id: str, which: Collection[int] | None = None, *, alive: bool | None = None
    ) -> None:
        """Take a run, or some of its curves, out of sight; `restore` brings them back.

        A run whose every curve is deleted is unknown to all other requests.

        Args:
            run_id: The run.
            which: Indices of the curves; None means all.
            alive: Whether the run's worker lives; None where that cannot be seen.

        Raises:
            RunBusy: The run waits or is being carried out.
            LabelError: There is no such curve.
        """
        now = time.time()
        with self._database.transaction() as connection:
            update_run(connection, run_id, {"id": run_id})
            row = connection.execute(sa.select(runs, SILENCE).where(runs.c.id == run_id)).one()
            run = run_from(row, None, self._database.reach)
            if run_state(run, alive) not in ENDED:
                called = f"The run “{row.name}”" if row.name else "This run"
                raise RunBusy(f"{called} is {row.status}: stop it first, then delete it.")
            _mark(connection, run_id, chosen_curves(row.num_curves, which), now)

    def restore(self, run_id: str, which: Collection[int] | None = None) -> None:
        """Bring back what was deleted.

        Args:
            run_id: The run.
            which: Indices of the curves; None means all.

        Raises:
            LabelError: There is no such curve.
        """
        with self._database.transaction() as connection:
            # Locked first, like every change of a run.
            connection.execute(sa.update(runs).where(runs.c.id == run_id).values(id=run_id))
            query = sa.select(runs.c.num_curves).where(runs.c.id == run_id)
            num_curves = connection.execute(query).scalar_one_or_none()
            if num_curves is None:
                raise unknown_run(run_id)
            _mark(connection, run_id, chosen_curves(num_curves, which), None)

    def purge(self, older_than: float = KEPT_SECONDS) -> int:
        """Remove deleted runs for good; single deleted curves of a kept run stay restorable.

        Args:
            older_than: Only those deleted longer ago than so many seconds.

        Returns:
            Number of runs removed.
        """
        with self._database.transaction() as connection:
            old = runs.c.deleted_at < time.time() - older_than
            gone = connection.execute(sa.select(runs.c.id).where(old)).scalars().all()
            for run_id in gone:
                for table in (batches, weights, curves, sweep_runs):
                    connection.execute(sa.delete(table).where(table.c.run_id == run_id))
                connection.execute(sa.delete(runs).where(runs.c.id == run_id))
        return len(gone)


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
