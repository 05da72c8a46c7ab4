"""Opening the run store's database, and plain words for one that cannot be used."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from explorer.store import schema
from explorer.store.reach import Reach
from explorer.store.sqlite_file import (
    DELETED,
    OVERWRITTEN,
    SqliteFile,
    data_folder,
    keep_private,
)
from explorer.store.tables import runs

DATABASE_VARIABLE = "EXPLORER_DATABASE_URL"

_LOG = logging.getLogger(__name__)
_FILE, _OLDER_FILES = "runs.v3.sqlite3", ("runs.v1.sqlite3", "runs.v2.sqlite3")

_PATIENCE_SECONDS = 10.0
_LEAST_FREE_BYTES = 2**20
_POSTGRESQL = {
    # A network that swallows everything is noticed, where the defaults wait for minutes.
    "connect_timeout": 10,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


class StoreUnavailable(RuntimeError):
    """The database of runs cannot be used; its text is a plain sentence saying what to do."""


class StoreReadOnly(StoreUnavailable):
    """The database can be read, but not written."""


class StoreGone(StoreUnavailable):
    """The database cannot be used, and no waiting brings it back."""


def database_url(url: str | None = None) -> URL:
    """Return the address of the run store.

    Args:
        url: Any SQLAlchemy URL; else EXPLORER_DATABASE_URL, else SQLite in the user's data folder.

    Returns:
        The URL, with an SQLite file's path made absolute.

    Raises:
        StoreUnavailable: The text is not a database URL.
    """
    text = url or os.environ.get(DATABASE_VARIABLE)
    if not text:
        return URL.create("sqlite", database=str(data_folder() / _FILE))
    try:
        parsed = sa.make_url(text)
    except sa.exc.ArgumentError as error:
        raise StoreUnavailable(
            f"{DATABASE_VARIABLE} is not a database address: write it like "
            "sqlite:////folder/runs.sqlite3 or postgresql+psycopg://user@host/name."
        ) from error
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database.startswith((":memory:", "file:")):
            raise StoreUnavailable(
                "The run store needs a file that the worker can open too: give "
                f"{DATABASE_VARIABLE} a path, as in sqlite:////folder/runs.sqlite3."
            )
        parsed = parsed.set(database=str(Path(parsed.database).absolute()))
    return parsed


def place_of(url: URL) -> str:
    """Return the address of a store as it is said on screen, without a password."""
    sqlite = url.get_backend_name() == "sqlite"
    return (url.database if sqlite else url.render_as_string()) or ""


def unavailable(url: URL, error: BaseException) -> StoreUnavailable:
    """Put what SQLAlchemy or the file system raised into a plain sentence that says what to do."""
    place = place_of(url)
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    said = cause.lower()
    elsewhere = f"or set {DATABASE_VARIABLE} to another database"
    kind = StoreUnavailable
    if "full" in said or "no space" in said:
        text = f"The disk of the recorded runs ({place}) is full: free some space, {elsewhere}."
    elif "readonly" in said or "read-only" in said or "permission" in said:
        text = f"The recorded runs ({place}) may not be written: allow it, {elsewhere}."
    elif isinstance(error, ImportError):
        kind = StoreGone
        text = (
            f"The driver for {url.drivername} is not installed ({cause}): for PostgreSQL install "
            f"psycopg[binary], {elsewhere}."
        )
    elif "locked" in said or "lock timeout" in said:
        text = f"The recorded runs ({place}) are in use by another program: try again in a moment."
    elif "malformed" in said or "not a database" in said:
        kind = StoreGone
        text = f"{place} is not a readable run store: move that file away for a fresh one."
    else:
        text = (
            f"The recorded runs ({place}) cannot be used ({cause}): check the place, {elsewhere}."
        )
    return kind(text)


class Database:
    """Connections to one database, opened at the first use.

    An SQLite file that was deleted while open would go on taking writes that nobody can read, and
    one that was overwritten would be damaged by them, so every use looks whether the file is
    still the one that was opened.

    Attributes:
        url: Address of the database.
        reach: How long it could be used without a break.
        claims: Token of each run that was claimed through it.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.reach = Reach()
        self.claims: dict[str, str] = {}
        is_file = url.get_backend_name() == "sqlite"
        self._path = Path(url.database or "") if is_file else None
        self._engine: sa.Engine | None = None
        self._file: SqliteFile | None = None
        self._opening = threading.Lock()

    @property
    def folder(self) -> Path:
        """The SQLite file's folder, else the user's data folder."""
        if self._path:
            return self._path.parent
        return data_folder()

    def close(self) -> None:
        """Let go of all connections; the next use opens the database again."""
        with self._opening:
            if self._engine:
                self._engine.dispose()
            self._engine = self._file = None

    @contextmanager
    def transaction(self, *, may_create: bool = False) -> Iterator[sa.Connection]:
        """Run one transaction.

        Args:
            may_create: Whether a database deleted since it was opened is made afresh.

        Raises:
            StoreUnavailable: The database cannot be used.
        """
        began = self.reach.begin()
        try:
            if self._file:
                self._look_at_file(self._file, may_create)
            with (self._engine or self._open()).begin() as connection:
                yield connection
        except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
            self.reach.failed()
            raise unavailable(self.url, error) from error
        except StoreUnavailable:
            self.reach.failed()
            raise
        self.reach.succeeded(began)

    def check(self) -> None:
        """See that the database can be read and written now.

        Raises:
            StoreReadOnly: It can only be read.
            StoreUnavailable: It cannot even be read.
        """
        with self.transaction() as connection:
            connection.execute(sa.select(runs.c.sequence).limit(1))
        try:
            if self._path and shutil.disk_usage(self._path.parent).free < _LEAST_FREE_BYTES:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            with self.transaction() as connection:
                if self._path:
                    # Whoever writes in this moment will have done soon.
                    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
                try:
                    connection.execute(sa.update(runs).where(sa.false()).values(name=""))
                finally:
                    if self._path:
                        milliseconds = round(1000 * _PATIENCE_SECONDS)
                        connection.exec_driver_sql(f"PRAGMA busy_timeout = {milliseconds}")
        except OSError as error:
            raise StoreReadOnly(str(unavailable(self.url, error))) from error
        except StoreUnavailable as error:
            if _is_busy(error.__cause__):
                return
            raise StoreReadOnly(str(error)) from error

    def _look_at_file(self, file: SqliteFile, may_create: bool) -> None:
        change = file.change()
        if change == OVERWRITTEN:
            raise StoreGone(
                f"{self.url.database} was overwritten by another file while it was in use, so "
                "nothing more is read from it or written to it. Stop the app and its training "
                "processes, put the file that you want in its place, with no “-wal” and no "
                "“-shm” file beside it, and start the app again."
            )
        if change == DELETED and not may_create:
            raise StoreGone(
                f"The recorded runs were deleted: {self.url.database} is gone. "
                "Start a training, and a fresh store is made for it."
            )
        if change:
            self.close()

    def _open(self) -> sa.Engine:
        with self._opening:
            if self._engine:
                return self._engine
            options: dict[str, Any] = {"max_overflow": 50}
            if self._path:
                if keep_private(self._path):
                    _say_older(self._path)
                options["connect_args"] = {"timeout": _PATIENCE_SECONDS}
            else:
                options["pool_pre_ping"] = True
                if self.url.get_backend_name() == "postgresql":
                    known = self.url.query
                    options["connect_args"] = {
                        name: value for name, value in _POSTGRESQL.items() if name not in known
                    }
            engine = sa.create_engine(self.url, **options)
            if self._path:
                sa.event.listen(engine, "connect", _prepare_sqlite)
            elif self.url.get_backend_name() == "postgresql":
                sa.event.listen(engine, "connect", _prepare_postgresql)
            try:
                schema.prepare(engine)
            except BaseException as error:
                engine.dispose()
                if isinstance(error, schema.OtherVersion):
                    place = f"The recorded runs ({place_of(self.url)})"
                    raise StoreGone(
                        f"{place} {error} set {DATABASE_VARIABLE} to another database."
                    ) from error
                raise
            self._file = SqliteFile(self._path, engine) if self._path else None
            self._engine = engine
            return engine


def _say_older(path: Path) -> None:
    """Say, once the file of this version is made, that there is one of an older version."""
    for older in map(path.with_name, _OLDER_FILES):
        if path.name == _FILE and older.exists():
            _LOG.warning(
                "%s holds the runs that an older version of this app recorded; it is left as it "
                "is, and new runs are recorded in %s.",
                older,
                path,
            )


def _is_busy(error: BaseException | None) -> bool:
    return "locked" in str(error).lower()


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # A process that was stopped in the middle of a transaction holds nobody else back for long.
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")
        cursor.execute("SET idle_in_transaction_session_timeout = '30s'")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # In WAL mode readers never wait for the trainer. NORMAL loses nothing when a process is
    # killed, only when the machine loses power.
    _enter_wal(connection)
    connection.execute("PRAGMA synchronous=NORMAL")


def _enter_wal(connection: Any) -> None:
    """Switch a file to WAL mode, which SQLite refuses at once, not waiting, while others use it."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
