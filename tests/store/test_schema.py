from __future__ import annotations

import gc
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from explorer.runs.config import TrainingConfig
from explorer.store import schema
from explorer.store.database import StoreGone, StoreUnavailable
from explorer.store.run_store import RunStore
from explorer.store.sqlite_file import data_folder
from explorer.store.tables import metadata
from tests.store import first_tables

ROOT = Path(__file__).resolve().parents[2]
RACE = [TrainingConfig(), TrainingConfig(loss="softmax_squared_error")]


@pytest.fixture
def old_url(fresh_url: Callable[[], str]) -> str:
    """A database with one table of an older version, and a run in it."""
    url = fresh_url()
    engine = sa.create_engine(url)
    if engine.url.get_backend_name() == "sqlite":
        Path(str(engine.url.database)).parent.mkdir(exist_ok=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE runs (id VARCHAR(32), name TEXT)")
        connection.exec_driver_sql("INSERT INTO runs VALUES ('old', 'A race')")
    engine.dispose()
    return url


def differences(store: RunStore) -> list[object]:
    """What alembic would have to change for the database to be as `tables` says."""
    with store._database.transaction() as connection:
        return compare_metadata(MigrationContext.configure(connection), metadata)


def columns(store: RunStore) -> set[tuple[str, str, str, bool, str]]:
    """Name, type, whether NULL may be, and default of every column."""
    with store._database.transaction() as connection:
        inspector = sa.inspect(connection)
        return {
            (table, c["name"], str(c["type"]), c["nullable"], str(c["default"]))
            for table in inspector.get_table_names()
            for c in inspector.get_columns(table)
        }


def stamp(connection: sa.Connection, version: str) -> None:
    """Write down, as alembic does, which revision a database has."""
    connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{version}')")


@pytest.mark.parametrize("version", [None, "0001", "v2_0005"])
def test_a_database_of_an_older_version_is_told_and_left_alone(
    old_url: str, version: str | None
) -> None:
    engine = sa.create_engine(old_url)
    if version:
        with engine.begin() as connection:
            stamp(connection, version)
    tables = sa.inspect(engine).get_table_names()
    store = RunStore(old_url)
    for _ in range(2):
        with pytest.raises(StoreGone, match="older version of this app, which this one cannot"):
            store.runs.create(RACE)
    store.close()
    assert sa.inspect(engine).get_table_names() == tables
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT * FROM runs").all() == [("old", "A race")]
    engine.dispose()


def test_the_file_of_an_older_version_is_left_alone_and_said_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("EXPLORER_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = data_folder()
    folder.mkdir(parents=True)
    older = [folder / f"runs.v{version}.sqlite3" for version in (1, 2)]
    for file in older:
        file.write_bytes(b"recorded")
    for _ in range(2):
        store = RunStore()
        store.runs.create(RACE)
        store.close()
    assert len(caplog.messages) == 2
    for file, said in zip(older, caplog.messages, strict=True):
        assert file.read_bytes() == b"recorded"
        assert said.startswith(f"{file} holds the runs that an older version")
        assert str(folder / "runs.v3.sqlite3") in said


def test_migrated_and_fresh_databases_have_the_tables_of_this_version(
    fresh_url: Callable[[], str], store: RunStore
) -> None:
    url = fresh_url()
    engine = sa.create_engine(url)
    if engine.url.get_backend_name() == "sqlite":
        Path(str(engine.url.database)).parent.mkdir(exist_ok=True)
    with schema.changing(engine) as connection:
        first_tables.metadata.create_all(connection)
        stamp(connection, schema.REVISIONS[0])
        schema._upgrade(connection)
    engine.dispose()
    migrated, fresh = RunStore(url), store
    assert differences(migrated) == differences(fresh) == []
    assert columns(migrated) == columns(fresh)
    migrated.close()


def test_the_revisions_known_are_those_in_the_folder() -> None:
    folder = Path(schema.__file__).parent / "migrations"
    script = ScriptDirectory(str(folder))
    known = [revision.revision for revision in script.walk_revisions()]
    assert tuple(reversed(known)) == schema.REVISIONS


def test_a_database_of_a_newer_version_is_told_and_left_alone(store: RunStore) -> None:
    run_id = store.runs.create(RACE)
    with store._database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="newer version of this app: update the app"):
            store.runs.get(run_id)


def test_processes_that_start_together_make_one_fresh_database(store: RunStore) -> None:
    start = threading.Barrier(6)

    def begin(_: int) -> str:
        own = RunStore(store.url)
        start.wait()
        run_id = own.runs.create(RACE)
        own.close()
        return run_id

    with ThreadPoolExecutor(6) as pool:
        created = list(pool.map(begin, range(6)))
    assert {row.run_id for row in store.curves.list()} == set(created)


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_a_migration_that_breaks_off_leaves_the_database_as_it_was(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.runs.create(RACE)
    before = columns(store)
    store.close()

    def break_off(connection: sa.Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE runs ADD COLUMN later TEXT")
        raise OSError("The machine goes down.")

    with monkeypatch.context() as patch:
        patch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "v3_9999"))
        patch.setattr(schema, "_upgrade", break_off)
        with pytest.raises(StoreUnavailable):
            store.runs.get(run_id)
    # A connection that was left open warns when it is collected.
    gc.collect()
    assert columns(store) == before
    assert store.runs.get(run_id).configs == tuple(RACE)


def test_changing_a_table_by_copying_it_deletes_nothing_that_refers_to_it(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/referring.sqlite3")

    @sa.event.listens_for(engine, "connect")
    def _switch_on(connection, _record) -> None:
        connection.execute("PRAGMA foreign_keys = 1")

    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT)")
        connection.exec_driver_sql(
            "CREATE TABLE child (parent_id REFERENCES parent (id) ON DELETE CASCADE)"
        )
        connection.exec_driver_sql("INSERT INTO parent (id) VALUES (1)")
        connection.exec_driver_sql("INSERT INTO child VALUES (1)")
    with schema.changing(engine) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("parent", recreate="always") as parent:
            parent.drop_column("name")
    with engine.begin() as connection:
        count = "SELECT count(*) FROM child"
        assert connection.exec_driver_sql(count).scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    engine.dispose()


def test_a_database_that_is_up_to_date_costs_no_import_of_alembic(store: RunStore) -> None:
    program = (
        "import sys\n"
        "from explorer.store.run_store import RunStore\n"
        "store = RunStore()\n"
        "print(len(store.curves.list()), 'alembic' in sys.modules)\n"
    )
    for expected in ("0 False", "2 False"):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == expected
        store.runs.create(RACE)
