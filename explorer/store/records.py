"""The records of runs: written in batches, read on from where an earlier reading ended."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

import sqlalchemy as sa

from explorer.runs.config import TrainingConfig
from explorer.runs.curve_data import last_step
from explorer.runs.records import CurveChunk, Records
from explorer.runs.run import FINISHED, Progress
from explorer.runs.series import CurveData
from explorer.runs.summary import CurveSummary
from explorer.store.annotations import check_name
from explorer.store.record_bytes import from_bytes, to_bytes
from explorer.store.rows import StorePart, lock_run, num_curves_of, unknown_run, update_claimed
from explorer.store.runs import add_run
from explorer.store.tables import LARGEST_INTEGER, batches, curves, runs
from explorer.store.weights import write_weights


class RunRecords(StorePart):
    """The records of runs, as `RunStore.records`."""

    def append(
        self,
        run_id: str,
        chunks: Iterable[CurveChunk],
        progress: Progress | None = None,
        *,
        number: int | None = None,
    ) -> None:
        """Write records; once this returns they survive the end of the process.

        Args:
            chunks: In the order of the run; all of them are one row, weights apart.
            progress: How far the run is by now.
            number: How many batches were written before under the same claim. One that was
                written already, its answer lost on the way, is not written again. None takes it
                for a new one.

        Raises:
            ClaimLost: Somebody else has claimed the run since.
        """
        chunks = list(chunks)
        parts = [(chunk.curve, chunk.data) for chunk in chunks]
        values = {"message": ""} | (asdict(progress) if progress else {})
        with self._database.transaction() as connection:
            # Read and packed before the first change, which makes other writers wait.
            found = connection.execute(_SUMMARIES, {"of_run": run_id})
            known = {row.curve: row.summary for row in found}
            if not known:
                raise unknown_run(run_id)
            payload = to_bytes(parts)
            update_claimed(connection, run_id, self._database.claims.get(run_id), values)
            if not _is_next(connection, run_id, number):
                return
            _add_batch(connection, run_id, payload)
            _extend_summaries(connection, run_id, known, parts)
            for chunk in chunks:
                if chunk.weights:
                    write_weights(connection, run_id, chunk.weights)

    def add_imported(
        self,
        measured: Sequence[CurveData],
        curve_names: Sequence[str],
        *,
        name: str,
        origin: str,
        losses: Sequence[str] | None = None,
    ) -> str:
        """Keep a run made elsewhere, as one that has finished.

        Args:
            measured: What was measured of each curve.
            curve_names: What to call each curve, at most 80 characters.
            origin: Where it was read from, such as a file's name; not empty.
            losses: For each curve the key of LOSS_LABELS of the loss that it minimises, or ""
                where that is unknown; None where it is unknown of all.

        Returns:
            The id of the run.

        Raises:
            AnnotationError: A name cannot be kept.
            ValueError: No curve, no origin, or not one name and one loss per curve.
        """
        losses = [""] * len(measured) if losses is None else losses
        if not measured or not origin or not len(measured) == len(curve_names) == len(losses):
            raise ValueError("A run made elsewhere needs its origin and one name per curve.")
        for one in (name, *curve_names):
            check_name(one)
        configs = [TrainingConfig(name=curve_name) for curve_name in curve_names]
        now = time.time()
        last = min(max(map(last_step, measured)), LARGEST_INTEGER)
        payload = to_bytes(enumerate(measured), small=True)
        known = dict.fromkeys(range(len(configs)), CurveSummary())
        with self._database.transaction(may_create=True) as connection:
            run_id = add_run(
                connection,
                configs,
                losses,
                name=name,
                status=FINISHED,
                created_at=now,
                ended_at=now,
                step=last,
                total_steps=last,
                origin=origin,
            )
            _add_batch(connection, run_id, payload)
            _extend_summaries(connection, run_id, known, enumerate(measured))
        return run_id

    def read(self, run_id: str, after: int = 0) -> Records:
        """Read the records written since an earlier reading.

        Args:
            after: The `cursor` of the earlier reading; 0 reads everything.

        Returns:
            What was measured of every curve, empty where nothing is new, and the new cursor.
        """
        if self._shipped.has(run_id):
            return self._shipped.records(run_id, after)
        with self._database.transaction() as connection:
            num_curves = num_curves_of(connection, run_id)
            newer = _BATCHES.where(batches.c.run_id == run_id, batches.c.sequence > after)
            rows = connection.execute(newer).all()
        first = rows[0].first_sequence if rows else None
        # Of the batches compacted into this row, the reader has some already.
        is_whole = first is not None and first <= after
        curves = from_bytes((row.payload for row in rows), num_curves)
        return Records(curves, rows[-1].sequence if rows else after, is_whole)

    def compact(self, run_id: str) -> None:
        """Make one small row of all batches of a run that has ended.

        Whoever reads on from an earlier cursor gets nothing twice; see `Records.is_whole`.
        """
        own = batches.c.run_id == run_id
        with self._database.transaction() as connection:
            num_curves = num_curves_of(connection, run_id)
            rows = connection.execute(_BATCHES.where(own)).all()
        if len(rows) < 2:
            return
        newest = rows[-1].sequence
        whole = from_bytes((row.payload for row in rows), num_curves)
        payload = to_bytes(enumerate(whole), small=True)
        with self._database.transaction() as connection:
            lock_run(connection, run_id)
            older = own & (batches.c.sequence < newest)
            # Somebody else has compacted them since.
            if connection.execute(sa.delete(batches).where(older)).rowcount != len(rows) - 1:
                connection.rollback()
                return
            first = rows[0].first_sequence or rows[0].sequence
            update = sa.update(batches).where(batches.c.sequence == newest)
            connection.execute(update.values(payload=payload, first_sequence=first))


def _is_next(connection: sa.Connection, run_id: str, number: int | None) -> bool:
    """Count a batch of the claim; False where one of this number was written before."""
    own = runs.c.id == run_id
    if number is not None:
        own &= runs.c.num_batches == number
    count = sa.update(runs).where(own).values(num_batches=runs.c.num_batches + 1)
    return bool(connection.execute(count).rowcount)


def _add_batch(connection: sa.Connection, run_id: str, payload: bytes) -> None:
    connection.execute(sa.insert(batches).values(run_id=run_id, payload=payload))


def _extend_summaries(
    connection: sa.Connection,
    run_id: str,
    known: Mapping[int, CurveSummary],
    parts: Iterable[tuple[int, CurveData]],
) -> None:
    newest = dict(known)
    for curve, data in parts:
        newest[curve] = newest[curve].extended(data)
    rows = [
        {"of_run": run_id, "of_curve": curve, "newest": summary}
        for curve, summary in newest.items()
        if summary != known[curve]
    ]
    if rows:
        connection.execute(_WRITE_SUMMARY, rows)


_BATCHES = sa.select(batches).order_by(batches.c.sequence)
_SUMMARIES = (
    sa.select(curves.c.curve, curves.c.summary)
    .join(runs, runs.c.id == curves.c.run_id)
    .where(curves.c.run_id == sa.bindparam("of_run"), runs.c.deleted_at.is_(None))
)
_WRITE_SUMMARY = (
    sa.update(curves)
    .where(curves.c.run_id == sa.bindparam("of_run"), curves.c.curve == sa.bindparam("of_curve"))
    .values(summary=sa.bindparam("newest"))
)
