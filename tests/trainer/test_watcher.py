from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from explorer.runs.config import TrainingConfig
from explorer.runs.run import WorkerId
from explorer.store.run_store import RunStore, StoreUnavailable, UnknownRun
from explorer.trainer import watcher as watcher_module
from explorer.trainer.watcher import RunWatcher
from tests.processes import until


@pytest.fixture
def run_id(store: RunStore) -> str:
    run_id = store.runs.create([TrainingConfig()])
    store.runs.claim_next(WorkerId("here", 1, 1.0))
    return run_id


def test_requests_arrive(store: RunStore, run_id: str) -> None:
    with RunWatcher(store, run_id) as watcher:
        store.requests.pause(run_id)
        until(lambda: watcher.control().pause)
        store.requests.resume(run_id)
        store.requests.set_learning_rate(run_id, 0.5)
        until(lambda: not watcher.control().pause)
        until(lambda: watcher.control().learning_rates == {0: 0.5})


def test_the_heartbeat_goes_on_while_nothing_is_recorded(
    store: RunStore, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "_BEAT_SECONDS", 0.1)
    first = store.runs.get(run_id).heartbeat
    assert first is not None
    with RunWatcher(store, run_id):
        until(lambda: (store.runs.get(run_id).heartbeat or 0) > first)


def test_a_run_held_for_too_long_is_stopped(
    store: RunStore, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "_PAUSE_SECONDS", 0.3)
    monkeypatch.setattr(watcher_module, "_STOP_SECONDS", 60)
    store.requests.pause(run_id)
    with RunWatcher(store, run_id) as watcher:
        until(lambda: watcher.control().stop)


def test_a_run_or_store_that_is_gone_ends_the_training(store: RunStore, run_id: str) -> None:
    with RunWatcher(store, run_id) as watcher:
        store.curves.delete(run_id, alive=False)
        with pytest.raises(UnknownRun):
            until(watcher.is_stopped)
    other = store.runs.create([TrainingConfig()])
    with RunWatcher(store, other) as watcher:
        Path(store._database.url.database).unlink()
        with pytest.raises(StoreUnavailable):
            until(watcher.is_stopped)


def test_a_training_that_does_not_hear_is_ended(store: RunStore) -> None:
    run_id = store.runs.create([TrainingConfig()])
    program = (
        "import time\n"
        "from explorer.store.run_store import RunStore\n"
        "from explorer.trainer.watcher import RunWatcher\n"
        "from explorer.jobs.worker_processes import this_process\n"
        "store = RunStore()\n"
        "with RunWatcher(store, store.runs.claim_next(this_process()).id):\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    deaf = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert deaf.stdout is not None
    deaf.stdout.readline()
    store.requests.stop(run_id)
    until(lambda: store.runs.get(run_id).status == "stopped")
    # It would have slept for longer.
    assert deaf.wait(timeout=40) == 0
    deaf.stdout.close()
