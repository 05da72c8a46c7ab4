from __future__ import annotations

import gc
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from explorer.runs.config import TrainingConfig
from explorer.runs.record_columns import by_curve
from explorer.runs.summary import CurveSummary
from explorer.store import schema
from explorer.store.database import StoreUnavailable
from explorer.store.record_bytes import to_bytes
from explorer.store.run_store import RunStore
from explorer.store.tables import metadata
from tests.runs.sample_records import evaluation, make_info, steps
from tests.store import first_tables

ROOT = Path(__file__).resolve().parents[2]
RACE = [TrainingConfig(), TrainingConfig(loss="softmax_squared_error")]


def old_info() -> str:
    """An info as it was written before the git revision was."""
    values = json.loads(make_info().to_json())
    del values["git_revision"]
    return json.dumps(values)


@pytest.fixture
def old_url(fresh_url: Callable[[], str]) -> str:
    """A database with the first tables: a finished race of 40 batches and a queued run."""
    url = fresh_url()
    engine = sa.create_engine(url)
    if engine.url.get_backend_name() == "sqlite":
        Path(str(engine.url.database)).parent.mkdir(exist_ok=True)
    first_tables.metadata.create_all(engine)
    shared = {"num_curves": 2, "configs": json.dumps([c.to_dict() for c in RACE])}
    runs = [
        {"id": "old", "name": "A race", "status": "finished", "created_at": 1.0, "step": 400}
        | {"info": old_info()},
        {"id": "waiting", "name": "", "status": "queued", "created_at": 2.0, "step": 0}
        | {"info": None},
    ]
    with engine.begin() as connection:
        connection.execute(sa.insert(first_tables.runs), [shared | run for run in runs])
        for first in range(1, 400, 10):
            records = [*steps(first, 10), evaluation(first + 9, first / 400, curve=1)]
            payload = to_bytes(by_curve(records, 2))
            batch = sa.insert(first_tables.batches).values(run_id="old", payload=payload)
            connection.execute(batch)
    engine.dispose()
    return url


def differences(store: RunStore) -> list[object]:
    """What alembic would have to change for the database to be as `run_tables` says."""
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


def test_an_old_database_keeps_every_run_and_record(old_url: str) -> None:
    store = RunStore(old_url)
    records = store.read("old")
    assert records.curves[0].steps.tolist() == list(range(1, 401))
    assert len(records.curves[1].evaluations) == 40
    old, waiting = store.get("old"), store.get("waiting")
    assert (old.name, old.status, old.configs) == ("A race", "finished", tuple(RACE))
    assert old.info is not None
    np.testing.assert_array_equal(old.info.digits, make_info().digits)
    assert old.info.git_revision == ""
    assert waiting.queue_place == 1
    store.append("waiting", steps(1, 3))
    assert store.read("waiting").curves[0].steps.tolist() == [1, 2, 3]
    store.close()


def test_runs_of_an_old_database_get_their_summaries_with_the_first_listing(old_url: str) -> None:
    store = RunStore(old_url)
    waiting, _, first, second = store.list_curves()
    assert waiting.summary is None
    assert first.environment is not None
    assert first.environment.dataset_description == "MNIST"
    assert first.summary == CurveSummary(400, 80_000, 40.0, final_loss=1.0)
    assert second.summary is not None
    assert second.summary.best_accuracy == pytest.approx(391 / 400)
    kept = "SELECT summary FROM curves WHERE run_id = 'old'"
    with store._database.transaction() as connection:
        assert None not in connection.exec_driver_sql(kept).scalars().all()
    assert store.list_curves()[2:] == [first, second]
    store.close()


def test_migrated_and_fresh_databases_have_the_tables_of_this_version(
    old_url: str, store: RunStore
) -> None:
    migrated, fresh = RunStore(old_url), store
    assert differences(migrated) == differences(fresh) == []
    assert columns(migrated) == columns(fresh)
    migrated.close()


def test_the_revisions_known_are_those_in_the_folder() -> None:
    folder = Path(schema.__file__).parent / "migrations"
    script = ScriptDirectory(str(folder))
    known = [revision.revision for revision in script.walk_revisions()]
    assert tuple(reversed(known)) == schema.REVISIONS


def test_a_database_of_a_newer_version_is_told_and_left_alone(store: RunStore) -> None:
    run_id = store.create(RACE)
    with store._database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="newer version of this app: update the app"):
            store.get(run_id)


def test_processes_that_start_together_migrate_once(old_url: str) -> None:
    start = threading.Barrier(6)

    def open_store(_: int) -> int:
        own = RunStore(old_url)
        start.wait()
        count = own.read("old").curves[0].steps.size
        own.close()
        return count

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(open_store, range(6))) == [400] * 6
    store = RunStore(old_url)
    assert len(store.list_curves()) == 4
    store.close()


def test_processes_that_start_together_make_one_fresh_database(store: RunStore) -> None:
    start = threading.Barrier(6)

    def begin(_: int) -> str:
        own = RunStore(store.url)
        start.wait()
        run_id = own.create(RACE)
        own.close()
        return run_id

    with ThreadPoolExecutor(6) as pool:
        created = list(pool.map(begin, range(6)))
    assert {row.run_id for row in store.list_curves()} == set(created)


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_a_migration_that_breaks_off_leaves_the_database_as_it_was(
    old_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = schema._upgrade

    def break_off(connection: sa.Connection, *, unmarked: bool) -> None:
        upgrade(connection, unmarked=unmarked)
        raise OSError("The machine goes down.")

    monkeypatch.setattr(schema, "_upgrade", break_off)
    with pytest.raises(StoreUnavailable):
        RunStore(old_url).get("old")
    # A connection that was left open warns when it is collected.
    gc.collect()
    engine = sa.create_engine(old_url)
    assert set(sa.inspect(engine).get_table_names()) == {"runs", "batches"}
    engine.dispose()
    monkeypatch.undo()
    monkeypatch.setenv("EXPLORER_DATABASE_URL", old_url)
    store = RunStore(old_url)
    assert store.read("old").curves[0].steps.size == 400
    store.close()


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
        "print(len(store.list_curves()), 'alembic' in sys.modules)\n"
    )
    for expected in ("0 False", "2 False"):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == expected
        store.create(RACE)
