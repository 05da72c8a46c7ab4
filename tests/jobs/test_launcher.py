from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from explorer.jobs import launcher, worker_processes
from explorer.runs.config import ConfigError, TrainingConfig
from explorer.runs.mnist_files import FILES, cache_folder
from explorer.runs.records import Records
from explorer.runs.run import Run
from explorer.store.database import StoreUnavailable
from explorer.store.run_store import RunStore
from explorer.store.tables import batches
from tests.own_machine import write_mnist
from tests.processes import until
from tests.runs.sample_records import Seen

# Long enough to be acted upon, whatever else the machine does.
LONG = TrainingConfig(dataset="digits", device="cpu", batch_size=10, epochs=1000)
SHORT = TrainingConfig(dataset="digits", device="cpu", hidden_sizes=(20,), epochs=2)


@pytest.fixture
def started(store: RunStore) -> Iterator[RunStore]:
    """A store whose workers are ended with the test."""
    yield store
    for child in children_of(store):
        child.kill()
        child.wait()


def children_of(store: RunStore) -> list[subprocess.Popen[bytes]]:
    folder = worker_processes.slot_folder(store)
    return [
        child
        for lock_file, child in worker_processes._children.items()
        if lock_file.parent == folder
    ]


def wait_for(
    store: RunStore, run_id: str, condition: Callable[[Run, Records], object], seconds: float = 90
) -> Run:
    deadline = time.monotonic() + seconds
    while True:
        run = store.runs.get(run_id)
        if condition(run, store.records.read(run_id)):
            return run
        assert launcher.state_of(run) not in ("failed", "lost"), launcher.explain(run)
        assert time.monotonic() < deadline, f"still {run.status}: {run.message}"
        time.sleep(0.02)


def state_is(state: str) -> Callable[[Run, Records], bool]:
    return lambda run, _: launcher.state_of(run) == state


def has_steps(run: Run, records: Records) -> bool:
    return bool(Seen(records.curves[0]).steps.size)


def num_batches(store: RunStore, run_id: str) -> int:
    query = sa.select(sa.func.count()).where(batches.c.run_id == run_id)
    with store._database.transaction() as connection:
        return connection.execute(query).scalar_one()


def test_a_race_is_run_steered_stopped_and_the_queue_goes_on(started: RunStore) -> None:
    """One worker's whole life, since each costs a start of torch."""
    race = [LONG, replace(LONG, loss="softmax_squared_error")]
    run_id = launcher.start(race, "a race")
    queued = launcher.start([SHORT])
    assert launcher.ensure_workers() == 0
    run = wait_for(started, run_id, has_steps)
    assert launcher.state_of(run) == "running"
    assert started.runs.get(queued).queue_place == 1
    assert launcher.explain(started.runs.get(queued)).startswith("Place 1 in the queue")
    info = started.runs.get(run_id).info
    assert info is not None
    assert info.dataset_description.endswith("not MNIST")
    assert (info.device, info.threads) == ("cpu", 1)
    assert info.digit_labels.tolist() == [label for digit in range(10) for label in (digit, digit)]

    launcher.pause(run_id)
    held = wait_for(started, run_id, state_is("paused")).progress.step
    time.sleep(0.5)
    assert started.runs.get(run_id).progress.step == held
    assert Seen(started.records.read(run_id).curves[0]).steps[-1] == held
    launcher.set_learning_rate(run_id, 0.5, 1)
    launcher.resume(run_id)
    wait_for(started, run_id, lambda run, _: run.progress.step > held + 10)
    wait_for(started, run_id, lambda _, records: Seen(records.curves[1]).learning_rates)
    (rate,) = Seen(started.records.read(run_id).curves[1]).learning_rates.values()
    assert rate == 0.5
    assert not Seen(started.records.read(run_id).curves[0]).learning_rates

    launcher.request_stop(run_id)
    wait_for(started, run_id, state_is("stopped"))
    steps = Seen(started.records.read(run_id).curves[0]).steps
    assert steps.tolist() == list(range(1, len(steps) + 1))

    finished = wait_for(started, queued, state_is("finished"))
    assert finished.progress.fraction == 1.0
    assert launcher.explain(finished) == ""
    (curve,) = map(Seen, started.records.read(queued).curves)
    assert curve.steps.size == finished.progress.total_steps == 16
    assert curve.evaluations[-1].full
    assert started.weights.get(queued, 0)["0.weight"].shape == (20, 784)
    wait_for(started, queued, lambda *_: num_batches(started, queued) == 1)
    assert Seen(started.records.read(queued).curves[0]).steps.tolist() == curve.steps.tolist()

    next_run = launcher.start([LONG])
    run = wait_for(started, next_run, lambda run, _: run.worker)
    assert run.worker == started.runs.get(queued).worker, "the warm worker takes it"


