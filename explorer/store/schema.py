"""Bringing a database to the tables of this version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from explorer.store.tables import metadata

REVISIONS = ("v3_0001",)
"""Every revision in `migrations`, oldest first; the last is what `tables` describes."""

_BEFORE = re.compile(r"(v2_)?000\d")
"""What revisions are called whose tables are not migrated."""

_VERSIONS = sa.table("alembic_version", sa.column("version_num"))
_LOCK_NUMBER = 0x63_65_65_78
_PATIENCE_MS = 120_000


class OtherVersion(RuntimeError):
    """The database is of another version of the app, and left as it is.

    The text goes between “The recorded runs” and “set … to another database”.
    """


def prepare(engine: sa.Engine) -> None:
    """Make the tables, or migrate those of an earlier revision; costs one look where all is well.

    Several processes may do this at once: one works, the others wait and find it done. A process
    that is killed on the way leaves the database as it was.

    Raises:
        OtherVersion: A newer version of the app has migrated it, or it has tables from before the
            first revision that is migrated.
    """
    if _is_newest(engine):
        return
    with changing(engine) as connection:
        version = _version(connection)
        if (version and _BEFORE.fullmatch(version)) or (
            version is None and sa.inspect(connection).has_table("runs")
        ):
            raise OtherVersion(
                "are those of an older version of this app, which this one cannot read and leaves "
                "as they are:"
            )
        if version is None:
            metadata.create_all(connection)
            _mark_newest(connection)
        elif version not in REVISIONS:
            raise OtherVersion("were written by a newer version of this app: update the app, or")
        elif version != REVISIONS[-1]:
            _upgrade(connection)


def _is_newest(engine: sa.Engine) -> bool:
    """Look as cheaply as can be: this is done by every process that opens the database."""
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except sa.exc.DBAPIError:
        # No such table, or something worse that shows again at the next look.
        return False
    return found == REVISIONS[-1]


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSIONS.name):
        return None
    return connection.execute(sa.select(_VERSIONS.c.version_num)).scalar_one_or_none()


def _mark_newest(connection: sa.Connection) -> None:
    # As alembic makes it; a fresh database needs no migration, and so no import of alembic.
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.execute(sa.insert(_VERSIONS).values(version_num=REVISIONS[-1]))


def _upgrade(connection: sa.Connection) -> None:
    # A quarter of a second to import, which nobody should pay whose database is up to date.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    command.upgrade(config, "head")


@contextmanager
def changing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Run one transaction that changes tables, alone: others wait until it is done.

    On SQLite, alembic changes a table by copying it and dropping the old one; with foreign keys
    on, that would delete the rows that refer to it, so they are off meanwhile.

    Yields:
        A connection in the transaction, committed unless an error is raised.
    """
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_PATIENCE_MS}")
                    lock = sa.func.pg_advisory_xact_lock(_LOCK_NUMBER)
                    connection.execute(sa.select(lock))
                yield connection
            return
        kept = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("foreign_keys", "busy_timeout")
        }
        try:
            connection.exec_driver_sql("PRAGMA foreign_keys = 0")
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            # Takes the one place of a writer at once, and holds changes of tables back too.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
        finally:
            connection.rollback()
            for name, value in kept.items():
                connection.exec_driver_sql(f"PRAGMA {name} = {value}")
