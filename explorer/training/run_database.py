"""Opening the run store's database, and plain words for one that cannot be used."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs
import sqlalchemy as sa
from sqlalchemy.engine import URL

from explorer.training.run_tables import metadata

APPLICATION = "cross-entropy-explorer"
DATABASE_VARIABLE = "EXPLORER_DATABASE_URL"


class StoreUnavailable(RuntimeError):
    """The database of runs cannot be used; its text is a plain sentence saying what to do."""


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
        folder = Path(platformdirs.user_data_dir(APPLICATION, appauthor=False))
        return URL.create("sqlite", database=str(folder / "runs.v1.sqlite3"))
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


def unavailable(url: URL, error: BaseException) -> StoreUnavailable:
    """Put a database error into a plain sentence that says what to do.

    Args:
        url: Address of the store.
        error: What SQLAlchemy or the file system raised.
    """
    place = url.database if url.get_backend_name() == "sqlite" else url.render_as_string()
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    said = cause.lower()
    elsewhere = f"or set {DATABASE_VARIABLE} to another database"
    if "full" in said or "no space" in said:
        text = f"The disk of the recorded runs ({place}) is full: free some space, {elsewhere}."
    elif "readonly" in said or "read-only" in said or "permission" in said:
        text = f"The recorded runs ({place}) may not be written: allow it, {elsewhere}."
    elif "locked" in said:
        text = f"The recorded runs ({place}) are in use by another program: try again in a moment."
    elif "malformed" in said or "not a database" in said:
        text = f"{place} is not a readable run store: move that file away for a fresh one."
    else:
        text = (
            f"The recorded runs ({place}) cannot be used ({cause}): check the place, {elsewhere}."
        )
    return StoreUnavailable(text)


class Database:
    """Connections to one database, opened at the first use.

    An SQLite file that was deleted while open would go on taking writes that nobody can read, so
    every use looks whether the file is still the one that was opened.

    Args:
        url: Address of the database.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self._path = Path(url.database) if url.get_backend_name() == "sqlite" else None
        self._engine: sa.Engine | None = None
        self._file: tuple[int, int] | None = None
        self._opening = threading.Lock()

    @property
    def folder(self) -> Path:
        """The SQLite file's folder, else the user's data folder."""
        if self._path:
            return self._path.parent
        return Path(platformdirs.user_data_dir(APPLICATION, appauthor=False))

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
        try:
            if self._file and self._identity() != self._file:
                self._reopen_deleted(may_create)
            with (self._engine or self._open()).begin() as connection:
                yield connection
        except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
            raise unavailable(self.url, error) from error

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self.url.database)
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    def _reopen_deleted(self, may_create: bool) -> None:
        if not may_create and self._identity() is None:
            raise StoreUnavailable(
                f"The recorded runs were deleted: {self.url.database} is gone. "
                "Start a training, and a fresh store is made for it."
            )
        self.close()

    def _open(self) -> sa.Engine:
        with self._opening:
            if self._engine:
                return self._engine
            options: dict[str, Any] = {"max_overflow": 50}
            if self._path:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                options["connect_args"] = {"timeout": 10}
            else:
                options["pool_pre_ping"] = True
            engine = sa.create_engine(self.url, **options)
            if self._path:
                sa.event.listen(engine, "connect", _prepare_sqlite)
            metadata.create_all(engine)
            self._file = self._identity() if self._path else None
            self._engine = engine
            return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # In WAL mode readers never wait for the trainer. NORMAL loses nothing when a process is
    # killed, only when the machine loses power.
    for setting in ("journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {setting}")
