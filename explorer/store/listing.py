"""All curves that are kept, as rows."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from explorer.runs.config import TrainingConfig, curve_labels
from explorer.runs.records import Environment
from explorer.runs.run import ENDED, CurveRow, run_state
from explorer.runs.summary import CurveSummary
from explorer.store.reach import Reach
from explorer.store.records import RunRecords
from explorer.store.rows import SILENCE, UnknownRun, configs_from, worker_from
from explorer.store.tables import curves, runs, weights

_SUMMARISE_SECONDS = 1.0

_ROWS = (
    sa.select(
        runs.c.name, runs.c.num_curves, runs.c.configs, runs.c.status, runs.c.created_at,
        runs.c.started_at, runs.c.ended_at, runs.c.heartbeat, SILENCE, runs.c.error,
        runs.c.worker_host, runs.c.worker_pid, runs.c.worker_create_time, runs.c.environment,
        runs.c.origin,
        curves.c.run_id, curves.c.curve, curves.c.tags, curves.c.note, curves.c.summary,
        curves.c.foreign_loss, curves.c.deleted_at,
        weights.c.curve.is_not(None).label("has_weights"),
    )
    .join_from(runs, curves, curves.c.run_id == runs.c.id)
    .outerjoin(
        weights, (weights.c.run_id == curves.c.run_id) & (weights.c.curve == curves.c.curve)
    )
    .order_by(runs.c.sequence.desc(), curves.c.curve)
)  # fmt: skip


class RunListing(RunRecords):
    """The part of the run store that lists curves."""

    def list_curves(
        self, run_ids: Collection[str] | None = None, *, deleted: bool = False
    ) -> list[CurveRow]:
        """Return the curves of all runs as rows, the newest run first; no record is read.

        Only where an older version recorded a run, and its summary is not worked out yet, are the
        records read, for a second at most; the remaining runs get theirs with a later call.

        Args:
            run_ids: Only of these runs; None for all. Ids that are not there are left out.
            deleted: The curves that are deleted but can still be restored, instead of the others.
        """
        with self._database.transaction() as connection:
            rows = listed_curves(connection, self._database.reach, run_ids, deleted=deleted)
        return self._with_summaries(rows)

    def _with_summaries(self, rows: list[CurveRow]) -> list[CurveRow]:
        until = time.monotonic() + _SUMMARISE_SECONDS
        found: dict[str, tuple[CurveSummary, ...]] = {}
        for row in rows:
            missing = row.summary is None and row.run_id not in found and not row.deleted_at
            if missing and run_state(row, None) in ENDED:
                if time.monotonic() > until:
                    break
                try:
                    found[row.run_id] = self.summarise(row.run_id)
                except UnknownRun:
                    # Deleted since the rows were read.
                    continue
        return [
            replace(row, summary=found[row.run_id][row.curve]) if row.run_id in found else row
            for row in rows
        ]


def listed_curves(
    connection: sa.Connection,
    reach: Reach,
    run_ids: Collection[str] | None = None,
    *,
    deleted: bool = False,
) -> list[CurveRow]:
    """Return the rows of `RunListing.list_curves` as one transaction sees them."""
    gone = curves.c.deleted_at
    query = _ROWS.where(gone.is_not(None) if deleted else gone.is_(None))
    if run_ids is not None:
        query = query.where(runs.c.id.in_(list(run_ids)))
    return [_curve_row(row, reach) for row in connection.execute(query)]


def _curve_row(row: sa.Row[Any], reach: Reach) -> CurveRow:
    configs, labels = _described(row.configs)
    # Of a curve made elsewhere there are no settings to make a label of.
    is_nameless = row.origin and not configs[row.curve].name
    return CurveRow(
        run_id=row.run_id,
        curve=row.curve,
        run_name=row.name,
        num_curves=row.num_curves,
        label=f"Curve {row.curve + 1}" if is_nameless else labels[row.curve],
        config=None if row.origin else configs[row.curve],
        status=row.status,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        heartbeat=row.heartbeat,
        silence=reach.counted(row.silence),
        worker=worker_from(row),
        error=row.error,
        environment=_environment(row.environment) if row.environment else None,
        summary=None if row.summary is None else CurveSummary.from_json(row.summary),
        tags=_tags(row.tags),
        note=row.note,
        origin=row.origin,
        foreign_loss=row.foreign_loss,
        has_weights=bool(row.has_weights),
        deleted_at=row.deleted_at,
    )


# The same texts are met at every opening of the table.
@functools.lru_cache(maxsize=4096)
def _described(text: str) -> tuple[tuple[TrainingConfig, ...], tuple[str, ...]]:
    configs = configs_from(text)
    return configs, curve_labels(configs)


@functools.lru_cache(maxsize=256)
def _environment(text: str) -> Environment:
    return Environment.from_facts(text)


@functools.lru_cache(maxsize=256)
def _tags(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