def test_a_killed_worker_leaves_a_lost_run_and_the_next_run_gets_a_new_one(
    started: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = launcher.start([LONG])
    run = wait_for(started, lost, has_steps)
    queued = launcher.start([SHORT])
    assert run.worker is not None
    os.kill(run.worker.pid, signal.SIGKILL)
    until(lambda: launcher.state_of(started.runs.get(lost)) == "lost", "the run is lost", 30)
    assert Seen(started.records.read(lost).curves[0]).steps.size
    assert "what it recorded is kept" in launcher.explain(started.runs.get(lost))
    assert launcher.state_of(started.runs.get(queued)) == "queued"
    monkeypatch.setenv("EXPLORER_IDLE_MINUTES", "0.005")
    until(launcher.ensure_workers, "a new worker is started", 90)
    wait_for(started, queued, state_is("finished"))
    # Left alone, the new one leaves by itself.
    (child,) = children_of(started)
    assert child.wait(timeout=90) == 0


def test_a_worker_outlives_the_process_that_started_it(started: RunStore) -> None:
    program = (
        "import sys\n"
        "from explorer.jobs import launcher\n"
        "from explorer.runs.config import TrainingConfig\n"
        "print(launcher.start([TrainingConfig.from_json(sys.argv[1])]))\n"
        "assert 'torch' not in sys.modules\n"
    )
    root = Path(__file__).resolve().parents[2]
    server = subprocess.run(
        [sys.executable, "-c", program, LONG.to_json()],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=root,
    )
    run_id = server.stdout.strip()
    run = wait_for(started, run_id, has_steps)
    assert run.worker is not None
    process = psutil.Process(run.worker.pid)
    assert launcher.ensure_workers() == 0, "its lock says that the slot is taken"
    launcher.request_stop(run_id)
    wait_for(started, run_id, state_is("stopped"))
    shutil.rmtree(started.folder)
    # Without its folder nobody can reach the worker any more, and it leaves.
    psutil.wait_procs([process], timeout=90)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_damaged_data_folder_fails_the_run_in_a_sentence(
    started: RunStore, tmp_path: Path, images, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_mnist(tmp_path / "given", images)
    (tmp_path / "given" / FILES["train_labels"]).write_bytes(b"damaged")
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path / "given"))
    run_id = launcher.start([replace(SHORT, dataset="auto")])
    until(lambda: launcher.state_of(started.runs.get(run_id)) == "failed", "the run fails", 90)
    assert FILES["train_labels"] in launcher.explain(started.runs.get(run_id))
    # The worker goes on, and takes the file once it is whole.
    write_mnist(tmp_path / "given", images)
    again = launcher.start([replace(SHORT, dataset="auto")])
    wait_for(started, again, state_is("finished"))
    info = started.runs.get(again).info
    assert info is not None
    assert info.train_images == 600


def test_a_process_number_used_again_is_not_the_worker() -> None:
    me = worker_processes.this_process()
    assert worker_processes.is_alive(me) is True
    assert worker_processes.is_alive(replace(me, create_time=me.create_time - 100)) is False
    assert worker_processes.is_alive(replace(me, host="elsewhere")) is None
    assert worker_processes.is_alive(None) is None


def test_a_process_that_ended_is_not_alive_though_nobody_has_collected_it() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    mark = worker_processes.mark_of(psutil.Process(child.pid))
    assert worker_processes.is_alive(mark) is True
    child.kill()
    until(lambda: worker_processes.is_alive(mark) is False, "it has ended")
    child.communicate()
    assert worker_processes.is_alive(mark) is False


@pytest.mark.parametrize(
    ("variable", "kind", "texts"),
    [
        ("EXPLORER_MAX_WORKERS", "a whole number", ["0", "-1", "many", "65", ""]),
        ("EXPLORER_IDLE_MINUTES", "a number of minutes", ["0", "-1", "soon", "nan"]),
    ],
)
def test_a_setting_that_makes_no_sense_is_told(
    variable: str, kind: str, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in texts:
        monkeypatch.setenv(variable, text)
        with pytest.raises(ConfigError, match=f"{variable} must be {kind}"):
            launcher.ensure_workers()


def test_a_worker_that_does_not_start_is_told_and_not_started_over_and_over(
    started: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "torch.py").write_text("raise ImportError('libcudart.so is missing')")
    monkeypatch.setattr(
        worker_processes, "_PROJECT", f"{broken}{os.pathsep}{worker_processes._PROJECT}"
    )
    run_id = launcher.start([SHORT])
    (child,) = children_of(started)
    assert child.wait(timeout=60) == 1
    assert launcher.ensure_workers() == 0
    told = launcher.explain(started.runs.get(run_id))
    assert told == "The training process did not start: ImportError: libcudart.so is missing"


def test_two_stores_in_one_folder_have_workers_of_their_own(tmp_path: Path) -> None:
    folders = [
        worker_processes.make_slot_folder(RunStore(f"sqlite:///{tmp_path}/{name}.sqlite3"))
        for name in "ab"
    ]
    held = [worker_processes.take_slot(folder, "0") for folder in folders]
    assert None not in held


def test_what_a_process_said_before_it_had_a_log_is_told(store: RunStore, tmp_path: Path) -> None:
    nothing = str(tmp_path / "nothing")
    assert worker_processes.ensure_process(store, "ray", ["json.tool", nothing]) == 1
    worker_processes.started_here(store, "ray").wait(timeout=60)
    assert "No such file" in worker_processes.start_failure(store, "ray")
    # It is no worker of this machine, and not tried again at once.
    assert worker_processes.start_failure(store) == ""
    assert worker_processes.ensure_process(store, "ray", ["json.tool", nothing]) == 0


def test_a_folder_that_cannot_be_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EXPLORER_DATABASE_URL", f"sqlite:///{tmp_path}/file/runs.sqlite3")
    with pytest.raises(StoreUnavailable, match="No process for trainings"):
        launcher.ensure_workers()


def test_whether_mnist_is_at_hand_is_known_without_loading_it(images) -> None:
    assert not launcher.mnist_is_at_hand()
    write_mnist(cache_folder(), images)
    assert launcher.mnist_is_at_hand()
