"""What people ask of a run while it is carried out."""

from __future__ import annotations

import sqlalchemy as sa

from explorer.runs.config import ConfigError, TrainingConfig
from explorer.runs.run import QUEUED, STOPPED, Control
from explorer.store.rows import (
    StorePart,
    is_kept,
    lock_run,
    num_curves_of,
    unknown_run,
    update_run,
)
from explorer.store.tables import database_now, runs


class RunRequests(StorePart):
    """Passes requests to the trainer, as `RunStore.requests`."""

    def stop(self, run_id: str) -> None:
        """Ask a run to end; one that is still queued ends at once."""
        with self._database.transaction() as connection:
            update_run(connection, run_id, {"stop_requested": True})
            queued = sa.update(runs).where(runs.c.id == run_id, runs.c.status == QUEUED)
            connection.execute(queued.values(status=STOPPED, ended_at=database_now()))

    def pause(self, run_id: str) -> None:
        """Ask a run to hold."""
        with self._database.transaction() as connection:
            update_run(connection, run_id, {"pause_requested": True})

    def resume(self, run_id: str) -> None:
        """Ask a held run to go on."""
        with self._database.transaction() as connection:
            update_run(connection, run_id, {"pause_requested": False})

    def set_learning_rate(self, run_id: str, value: float, curve: int | None = None) -> None:
        """Ask for a new learning rate from the next step on.

        Args:
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
            # Locked before it is read, so that neither of two tabs loses the other's request.
            lock_run(connection, run_id)
            query = sa.select(runs.c.learning_rates).where(runs.c.id == run_id)
            rates = connection.execute(query).scalar_one()
            chosen = range(num_curves) if curve is None else [curve]
            rates |= dict.fromkeys(chosen, value)
            update_run(connection, run_id, {"learning_rates": rates})

    def control(self, run_id: str) -> Control:
        """Return what people asked of a run."""
        columns = (runs.c.stop_requested, runs.c.pause_requested, runs.c.learning_rates)
        row = self._one(sa.select(*columns).where(is_kept(run_id)))
        if row is None:
            raise unknown_run(run_id)
        return Control(*row)
