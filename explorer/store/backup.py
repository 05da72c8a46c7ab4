"""Keeping a copy of the run store, and putting one back; also the way from SQLite to PostgreSQL.

    python -m explorer.store.backup save FILE       # may be used while the app runs
    python -m explorer.store.backup restore FILE    # into a store that holds nothing yet

The store is the one that EXPLORER_DATABASE_URL names, else the user's own. The copy is always an
SQLite store, whatever the database is, so it can also be opened by the app itself.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL

from explorer.store.database import Database, StoreUnavailable, database_url, place_of
from explorer.store.tables import metadata

_ROWS_AT_A_TIME = 100


class BackupRefused(RuntimeError):
    """Nothing was copied; the text is a plain sentence saying what to do."""


def save(file: Path, url: str | None = None) -> dict[str, int]:
    """Copy the store, as it is at one moment, into a new file.

    Args:
        file: Where to; must not exist.
        url: Address of the store; by default that of the app.

    Returns:
        Number of rows copied, by table.

    Raises:
        BackupRefused: The file exists, or there is no store yet.
        StoreUnavailable: The store cannot be read or the file cannot be written.
    """
    source = database_url(url)
    if file.exists():
        raise BackupRefused(f"{file} exists already: name another file.")
    if source.get_backend_name() == "sqlite" and not Path(source.database or "").exists():
        raise BackupRefused(f"There are no recorded runs yet: {place_of(source)} does not exist.")
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        copied = _copy(source, _file_url(part))
        os.replace(part, file)
    finally:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{part}{suffix}").unlink(missing_ok=True)
    return copied


def restore(file: Path, url: str | None = None) -> dict[str, int]:
    """Copy what `save` wrote into a store that holds nothing yet, all of it or nothing.

    Arguments and what is returned are those of `save`; any SQLite store of this version will do.

    Raises:
        BackupRefused: There is no such file, or the store holds something.
        StoreUnavailable: The file is no store, or the store cannot be written.
    """
    if not file.is_file():
        raise BackupRefused(f"There is no file {file}.")
    return _copy(_file_url(file), database_url(url))


def _file_url(file: Path) -> URL:
    return URL.create("sqlite", database=str(file.absolute()))


def _copy(source: URL, target: URL) -> dict[str, int]:
    """Copy every table in one transaction on either side."""
    if source == target:
        raise BackupRefused("A store cannot be copied onto itself.")
    copied = {}
    readable, writable = Database(source), Database(target)
    try:
        with readable.transaction() as reading, writable.transaction() as writing:
            _stand_still(reading)
            for table in metadata.sorted_tables:
                if writing.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                    raise BackupRefused(
                        f"The recorded runs ({place_of(target)}) are not empty: restore into a "
                        "database of its own, or move the old one away first."
                    )
            for table in metadata.sorted_tables:
                copied[table.name] = 0
                plain = _without_objects(table)
                for rows in _read(reading, plain):
                    writing.execute(sa.insert(plain), rows)
                    copied[table.name] += len(rows)
                _count_on(writing, table)
    finally:
        readable.close()
        writable.close()
    return copied


def _stand_still(connection: sa.Connection) -> None:
    """Have all that is read be of one moment, while trainings go on writing."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    else:
        # Python's driver begins a transaction at the first writing statement alone.
        connection.exec_driver_sql("BEGIN")


def _without_objects(table: sa.Table) -> sa.Table:
    """Return the table with its JSON as the texts that are stored, to copy every one as it is."""
    columns = table.to_metadata(sa.MetaData())
    for column in columns.c:
        if isinstance(column.type, sa.types.TypeDecorator):
            column.type = column.type.impl_instance
    return columns


def _read(connection: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, object]]]:
    found = connection.execution_options(yield_per=_ROWS_AT_A_TIME).execute(
        sa.select(table).order_by(*table.primary_key.columns)
    )
    for rows in found.mappings().partitions():
        yield [dict(row) for row in rows]


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """Have PostgreSQL number new rows after those that came with their numbers."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql":
        return
    highest = sa.select(sa.func.max(column)).scalar_subquery()
    sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
    # Of an empty table the highest is NULL, for which setval does nothing.
    connection.execute(sa.select(sa.func.setval(sequence, highest)))


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m explorer.store.backup",
        description="Copy the recorded runs into a file, or such a file into an empty store.",
    )
    parser.add_argument("act", choices=("save", "restore"))
    parser.add_argument("file", type=Path)
    asked = parser.parse_args(arguments)
    try:
        copied = (save if asked.act == "save" else restore)(asked.file)
        place = place_of(database_url())
    except (BackupRefused, StoreUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    way = f"{place} to {asked.file}" if asked.act == "save" else f"{asked.file} to {place}"
    said = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in copied.items() if count)
    print(f"Copied from {way}: {said or 'nothing, the store is empty'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
