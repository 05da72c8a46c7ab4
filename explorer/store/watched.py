"""Runs that are read from watched folders: written as their files grow, kept when a person says so.

A watched run has the rows of any other run, so whatever shows runs shows it. Its status is
`WATCHED`: it cannot be named, tagged or deleted, and goes when its folder is watched no more. Once
kept it is a run like others, which still grows with its file.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from explorer.runs.config import TrainingConfig
from explorer.runs.run import FINISHED, WATCHED
from explorer.runs.series import CurveData
from explorer.runs.summary import CurveSummary
from explorer.store.annotations import check_name
from explorer.store.record_bytes import to_bytes
from explorer.store.rows import StorePart, remove_run
from explorer.store.runs import add_run
from explorer.store.tables import (
    LARGEST_INTEGER,
    batches,
    curves,
    runs,
    watched_files,
    watched_folders,
)

FOLLOWED, GONE, REFUSED = "followed", "gone", "refused"
"""States of a file: it is read as it grows, it is there no more, it cannot be read."""
LONGEST_FOLDER = 1_000
_KEPT_GONE_SECONDS = 7 * 86_400.0
_SAID = ("folder", "path", "state", "why", "stamp", "changed_at")
_NOTHING: dict[str, Any] = {"id": None, "label": "", "run_id": None, "num_points": 0}
"""Of a file that is written for the first time."""
_THIS: sa.BindParameter[Any] = sa.bindparam("this")
_THIS_FILE = watched_files.c.id == _THIS


@dataclass(frozen=True, slots=True)
class WatchedFile:
    """A run of a watched file, or a file that was refused.

    Attributes:
        folder: The watched folder.
        path: Of the file, or of the folder of event files, below the watched folder.
        label: What the file calls the run; "" of a file that was refused from the start.
        state: FOLLOWED, GONE or REFUSED.
        why: Why it was refused, or what else there is to say; "" for nothing.
        changed_at: When the file was last seen to change, seconds since 1970.
        num_points: Measurements read so far.
        run_id: Id of the run; None of a file that was refused from the start.
        is_kept: Whether the run stays in the store.
    """

    folder: str
    path: str
    label: str
    state: str
    why: str
    changed_at: float
    num_points: int
    run_id: str | None
    is_kept: bool


@dataclass(frozen=True, slots=True, eq=False)
class ForeignRun:
    """What a file tells of one run.

    Attributes:
        label: At most 80 printable characters.
        loss: Key of LOSS_LABELS of the loss that it minimises; "" where that is unknown.
        data: Everything measured.
    """

    label: str
    loss: str
    data: CurveData


@dataclass(frozen=True, slots=True, eq=False)
class WatchedUpdate:
    """What was found out of a watched file.

    Attributes:
        folder: The watched folder.
        path: As of a `WatchedFile`.
        state: FOLLOWED, GONE or REFUSED.
        why: As of a `WatchedFile`.
        stamp: Tells the file as it was read from a later one.
        changed_at: When it was last seen to change, seconds since 1970.
        runs: All runs that the file tells of, whole; None leaves what was read before.
    """

    folder: str
    path: str
    state: str
    why: str
    stamp: str
    changed_at: float
    runs: Sequence[ForeignRun] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Packed:
    label: str
    loss: str
    payload: bytes
    summary: CurveSummary
    num_points: int
    last_step: int


class WatchedRuns(StorePart):
    """Watched folders and what was read there, as `RunStore.watched`."""

    @property
    def place(self) -> str:
        """Who sees the same files: all who use an SQLite file, else those on this machine."""
        is_file = self._database.url.get_backend_name() == "sqlite"
        return "" if is_file else platform.node()[:255]

    def folders(self) -> list[str]:
        """Return the folders that people asked to watch, beside those of the environment."""
        query = sa.select(watched_folders.c.folder).where(watched_folders.c.place == self.place)
        return [row.folder for row in self._all(query.order_by(watched_folders.c.folder))]

    def add_folder(self, folder: str) -> None:
        """Watch a folder from now on.

        Args:
            folder: Its absolute path, at most LONGEST_FOLDER characters.
        """
        own = {"place": self.place, "folder": folder}
        with self._database.transaction(may_create=True) as connection:
            same = sa.select(watched_folders).filter_by(**own)
            if connection.execute(same).first() is None:
                connection.execute(sa.insert(watched_folders).values(own))

    def remove_folder(self, folder: str) -> None:
        """Watch a folder no more; what was kept of it stays."""
        with self._database.transaction() as connection:
            connection.execute(
                sa.delete(watched_folders).filter_by(place=self.place, folder=folder)
            )

    def list(self) -> Sequence[WatchedFile]:
        """Return all that was found in watched folders, by folder and path."""
        found = watched_files.c
        query = (
            sa.select(
                found.folder, found.path, found.label, found.state, found.why, found.changed_at,
                found.num_points, runs.c.id.label("run_id"),
                sa.func.coalesce(runs.c.status != WATCHED, sa.false()).label("is_kept"),
            )
            .join_from(
                watched_files, runs, (runs.c.id == found.run_id) & runs.c.deleted_at.is_(None),
                isouter=True,
            )
            .where(found.place == self.place)
            .order_by(found.folder, found.path, found.id)
        )  # fmt: skip
        return [WatchedFile(**row._asdict()) for row in self._all(query)]

    def stamps(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Return the stamp and the state of what was read, by folder and path."""
        found = watched_files.c
        query = sa.select(found.folder, found.path, found.stamp, found.state)
        # What was deleted after it was kept is found anew.
        query = query.outerjoin(runs, runs.c.id == found.run_id).where(
            found.place == self.place, found.run_id.is_(None) | runs.c.deleted_at.is_(None)
        )
        return {(row.folder, row.path): (row.stamp, row.state) for row in self._all(query)}

    def write(self, updates: Sequence[WatchedUpdate]) -> None:
        """Write what was found out of some files, all of it or nothing.

        A run that is there is replaced in place, so that its id and its links stay.

        Args:
            updates: At most one of each file.

        Raises:
            AnnotationError: A label cannot be kept.
        """
        packed = [[_packed(one) for one in update.runs or ()] for update in updates]
        with self._database.transaction(may_create=True) as connection:
            known = self._known(connection, updates)
            ids = {row["run_id"] for own in known.values() for row in own.values()}
            # Locked where rows can be: nobody deletes them before all is written.
            there = sa.select(runs.c.id).where(runs.c.id.in_(ids), runs.c.deleted_at.is_(None))
            kept = set(connection.execute(there.with_for_update()).scalars())
            records: dict[str, _Packed] = {}
            told: list[dict[str, Any]] = []
            refused: list[dict[str, Any]] = []
            for update, own in zip(updates, packed, strict=True):
                rows = known.get((update.folder, update.path), {})
                said = {"place": self.place} | {name: getattr(update, name) for name in _SAID}
                if update.runs is None:
                    told += [row | said for row in rows.values() or [_NOTHING]]
                    continue
                for run in own:
                    row = rows.pop(run.label, _NOTHING)
                    run_id = row["run_id"]
                    if run_id not in kept:
                        run_id = _added(connection, run, _origin(update))
                    records[run_id] = run
                    more = {"label": run.label, "run_id": run_id, "num_points": run.num_points}
                    told.append(row | said | more)
                gone = said | {"state": GONE, "why": "The file no longer contains this run."}
                told += [row | gone for row in rows.values() if row["run_id"]]
                refused += [{"this": row["id"]} for row in rows.values() if not row["run_id"]]
            _put(connection, records)
            old = [{"this": row["id"]} | row for row in told if row["id"] is not None]
            _many(connection, sa.update(watched_files).where(_THIS_FILE), old)
            _many(connection, sa.delete(watched_files).where(_THIS_FILE), refused)
            new = [{k: row[k] for k in row if k != "id"} for row in told if row["id"] is None]
            _many(connection, sa.insert(watched_files), new)

    def keep(self, run_ids: Collection[str]) -> int:
        """Make runs of the store out of watched ones; they still grow with their files.

        Returns:
            How many were kept.
        """
        watched = sa.update(runs).where(runs.c.id.in_(run_ids), runs.c.status == WATCHED)
        with self._database.transaction() as connection:
            ended = watched.values(status=FINISHED, ended_at=time.time())
            return connection.execute(ended).rowcount

    def prune(self, folders: Collection[str]) -> None:
        """Forget what is not kept of other folders than these, and of files long gone."""
        found = watched_files.c
        old = (found.state == GONE) & (found.changed_at < time.time() - _KEPT_GONE_SECONDS)
        elsewhere = found.folder.not_in(list(folders))
        query = (
            sa.select(found.id, found.run_id, runs.c.status)
            .join_from(watched_files, runs, runs.c.id == found.run_id, isouter=True)
            .where(found.place == self.place, old | elsewhere)
        )
        with self._database.transaction() as connection:
            for row in connection.execute(query).all():
                connection.execute(sa.delete(watched_files).where(found.id == row.id))
                if row.status == WATCHED:
                    remove_run(connection, row.run_id)

    def _known(
        self, connection: sa.Connection, updates: Sequence[WatchedUpdate]
    ) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
        """Return the rows of files that are written, by folder and path, and by label."""
        found = watched_files.c
        query = sa.select(watched_files).where(
            found.place == self.place,
            found.folder.in_({update.folder for update in updates}),
            found.path.in_({update.path for update in updates}),
        )
        known: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        for row in connection.execute(query):
            known.setdefault((row.folder, row.path), {})[row.label] = row._asdict()
        return known


