"""SQLite's file: gone, replaced, full, locked, not to be written; and addresses that are none."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from explorer.runs.config import TrainingConfig
from explorer.store.database import StoreUnavailable
from explorer.store.run_store import RunStore, UnknownRun
from tests.runs.sample_records import Seen, steps

CONFIGS = [TrainingConfig(), TrainingConfig(loss="softmax_squared_error")]


def test_a_deleted_data_folder_is_told_and_a_fresh_store_is_made(store: RunStore) -> None:
    run_id = store.runs.create(CONFIGS)
    shutil.rmtree(store.folder)
    for use in (store.runs.get, store.records.read, store.requests.stop):
        with pytest.raises(StoreUnavailable, match=r"were deleted.*Start a training"):
            use(run_id)
    with pytest.raises(StoreUnavailable):
        store.records.append(run_id, steps(1, 1))
    fresh = store.runs.create(CONFIGS)
    assert store.runs.get(fresh).queue_place == 1
    with pytest.raises(UnknownRun):
        store.runs.get(run_id)


def test_a_store_replaced_by_another_process_is_followed(store: RunStore) -> None:
    old = store.runs.create(CONFIGS)
    shutil.rmtree(store.folder)
    other = RunStore(store.url)
    new = other.runs.create(CONFIGS)
    assert store.runs.get(new).status == "queued"
    with pytest.raises(UnknownRun):
        store.runs.get(old)
    other.close()


def test_a_full_disk_is_told_and_nothing_half_is_written(store: RunStore) -> None:
    run_id = store.runs.create(CONFIGS)
    store.records.append(run_id, steps(1, 5))
    # SQLite reports a file that may not grow exactly as it reports a full disk.
    with store._database.transaction() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for _ in range(100):
            store.records.append(run_id, steps(6, 50))

    with pytest.raises(StoreUnavailable, match="is full: free some space"):
        fill()
    store.close()
    recorded = Seen(store.records.read(run_id).curves[0]).steps
    assert (recorded.size - 5) % 50 == 0


def test_a_place_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        RunStore(f"sqlite:///{tmp_path}/file/runs.sqlite3").runs.create(CONFIGS)
    (tmp_path / "damaged.sqlite3").write_bytes(b"This is no database at all. " * 40)
    with pytest.raises(StoreUnavailable, match="move that file away"):
        RunStore(f"sqlite:///{tmp_path}/damaged.sqlite3").runs.create(CONFIGS)
    for url in ("no address", "sqlite://", "sqlite:///file:runs.sqlite3?mode=ro&uri=true"):
        with pytest.raises(StoreUnavailable, match="EXPLORER_DATABASE_URL"):
            RunStore(url)


def test_a_store_that_may_not_be_written_is_told(store: RunStore) -> None:
    run_id = store.runs.create(CONFIGS)
    with store._database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA query_only = 1")
    with pytest.raises(StoreUnavailable, match="may not be written"):
        store.records.append(run_id, steps(1, 1))
    assert store.runs.get(run_id).status == "queued"


def test_a_store_busy_for_long_is_told(store: RunStore) -> None:
    run_id = store.runs.create(CONFIGS)
    with store._database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    blocker = sqlite3.connect(store._database.url.database, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="in use by another program"):
        store.records.append(run_id, steps(1, 1))
    assert store.runs.get(run_id).status == "queued"
    blocker.execute("ROLLBACK")
    blocker.close()
    store.records.append(run_id, steps(1, 1))
