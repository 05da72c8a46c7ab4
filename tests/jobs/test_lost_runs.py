"""What a server says of a training process that ended unexpectedly, or that waits."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from explorer.jobs import launcher, lost_runs, memory, worker_processes
from explorer.jobs.worker_status import StatusFile, read_status, say
from explorer.runs.config import TrainingConfig
from explorer.runs.run import WorkerId
from explorer.store.run_store import RunStore
from tests.runs.sample_records import steps

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def child(store: RunStore):
    """A process that this one started as it starts workers, with a claimed run."""
    folder = worker_processes.slot_folder(store)
    folder.mkdir(parents=True)
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    worker_processes._children[folder / "0.lock"] = process
    yield process
    process.kill()
    process.communicate()
    del worker_processes._children[folder / "0.lock"]


def claimed(store: RunStore, child: subprocess.Popen[bytes]) -> str:
    run_id = store.runs.create([TrainingConfig()])
    store.runs.claim_next(worker_processes.mark_of(psutil.Process(child.pid)))
    store.records.append(run_id, steps(1, 5))
    return run_id


def ended(child: subprocess.Popen[bytes], number: int) -> None:
    child.send_signal(number)
    child.wait(timeout=10)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (signal.SIGTERM, "It was ended from outside (SIGTERM)."),
        (signal.SIGKILL, "It was ended from outside (SIGKILL)."),
        (signal.SIGSEGV, "It crashed (SIGSEGV)."),
    ],
)
def test_the_signal_that_ended_it_is_named(
    store: RunStore, child: subprocess.Popen[bytes], number: int, words: str
) -> None:
    run_id = claimed(store, child)
    assert launcher.explain(store.runs.get(run_id)) == ""
    ended(child, number)
    said = launcher.explain(store.runs.get(run_id))
    assert said.startswith("The training process ended unexpectedly at step 0; what it recorded")
    assert words in said


def test_memory_that_ran_out_is_named(
    store: RunStore, child: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = claimed(store, child)
    status = StatusFile(worker_processes.slot_folder(store), child.pid)
    status.note_oom_kills(3)
    ended(child, signal.SIGKILL)
    monkeypatch.setattr(memory, "oom_kills", lambda: 3)
    assert "memory ran out" not in launcher.explain(store.runs.get(run_id))
    monkeypatch.setattr(memory, "oom_kills", lambda: 4)
    said = launcher.explain(store.runs.get(run_id))
    assert "because memory ran out, most likely this one: choose fewer curves" in said
    assert "SIGKILL" not in said


def test_a_full_disk_is_named_though_the_log_lies_on_it(
    store: RunStore, child: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = claimed(store, child)
    StatusFile(worker_processes.slot_folder(store), child.pid).say("The disk is full.")
    ended(child, signal.SIGKILL)
    assert "The disk of" not in launcher.explain(store.runs.get(run_id))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 0))
    said = launcher.explain(store.runs.get(run_id))
    assert f"The disk of {store.folder} is full (nothing is left): free some space." in said
    assert said.endswith("Its last message: The disk is full.")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 3 * 2**20))
    assert "is full (3.0 MiB are left)" in launcher.explain(store.runs.get(run_id))


def test_a_worker_elsewhere_and_one_that_only_slept_are_not_called_dead(store: RunStore) -> None:
    run_id = store.runs.create([TrainingConfig()])
    store.runs.claim_next(WorkerId("machine 7", 1, 1.0))
    run = replace(store.runs.get(run_id), status="lost")
    assert "on another machine" in lost_runs.why_lost(store, run)
    on_ray = replace(run, worker=WorkerId("ray:0123456789abcdef", 1, 1.0))
    assert "on Ray's node 01234567 no longer" in lost_runs.why_lost(store, on_ray)
    me = worker_processes.this_process()
    assert "was silent for too long" in lost_runs.why_lost(store, replace(run, worker=me))


def test_a_worker_that_waits_for_the_store_is_heard_by_another_way(
    store: RunStore, child: subprocess.Popen[bytes]
) -> None:
    run_id = claimed(store, child)
    status = StatusFile(worker_processes.slot_folder(store), child.pid)
    assert launcher.waiting_words(store=store) == ""
    status.began("writer", "The recorded runs are in use by another program.")
    status.began("watcher", "Another reason.")
    said = launcher.explain(store.runs.get(run_id))
    assert said.startswith("Waiting for the store for 0 s now: what is measured is held in memory")
    assert said.endswith("The recorded runs are in use by another program.")
    assert launcher.state_of(store.runs.get(run_id)) == "running"
    words = launcher.waiting_words(store=store)
    assert words.startswith("A training process has been waiting for the store for 0 s")
    status.ended("writer")
    assert "Another reason." in launcher.explain(store.runs.get(run_id))
    status.ended("watcher")
    assert launcher.explain(store.runs.get(run_id)) == launcher.waiting_words(store=store) == ""
    status.began("writer", "Again.")
    ended(child, signal.SIGKILL)
    assert launcher.waiting_words(store=store) == "", "the dead wait for nothing"


def test_a_status_is_read_as_it_was_said_and_takes_no_more_of_the_disk(tmp_path: Path) -> None:
    status = StatusFile(tmp_path, 7)
    size = (tmp_path / "7.status").stat().st_size
    status.say("“Ünïcode” " * 30)
    status.began(1, "Away.")
    found = read_status(tmp_path, 7)
    assert found is not None
    assert found.said == "“Ünïcode” " * 30
    assert found.waiting == "Away."
    assert abs(found.waiting_since - time.time()) < 60
    assert (tmp_path / "7.status").stat().st_size == size
    status.say("😀" * 100_000)
    assert (tmp_path / "7.status").stat().st_size == size
    assert read_status(tmp_path, 7) is not None
    assert read_status(tmp_path, 8) is None


def test_a_log_that_cannot_be_written_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("There is no /dev/full here.")
    with open("/dev/full", "w") as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", full)
        say("The disk is full.")
        StatusFile(tmp_path, 7).say("The disk is full.")
        with pytest.raises(OSError, match="No space"):
            full.flush()
        patch.undo()
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())
    assert read_status(tmp_path, 7).said == "The disk is full."