def _origin(update: WatchedUpdate) -> str:
    name = update.folder.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return f"{name}/{update.path}".rstrip("/")


def _packed(run: ForeignRun) -> _Packed:
    check_name(run.label)
    series = list(run.data.series.values())
    return _Packed(
        run.label,
        run.loss,
        to_bytes([(0, run.data)]),
        CurveSummary().extended(run.data),
        sum(map(len, series)),
        max((int(one.steps[-1]) for one in series if len(one)), default=0),
    )


def _added(connection: sa.Connection, run: _Packed, origin: str) -> str:
    configs = [TrainingConfig(name=run.label)]
    return add_run(connection, configs, name="", status=WATCHED, origin=origin)


def _put(connection: sa.Connection, records: Mapping[str, _Packed]) -> None:
    """Put records in the place of what is kept of runs, all in a few statements."""
    own = batches.c.run_id
    first = sa.func.min(sa.func.coalesce(batches.c.first_sequence, batches.c.sequence))
    query = sa.select(own, first, sa.func.max(batches.c.sequence)).where(own.in_(records))
    before = {row[0]: row[1:] for row in connection.execute(query.group_by(own))}
    rows = [
        {"run_id": run_id, "payload": run.payload, "first_sequence": before.get(run_id, [None])[0]}
        for run_id, run in records.items()
    ]
    # Before the older ones go: SQLite would give their sequence away again, and whoever has read
    # up to it would take the new row for one that he has.
    _many(connection, sa.insert(batches), rows)
    older = sa.delete(batches).where(own == _THIS, batches.c.sequence <= sa.bindparam("newest"))
    _many(connection, older, [{"this": one, "newest": last} for one, (_, last) in before.items()])
    steps = [
        {"this": run_id, "step": last, "total_steps": last}
        for run_id, run in records.items()
        for last in [min(run.last_step, LARGEST_INTEGER)]
    ]
    _many(connection, sa.update(runs).where(runs.c.id == _THIS), steps)
    summaries = [
        {"this": run_id, "summary": run.summary, "foreign_loss": run.loss}
        for run_id, run in records.items()
    ]
    _many(connection, sa.update(curves).where(curves.c.run_id == _THIS), summaries)


def _many(
    connection: sa.Connection, statement: sa.Executable, rows: Sequence[dict[str, Any]]
) -> None:
    if rows:
        connection.execute(statement, rows)
