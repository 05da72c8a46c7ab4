"""The file of the runs: for its owner alone, watched for being taken away, full, locked."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.runs.config import TrainingConfig
from explorer.store.database import StoreGone, StoreUnavailable
from explorer.store.run_store import RunStore, UnknownRun
from explorer.store.sqlite_file import data_folder
from tests.runs.sample_records import Seen, steps

RACE = [TrainingConfig()]

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_what_is_recorded_is_for_its_owner_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, umask: int
) -> None:
    monkeypatch.delenv("EXPLORER_DATABASE_URL")
    before = os.umask(umask)
    try:
        store = RunStore()
        run_id = store.runs.create(RACE)
        store.records.append(run_id, steps(1, 5))
        assert rights(data_folder()) == 0o700
        files = [file for file in data_folder().iterdir() if file.is_file()]
        assert len(files) == 3, "the database, its -wal and its -shm"
        assert {rights(file) for file in files} == {0o600}
    finally:
        os.umask(before)
        store.close()


@posix
def test_the_users_data_folder_is_closed_to_others_where_it_was_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("EXPLORER_DATABASE_URL")
    data_folder().mkdir(parents=True, mode=0o755)
    store = RunStore()
    store.runs.create(RACE)
    assert rights(data_folder()) == 0o700
    store.close()


@posix
def test_a_folder_and_a_file_that_somebody_made_keep_their_rights(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o775)
    (folder / "runs.sqlite3").touch()
    (folder / "runs.sqlite3").chmod(0o660)
    store = RunStore(f"sqlite:///{folder}/runs.sqlite3")
    store.runs.create(RACE)
    assert (rights(folder), rights(folder / "runs.sqlite3")) == (0o775, 0o660)
    store.close()


def closed_copy(store: RunStore, to: Path) -> Path:
    store.close()
    return Path(shutil.copyfile(store._database.url.database, to))


def test_a_file_overwritten_by_another_store_is_noticed_and_left_alone(
    fresh_url: Callable[[], str], tmp_path: Path
) -> None:
    mine, other = RunStore(fresh_url()), RunStore(fresh_url())
    run_id = mine.runs.create(RACE)
    others = other.runs.create(RACE)
    theirs = closed_copy(other, tmp_path / "other")
    assert mine.runs.get(run_id).status == "queued"
    file = Path(mine._database.url.database)
    file.write_bytes(theirs.read_bytes())
    uses = (
        mine.runs.get,
        mine.records.read,
        lambda one: mine.records.append(one, steps(1, 5)),
        mine.requests.stop,
    )
    for use in uses:
        for one in (run_id, others):
            with pytest.raises(StoreGone, match=r"was overwritten by another file.*Stop the app"):
                use(one)
    assert file.read_bytes() == theirs.read_bytes()


def test_a_file_cut_short_is_noticed(store: RunStore) -> None:
    run_id = store.runs.create(RACE)
    Path(store._database.url.database).write_bytes(b"")
    with pytest.raises(StoreGone, match="was overwritten"):
        store.runs.get(run_id)


def test_two_stores_have_different_numbers_and_one_keeps_its_own(
    fresh_url: Callable[[], str],
) -> None:
    urls = [fresh_url(), fresh_url()]
    numbers = []
    for url in (*urls, *urls):
        store = RunStore(url)
        store.runs.create(RACE)
        with store._database.transaction() as connection:
            numbers.append(connection.exec_driver_sql("PRAGMA application_id").scalar_one())
        store.close()
    assert numbers[:2] == numbers[2:]
    assert numbers[0] != numbers[1]
    assert 0 not in numbers


def test_looking_at_the_file_leaves_its_locks_and_so_its_log_in_place(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runs.sqlite3"
    store = RunStore(url)
    first = store.runs.create(RACE)
    log = tmp_path / "runs.sqlite3-wal"
    before = log.stat().st_ino
    # Another process opens the store, queues a run and lets go of it: it is not the last one.
    another = (
        "import sys\n"
        "from contextlib import closing\n"
        "from explorer.runs.config import TrainingConfig\n"
        "from explorer.store.run_store import RunStore\n"
        "with closing(RunStore(sys.argv[1])) as store:\n"
        "    print(store.runs.create([TrainingConfig()]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", another, url],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert log.stat().st_ino == before
    assert {run.id for run in store.runs.list()} == {first, done.stdout.strip()}
    store.close()


def test_a_deleted_data_folder_is_told_and_a_fresh_store_is_made(store: RunStore) -> None:
    run_id = store.runs.create(RACE)
    shutil.rmtree(store.folder)
    for use in (store.runs.get, store.records.read, store.requests.stop):
        with pytest.raises(StoreUnavailable, match=r"were deleted.*Start a training"):
            use(run_id)
    with pytest.raises(StoreUnavailable):
        store.records.append(run_id, steps(1, 1))
    fresh = store.runs.create(RACE)
    assert store.runs.get(fresh).queue_place == 1
    with pytest.raises(UnknownRun):
        store.runs.get(run_id)


def test_a_store_replaced_by_another_process_is_followed(store: RunStore) -> None:
    old = store.runs.create(RACE)
    shutil.rmtree(store.folder)
    other = RunStore(store.url)
    new = other.runs.create(RACE)
    assert store.runs.get(new).status == "queued"
    with pytest.raises(UnknownRun):
        store.runs.get(old)
    other.close()


def test_a_full_disk_is_told_and_nothing_half_is_written(store: RunStore) -> None:
    run_id = store.runs.create(RACE)
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
        RunStore(f"sqlite:///{tmp_path}/file/runs.sqlite3").runs.create(RACE)
    (tmp_path / "damaged.sqlite3").write_bytes(b"This is no database at all. " * 40)
    with pytest.raises(StoreUnavailable, match="move that file away"):
        RunStore(f"sqlite:///{tmp_path}/damaged.sqlite3").runs.create(RACE)
    for url in ("no address", "sqlite://", "sqlite:///file:runs.sqlite3?mode=ro&uri=true"):
        with pytest.raises(StoreUnavailable, match="EXPLORER_DATABASE_URL"):
            RunStore(url)


def test_a_store_that_may_not_be_written_is_told(store: RunStore) -> None:
    run_id = store.runs.create(RACE)
    with store._database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA query_only = 1")
    with pytest.raises(StoreUnavailable, match="may not be written"):
        store.records.append(run_id, steps(1, 1))
    assert store.runs.get(run_id).status == "queued"


def test_a_store_busy_for_long_is_told(store: RunStore) -> None:
    run_id = store.runs.create(RACE)
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
