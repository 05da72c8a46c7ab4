"""An SQLite file on its disk: kept from other eyes, and watched for being taken away."""

from __future__ import annotations

import os
import secrets
import struct
from pathlib import Path

import platformdirs
import sqlalchemy as sa

DELETED, REPLACED, OVERWRITTEN = "deleted", "replaced", "overwritten"

_APPLICATION = "cross-entropy-explorer"

# From "Database file format" of sqlite.org: big-endian, at this byte of the file.
_HEADER_BYTES, _APPLICATION_ID = 100, 68


def data_folder() -> Path:
    """Return the user's own folder for what the app records."""
    return Path(platformdirs.user_data_dir(_APPLICATION, appauthor=False))


def keep_private(path: Path) -> bool:
    """Make the folder and the file of a database, where they are missing, for their owner alone.

    A folder that somebody else made keeps its rights, the user's data folder apart.

    Args:
        path: The file. SQLite gives the files beside it the same rights.

    Returns:
        Whether the file was missing and has been made.
    """
    private_folder(path.parent)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        # Somebody has chosen its rights, or another process has just made it.
        return False
    return True


def private_folder(folder: Path) -> None:
    """Make a folder for its owner alone where it is missing."""
    own = data_folder()
    if folder.is_dir():
        if folder == own and os.name == "posix" and folder.stat().st_uid == os.getuid():
            folder.chmod(0o700)
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


class SqliteFile:
    """Tells whether a file is still the database that an engine opened, its tables made.

    Its header holds a number of the store's own, drawn when it was opened first. An older copy of
    the same store has the same number, and is not told from it.
    """

    def __init__(self, path: Path, engine: sa.Engine) -> None:
        self._path = path
        number = _numbered(engine)
        self._place = self._stat()
        # While others read, a number that was just drawn may take a while to reach the file.
        self._numbers = {number, self._number_in_file()}

    def change(self) -> str:
        """Return DELETED, REPLACED, OVERWRITTEN, or "" for the same file."""
        place = self._stat()
        if place is None:
            return DELETED
        if place != self._place:
            return REPLACED
        return "" if self._number_in_file() in self._numbers else OVERWRITTEN

    def _stat(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self._path)
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    def _number_in_file(self) -> int:
        """Return the store's number; -1 where the file is too short to have one."""
        head = _beginning(self._path)
        if len(head) < _HEADER_BYTES:
            return -1
        return struct.unpack_from(">I", head, _APPLICATION_ID)[0]


_descriptors: dict[tuple[int, int], int] = {}
"""Device and number of a file → where it stays open."""


def _beginning(path: Path) -> bytes:
    """Read a file's header without ever closing the file.

    POSIX drops all of a process's locks on a file as soon as the process closes it once, wherever
    it was opened. SQLite's would go too, and the next process to let go of the database would take
    itself for the last one, and remove the log that this process goes on to write to. See "How To
    Corrupt An SQLite Database File", 2.2, on sqlite.org.
    """
    if not hasattr(os, "pread"):
        # On Windows locks belong to what was opened.
        with open(path, "rb", buffering=0) as file:
            return file.read(_HEADER_BYTES)
    status = os.stat(path)
    if (status.st_dev, status.st_ino) not in _descriptors:
        opened = os.open(path, os.O_RDONLY)
        status = os.fstat(opened)
        _descriptors.setdefault((status.st_dev, status.st_ino), opened)
    return os.pread(_descriptors[status.st_dev, status.st_ino], _HEADER_BYTES, 0)


def _numbered(engine: sa.Engine) -> int:
    """Return the store's number, drawn now if it has none, once the file itself holds it."""
    with engine.connect() as connection:
        number = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        if not number:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            number = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
            if not number:
                number = 1 + secrets.randbelow(2**31 - 1)
                connection.exec_driver_sql(f"PRAGMA application_id = {number}")
            connection.commit()
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
            connection.rollback()
    return number
