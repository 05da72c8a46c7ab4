"""Every page that needs the run store says at once, without a press, that it cannot be used."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.jobs import launcher, worker_processes
from explorer.jobs.worker_status import StatusFile
from explorer.runs.config import TrainingConfig
from explorer.store.run_store import RunStore, StoreUnavailable
from tests.pages.page_steps import components, errors, opened, press

PAGES = ("live", "sweep", "compare", "draw")


def status_of(app: AppTest) -> str:
    """What the stage of the race says of its state."""
    status: str = components(app, "theatre")["race theatre"]["words"]["status"]
    return status


@pytest.mark.parametrize("page", PAGES)
def test_a_damaged_store_is_told_once_and_at_once(store: RunStore, page: str) -> None:
    path = Path(store._database.url.database)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"This is no database at all. " * 40)
    told = errors(opened(page))
    assert told == [f"{path} is not a readable run store: move that file away for a fresh one."]


@pytest.mark.parametrize("page", PAGES)
def test_an_address_that_is_none_is_told(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setenv("EXPLORER_DATABASE_URL", "nonsense")
    (told,) = errors(opened(page))
    assert told.startswith("EXPLORER_DATABASE_URL is not a database address: write it like")


@pytest.mark.parametrize("page", PAGES)
def test_a_store_that_can_only_be_read_is_told_and_shown(store: RunStore, page: str) -> None:
    run_id = store.runs.create([TrainingConfig()], "kept")
    with store._database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA query_only = 1")
    app = opened(page, **({"run": run_id} if page == "live" else {}))
    (told,) = errors(app)
    assert "may not be written: allow it" in told
    if page == "live":
        assert "Place 1 in the queue" in status_of(app)


def test_a_disk_with_no_room_left_is_told(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.runs.create([TrainingConfig()])
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 5000))
    (told,) = errors(opened("live"))
    assert "is full: free some space" in told


def test_a_store_that_somebody_writes_to_in_this_moment_is_in_order(store: RunStore) -> None:
    store.runs.create([TrainingConfig()])
    writer = sqlite3.connect(store._database.url.database, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert errors(opened("live")) == []
    writer.execute("ROLLBACK")
    writer.close()
    # And the connection that looked is as patient afterwards as before.
    with store._database.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 10_000


def test_a_page_that_cannot_read_the_store_tells_of_trainings_that_wait_for_it(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.runs.create([TrainingConfig()])
    worker_processes.slot_folder(store).mkdir()
    status = StatusFile(worker_processes.slot_folder(store))
    status.began("writer", "The server is away.")

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("The server is away.")

    monkeypatch.setattr(RunStore, "check", away)
    (told,) = errors(opened("live", run=run_id))
    assert told.startswith(
        "The server is away. A training process has been waiting for the store for "
    )
    status.ended("writer")
    assert errors(opened("live", run=run_id)) == ["The server is away."]


def test_a_race_whose_worker_waits_says_so_and_keeps_its_buttons(store: RunStore) -> None:
    run_id = store.runs.create([TrainingConfig()])
    store.runs.claim_next(worker_processes.this_process())
    worker_processes.slot_folder(store).mkdir()
    status = StatusFile(worker_processes.slot_folder(store))
    status.began("writer", "The disk is full: free some space.")
    app = opened("live", run=run_id)
    said = status_of(app)
    assert "Waiting for the store for" in said
    assert "nothing is lost. The disk is full: free some space." in said
    assert "Stop" in {button.label for button in app.button}


def test_a_person_who_queues_too_much_is_told(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_MAX_QUEUED_PER_PERSON", "2")
    app = opened("live")
    for _ in range(3):
        press(app, "Train")
    (told,) = errors(app)
    assert told.startswith("2 of your races and sweeps are waiting already")
    assert len(store.runs.list()) == 2
    press(opened("live"), "Train")
    assert len(store.runs.list()) == 3


def test_a_race_that_does_not_fit_into_memory_is_told_before_it_is_queued(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher.memory, "available_bytes", lambda: 1e6)
    (told,) = errors(press(opened("live"), "Train"))
    assert "of memory to train, and 1 MiB are free: choose fewer curves" in told
    assert store.runs.list() == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_logs_and_locks_are_for_their_owner_alone(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_processes, "_ensure_process", lambda *_: False)
    worker_processes.ensure_workers(store)
    folder = worker_processes.slot_folder(store)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
