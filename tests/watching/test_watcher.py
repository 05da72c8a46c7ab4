"""The watcher: files appear, grow, are cut off, rotated and deleted; one process for each store."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from explorer.jobs import worker_processes
from explorer.runs.run import WATCHED
from explorer.store.run_store import RunStore, StoreUnavailable
from explorer.watching import launch, watcher
from explorer.watching.following import FollowedEvents, FollowedFile, Watched
from explorer.watching.hints import Hints
from explorer.watching.reader import Answer, Reader, answered
from explorer.watching.watcher import Watcher
from tests.processes import until
from tests.watching.test_following import BEGIN, scalars


class HereReader(Reader):
    """Reads in this process."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def read(self, watched: Watched, *, is_settled: bool) -> Answer:
        self.asked.append(watched.path)
        one = FollowedEvents() if watched.parts else FollowedFile()
        return answered(one, watched, is_settled)


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    folder.mkdir()
    monkeypatch.setenv("EXPLORER_WATCH", str(folder))
    return folder


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> HereReader:
    # Every turn looks, and reads what has changed.
    for name in ("_LOOK_SECONDS", "_LOOK_SHARE", "_LEAST_PAUSE_SECONDS", "_READ_SHARE"):
        monkeypatch.setattr(watcher, name, 0.0)
    monkeypatch.setattr(watcher, "_LONGEST_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(Hints, "watch", lambda self, folders: None)
    return HereReader()


@pytest.fixture
def turn(store: RunStore, runs: Path, reader: HereReader) -> Callable[[], None]:
    one = Watcher(store, reader)

    def turned() -> None:
        for _ in range(2):
            one.turn()

    return turned


@pytest.fixture
def is_settled(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets every file be one that nobody writes to any more."""
    return lambda: monkeypatch.setattr(watcher, "SETTLED_SECONDS", 0.0)


def states(store: RunStore) -> dict[str, tuple[str, int]]:
    return {one.label or one.path: (one.state, one.num_points) for one in store.watched.list()}


def test_every_kind_of_file_appears_under_its_place(store, runs, turn) -> None:
    for folder in ("keras", "hf/checkpoint-5", "tb/train", "tb/validation", "home"):
        (runs / folder).mkdir(parents=True)
    (runs / "keras" / "history.csv").write_text("epoch,loss,val_loss\n0,2.0,2.5\n1,1.0,2.0\n")
    log = [{"step": 10 * k, "loss": 1.0} for k in range(3)]
    state = runs / "hf" / "checkpoint-5" / "trainer_state.json"
    state.write_text(json.dumps({"log_history": log}))
    for part in ("train", "validation"):
        file = runs / "tb" / part / "events.out.tfevents.1.host"
        file.write_bytes(BEGIN + scalars("epoch_loss", range(4)))
    (runs / "home" / "run_a.jsonl").write_text('{"step": 1, "loss": 2}\n{"step": 2, "loss": 1}\n')
    turn()
    assert states(store) == {
        "keras": ("followed", 4),
        "hf/checkpoint-5": ("followed", 3),
        "tb": ("followed", 8),
        "home/run_a": ("followed", 2),
    }
    assert {row.status for row in store.curves.list()} == {WATCHED}


def test_a_run_grows_is_cut_off_and_goes_under_one_id(store, runs, turn) -> None:
    file = runs / "log.csv"
    file.write_text("step,loss\n1,2.0\n")
    turn()
    (row,) = store.curves.list()
    for text, points in (("step,loss\n1,2.0\n2,1.5\n3,1.2\n", 3), ("step,loss\n1,9.0\n2,8.0\n", 2)):
        file.write_text(text)
        turn()
        assert states(store) == {"log": ("followed", points)}
    file.unlink()
    turn()
    assert states(store) == {"log": ("gone", 2)}
    assert [one.run_id for one in store.curves.list()] == [row.run_id]
    file.write_text("step,loss\n1,2.0\n2,1.5\n3,1.2\n4,1.1\n")
    turn()
    assert states(store) == {"log": ("followed", 4)}
    assert [one.run_id for one in store.curves.list()] == [row.run_id]


def test_a_file_of_settings_beside_a_curve_joins_it_whenever_it_comes_and_changes(
    store, runs, turn
) -> None:
    for folder in ("grid/a", "grid/b/.hydra"):
        (runs / folder).mkdir(parents=True)
    (runs / "grid" / "config.yaml").write_text("lr: 0.5\nmodel:\n  width: 200\n")
    (runs / "grid" / "a" / "metrics.csv").write_text("step,loss\n1,2.0\n")
    (runs / "grid" / "b" / "events.out.tfevents.1.host").write_bytes(BEGIN + scalars("a", range(3)))

    def settings() -> dict[str, object]:
        turn()
        return {
            row.label: dict(store.records.read(row.run_id).curves[0].file.settings)
            for row in store.curves.list()
        }

    around = {"lr": "0.5", "model/width": "200"}
    assert settings() == {"grid/a": around, "grid/b": around}
    (runs / "grid" / "a" / "args.json").write_text('{"lr": 0.1}')
    (runs / "grid" / "b" / ".hydra" / "config.yaml").write_text("lr: 0.2\n")
    assert settings() == {"grid/a": {"lr": "0.1"}, "grid/b": {"lr": "0.2"}}
    (runs / "grid" / "a" / "args.json").write_text('{"lr": 0.05, "seed": 1}')
    (runs / "grid" / "b" / ".hydra" / "config.yaml").unlink()
    assert settings() == {"grid/a": {"lr": "0.05", "seed": "1"}, "grid/b": around}
    assert {state for state, _ in states(store).values()} == {"followed"}


def test_a_rotated_file_is_another_run_beside_the_new_one(store, runs, turn) -> None:
    file = runs / "log.jsonl"
    file.write_text('{"step": 1, "loss": 2}\n{"step": 2, "loss": 1}\n')
    turn()
    file.rename(runs / "log.jsonl.1")
    file.write_text('{"step": 3, "loss": 0.5}\n{"step": 4, "loss": 0.4}\n{"step": 5, "loss": 0}\n')
    turn()
    found = {one.path: one.num_points for one in store.watched.list()}
    assert found == {"log.jsonl": 3, "log.jsonl.1": 2}


def test_a_file_that_is_still_being_written_is_not_refused(store, runs, turn, is_settled) -> None:
    (runs / "trainer_state.json").write_text('{"log_history": [')
    (runs / "log.csv").write_text("step,loss\n")
    turn()
    assert states(store) == {}
    is_settled()
    turn()
    assert {state for state, _ in states(store).values()} == {"refused"}
    assert any("no row of numbers" in one.why for one in store.watched.list())


def test_a_file_that_goes_bad_keeps_what_was_read(store, runs, turn, is_settled) -> None:
    is_settled()
    file = runs / "log.csv"
    file.write_text("step,loss\n1,2.0\n2,1.0\n")
    turn()
    file.write_text("step,loss\n1,2.0\n2,1.0\n3,broken\n")
    turn()
    (found,) = store.watched.list()
    assert (found.state, found.num_points) == ("refused", 2)
    assert "Line 4" in found.why


def test_what_an_earlier_watcher_has_read_is_not_read_again(store, runs, reader) -> None:
    (runs / "a.csv").write_text("step,loss\n1,2.0\n")
    (runs / "b.csv").write_text("step,loss\n1,2.0\n")
    Watcher(store, reader).turn()
    ids = {one.path: one.run_id for one in store.watched.list()}
    (runs / "b.csv").write_text("step,loss\n1,2.0\n2,1.0\n")
    reader.asked.clear()
    Watcher(store, reader).turn()
    assert reader.asked == ["b.csv"]
    (runs / "a.csv").unlink()
    Watcher(store, reader).turn()
    assert {one.path: (one.state, one.run_id) for one in store.watched.list()} == {
        "a.csv": ("gone", ids["a.csv"]),
        "b.csv": ("followed", ids["b.csv"]),
    }


def test_a_folder_that_is_deleted_and_made_again_is_followed_on(store, runs, turn) -> None:
    (runs / "log.csv").write_text("step,loss\n1,2.0\n")
    turn()
    (runs / "log.csv").unlink()
    runs.rmdir()
    turn()
    assert states(store) == {"log": ("gone", 1)}
    runs.mkdir()
    (runs / "log.csv").write_text("step,loss\n1,2.0\n2,1.0\n")
    turn()
    assert states(store) == {"log": ("followed", 2)}


def test_what_was_read_waits_for_a_store_that_cannot_be_written(
    store, runs, turn, monkeypatch
) -> None:
    (runs / "log.csv").write_text("step,loss\n1,2.0\n")

    def unusable(updates: object) -> None:
        raise StoreUnavailable("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(store.watched, "write", unusable)
        patch.setattr(watcher, "_PAUSE_SECONDS", 0.0)
        turn()
    assert states(store) == {}
    turn()
    assert states(store) == {"log": ("followed", 1)}


def test_a_reader_that_dies_or_dawdles_is_replaced_and_the_file_refused() -> None:
    watched = Watched("/nowhere", "log.csv")
    for serve, why in ((_die, "breaks the process"), (_dawdle, "longer than 0.5 seconds")):
        reader = Reader(deadline=0.5 if serve is _dawdle else 60, serve=serve)
        for _ in range(2):
            assert why in reader.read(watched, is_settled=True).refusal
        reader.close()


def _die(connection: object, most_memory: int) -> None:
    os._exit(9)


def _dawdle(connection: object, most_memory: int) -> None:
    time.sleep(60)


def test_the_system_hints_at_changes_in_the_named_folders_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    hints = Hints()
    hints.watch([str(tmp_path / "a")])
    count = 0

    def changed() -> bool:
        nonlocal count
        count += 1
        (tmp_path / "b" / "x.csv").write_text(str(count))
        (tmp_path / "a" / "x.csv").write_text(str(count))
        return hints.arrived.wait(0.2)

    until(changed)
    assert hints.take() == {str(tmp_path / "a")}
    hints.close()


@pytest.fixture
def ended(store: RunStore) -> Iterator[None]:
    yield
    launch.end_watcher(store)


def test_one_process_follows_the_folders_of_a_store_until_it_is_told_to_end(
    store: RunStore, runs: Path, ended: None
) -> None:
    assert launch.ensure_watcher(store)
    child = worker_processes.started_here(store, launch.NAME)
    (runs / "log.csv").write_text("step,loss\n1,2.0\n")
    until(lambda: states(store) == {"log": ("followed", 1)})
    with (runs / "log.csv").open("a") as file:
        file.write("2,1.0\n")
    until(lambda: states(store) == {"log": ("followed", 2)})
    # The same child, and a second one would find the lock taken.
    assert launch.ensure_watcher(store)
    assert worker_processes.started_here(store, launch.NAME) is child
    lock = worker_processes.slot_folder(store) / f"{launch.NAME}.lock"
    worker_processes._children.pop(lock)
    assert launch.ensure_watcher(store)
    assert worker_processes.started_here(store, launch.NAME) is None
    worker_processes._children[lock] = child
    family = [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]
    assert len(family) > 1
    launch.end_watcher(store)
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    assert lock.with_name(f"{launch.NAME}.start.log").read_text() == ""


def test_without_folders_there_is_no_process_and_what_is_not_kept_is_forgotten(
    store: RunStore, runs: Path, turn: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (runs / "log.csv").write_text("step,loss\n1,2.0\n")
    turn()
    assert len(store.watched.list()) == 1
    monkeypatch.delenv("EXPLORER_WATCH")
    assert not launch.ensure_watcher(store)
    assert worker_processes.started_here(store, launch.NAME) is None
    assert store.watched.list() == store.curves.list() == []
