"""Sweeps in the run store: their grids, and which runs train which cells."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from explorer.runs.run import LOST, PAUSED, QUEUED, RUNNING, CurveRow
from explorer.runs.sweep_cells import Sweep, SweepRun
from explorer.runs.sweep_grid import SweepGrid
from explorer.store.curves import listed_curves
from explorer.store.queue_limits import check_room
from explorer.store.rows import StorePart, same_named
from explorer.store.runs import add_run
from explorer.store.tables import database_now, runs, sweep_runs, sweeps


class UnknownSweep(LookupError):
    """There is no sweep with this id; its text is a plain sentence."""


class StoredSweeps(StorePart):
    """The sweeps of a store, as `RunStore.sweeps`."""

    def create(self, grid: SweepGrid, name: str = "", person: str = "") -> str:
        """Keep a sweep for workers to go on with, and return its id.

        Args:
            person: Who begins it, or "".

        Raises:
            QueueFull: So many wait already that no more are taken.
        """
        sweep_id = secrets.token_urlsafe(6)
        row = {
            "id": sweep_id,
            "name": name,
            "grid": grid,
            "created_at": time.time(),
            "is_open": True,
            "person": person,
        }
        with self._database.transaction(may_create=True) as connection:
            check_room(connection, person)
            connection.execute(sa.insert(sweeps).values(row))
        return sweep_id

    def get(self, sweep_id: str) -> Sweep:
        """Return a sweep.

        Raises:
            UnknownSweep: There is none of this id.
        """
        if found := self._shipped.sweeps().get(sweep_id):
            return found
        with self._database.transaction() as connection:
            return _sweep(connection, sweep_id)

    def began(self, sweep_id: str, person: str) -> bool:
        """Tell whether a person began a sweep."""
        own = sa.select(sweeps.c.id).where(sweeps.c.id == sweep_id, sweeps.c.person == person)
        return bool(person) and self._one(own) is not None

    def list(self, limit: int = 20) -> Sequence[Sweep]:
        """Return the newest sweeps, newest first, and behind them those that came with the app."""
        query = sa.select(sweeps).order_by(sweeps.c.sequence.desc()).limit(limit)
        with self._database.transaction() as connection:
            own = [_sweep_from(connection, row) for row in connection.execute(query).all()]
        return [*own, *self._shipped.sweeps().values()]

    def list_open(self) -> Sequence[str]:
        """Return the ids of the sweeps that workers are to go on with, oldest first."""
        query = sa.select(sweeps.c.id).where(sweeps.c.is_open).order_by(sweeps.c.sequence)
        return [row.id for row in self._all(query)]

    def close(self, sweep_id: str) -> None:
        """Let no worker go on with a sweep."""
        self._change(sweep_id, {"is_open": False})

    def reopen(self, sweep_id: str) -> None:
        """Have workers try again what is missing of a sweep."""
        self._change(sweep_id, {"is_open": True, "attempt": sweeps.c.attempt + 1})

    def queue_next(
        self, sweep_id: str, choose: Callable[[Sweep, Sequence[CurveRow]], Sequence[int] | None]
    ) -> str | None:
        """Queue a run for cells of a sweep, chosen while nobody else can.

        An earlier run that is lost with some of these cells is written down as lost, so that its
        worker, should it only have slept, writes to it no more.

        Args:
            choose: Given the sweep and the curves of its runs, returns the cells to train
                together, none of them to wait for others, or None to close the sweep.

        Returns:
            The run's id, or None where none was queued.
        """
        with self._database.transaction() as connection:
            # Locked before it is read, so that two workers never queue the same cells.
            locked = sa.update(sweeps).where(sweeps.c.id == sweep_id, sweeps.c.is_open)
            if not connection.execute(locked.values(id=sweep_id)).rowcount:
                return None
            sweep = _sweep(connection, sweep_id)
            reach = self._database.reach
            rows = listed_curves(connection, reach, [one.run_id for one in sweep.runs])
            chosen = choose(sweep, rows)
            if chosen is None:
                connection.execute(locked.values(is_open=False))
            if not chosen:
                return None
            if not _name_lost(connection, sweep, rows, chosen):
                connection.rollback()
                return None
            every = sweep.grid.named_cells()
            beginner = sa.select(sweeps.c.person).where(sweeps.c.id == sweep_id)
            run_id = add_run(
                connection,
                [every[cell] for cell in chosen],
                name=f"{sweep.name or 'Sweep'}, part {len(sweep.runs) + 1}",
                status=QUEUED,
                person=beginner.scalar_subquery(),
            )
            values = {"run_id": run_id, "sweep_id": sweep_id, "cells": chosen}
            connection.execute(sa.insert(sweep_runs).values(values | {"attempt": sweep.attempt}))
            return run_id

    def _change(self, sweep_id: str, values: dict[str, Any]) -> None:
        change = sa.update(sweeps).where(sweeps.c.id == sweep_id).values(values)
        with self._database.transaction() as connection:
            if not connection.execute(change).rowcount:
                raise _unknown(sweep_id)


def _name_lost(
    connection: sa.Connection, sweep: Sweep, rows: Sequence[CurveRow], cells: Sequence[int]
) -> bool:
    """Take the claims from runs in training that have one of the cells.

    Returns:
        False where one of them has spoken in this moment.
    """
    having = {one.run_id for one in sweep.runs if not set(one.cells).isdisjoint(cells)}
    heartbeats = {
        row.run_id: row.heartbeat
        for row in rows
        if row.run_id in having and row.status in (RUNNING, PAUSED)
    }
    for run_id, heartbeat in heartbeats.items():
        silent = sa.update(runs).where(runs.c.id == run_id, runs.c.heartbeat == heartbeat)
        values = {"status": LOST, "claim_token": None, "ended_at": database_now()}
        if not connection.execute(silent.values(values)).rowcount:
            return False
    return True


def _sweep(connection: sa.Connection, sweep_id: str) -> Sweep:
    query = sa.select(sweeps).where(sweeps.c.id == sweep_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise _unknown(sweep_id)
    return _sweep_from(connection, row)


def _sweep_from(connection: sa.Connection, row: sa.Row[Any]) -> Sweep:
    # Without an order a database may return rows in any.
    of_sweep = (
        sa.select(sweep_runs)
        .join(runs, runs.c.id == sweep_runs.c.run_id)
        .where(sweep_runs.c.sweep_id == row.id)
        .order_by(runs.c.sequence)
    )
    found = (SweepRun(**same_named(SweepRun, one)) for one in connection.execute(of_sweep))
    return Sweep(**same_named(Sweep, row), runs=tuple(found))


def _unknown(sweep_id: str) -> UnknownSweep:
    return UnknownSweep(
        f"There is no sweep “{sweep_id}”: it was recorded on another machine, or never begun."
    )
