"""Every test of the run store once more, with a real PostgreSQL server under it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.runs.config import TrainingConfig
from explorer.store.database import StoreUnavailable
from explorer.store.run_store import RunStore
from tests.jobs import test_sweep_scheduler
from tests.store import (
    test_backup,
    test_claims,
    test_library,
    test_queue_limits,
    test_rooms,
    test_run_store,
    test_schema,
    test_watched,
    test_weights,
)
from tests.store.postgresql_server import NoServer, Server, find_programs, server

try:
    find_programs()
except NoServer as error:
    pytest.skip(f"No PostgreSQL server can be started here: {error}.", allow_module_level=True)

# They start a process to see what it imports, whatever the database.
IMPORTS = {
    "test_a_database_that_is_up_to_date_costs_no_import_of_alembic",
    "test_reading_weights_imports_no_torch",
}
__all__ = ["server"]
old_url = test_schema.old_url
small_limits = test_queue_limits.small_limits

MODULES = (
    *(test_backup, test_claims, test_queue_limits, test_library, test_schema, test_run_store),
    *(test_weights, test_sweep_scheduler, test_rooms, test_watched),
)
for module in MODULES:
    for name, value in vars(module).items():
        if not name.startswith("test_") or name in IMPORTS:
            continue
        if {"store", "old_url", "fresh_url"} & set(inspect.signature(value).parameters):
            assert name not in globals(), f"two tests are called {name}"
            globals()[name] = value


@pytest.fixture
def fresh_url(server: Server) -> Callable[[], str]:
    return server.fresh_url


def test_the_store_is_on_postgresql(store: RunStore) -> None:
    store.runs.create([TrainingConfig()])
    with store._database.transaction() as connection:
        version = connection.exec_driver_sql("SELECT version()").scalar_one()
    assert version.startswith("PostgreSQL")


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    store = RunStore(f"postgresql+psycopg://me:secret@/runs?host={tmp_path}")
    with pytest.raises(StoreUnavailable, match="cannot be used") as told:
        store.runs.list()
    assert "secret" not in str(told.value)
    assert str(tmp_path) in str(told.value)
