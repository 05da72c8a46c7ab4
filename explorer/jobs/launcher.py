"""Start, steer and watch trainings from a process that never imports torch itself."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import psutil

from explorer.jobs import memory, worker_processes
from explorer.jobs.engine import engine
from explorer.jobs.lost_runs import why_lost
from explorer.jobs.worker_status import read_status, waiting_pids
from explorer.runs.config import ConfigError, TrainingConfig
from explorer.runs.mnist_files import is_at_hand
from explorer.runs.run import (
    ENDED,
    FAILED,
    LOST,
    PAUSED,
    QUEUED,
    RUNNING,
    CurveRow,
    Run,
    run_state,
)
from explorer.store.database import StoreUnavailable
from explorer.store.queue_limits import check_work
from explorer.store.run_store import RunStore
from explorer.store.run_store import default_store as default_store


def start(
    configs: Sequence[TrainingConfig],
    name: str | None = None,
    *,
    person: str = "",
    store: RunStore | None = None,
) -> str:
    """Queue a race, see that somebody takes it, and return the run's id.

    Args:
        configs: One per curve.
        person: Who asks, for the limit of what one may queue and to let them end it.
        store: The run store; by default the one that the environment names.

    Raises:
        ConfigError: The configs cannot race together, or do not fit into memory.
        QueueFull: So many wait already that no more are taken.
        StoreUnavailable: The run store cannot be used.
    """
    store = store or default_store()
    check_memory(configs, store)
    run_id = store.runs.create(configs, name, person)
    have_work_done(store)
    return run_id


def check_memory(configs: Sequence[TrainingConfig], store: RunStore) -> None:
    """Check that networks which are trained together are allowed and fit into memory.

    The worker looks once more, at the device itself, before it begins.

    Raises:
        ConfigError: They do not; with figures.
        StoreUnavailable: The run store cannot be used.
    """
    check_work(configs)
    device = configs[0].device if configs else "cpu"
    if device == "cuda":
        return
    words = memory.shortage(configs, memory.available_bytes())
    if words and device == "auto":
        # There may be a GPU with more.
        words = memory.shortage(configs, expected_memory_bytes(store.curves.list()))
    if words:
        raise ConfigError(words)


def have_work_done(store: RunStore) -> None:
    """See that somebody takes at once what was just queued.

    Raises:
        ConfigError: A setting of the environment cannot be used.
        StoreUnavailable: The folder for locks and logs cannot be written.
    """
    ensure_workers(store=store)
    engine().wake(store)


def expected_memory_bytes(rows: Sequence[CurveRow]) -> float:
    """Guess the memory that the next training can use: that of the GPU which the last one used.

    Args:
        rows: Curves that are kept, the newest first.
    """
    # What came with the app tells nothing of this machine.
    own = (row.environment for row in rows if not row.is_shipped)
    last = next(filter(None, own), None)
    if last is not None and last.device_memory_bytes:
        return float(last.device_memory_bytes)
    return memory.available_bytes()


def request_stop(run_id: str, *, store: RunStore | None = None) -> None:
    """Ask a run to stop; it does within a second, and a queued one at once."""
    (store or default_store()).requests.stop(run_id)


def pause(run_id: str, *, store: RunStore | None = None) -> None:
    """Ask a run to hold."""
    (store or default_store()).requests.pause(run_id)


def resume(run_id: str, *, store: RunStore | None = None) -> None:
    """Ask a held run to go on."""
    (store or default_store()).requests.resume(run_id)


def ensure_workers(*, store: RunStore | None = None) -> int:
    """See that workers are there or on their way, and return how many were started.

    Cheap enough for every rerun of a page: it warms the first worker and replaces killed ones.

    Raises:
        ConfigError: EXPLORER_MAX_WORKERS or EXPLORER_IDLE_MINUTES cannot be used.
        StoreUnavailable: The folder for locks and logs cannot be written.
    """
    return engine().ensure(store or default_store())


def max_workers() -> int:
    """Return how many trainings run at a time.

    Raises:
        ConfigError: EXPLORER_MAX_WORKERS cannot be used.
        StoreUnavailable: The run store cannot be used.
    """
    return engine().capacity()


def set_learning_rate(
    run_id: str, value: float, curve: int | None = None, *, store: RunStore | None = None
) -> None:
    """Change the learning rate of one curve, or of all, from the next step on."""
    (store or default_store()).requests.set_learning_rate(run_id, value, curve)


def began(run_ids: Collection[str], person: str) -> bool:
    """Tell whether a person started all of these runs, by what `start` was told."""
    return default_store().runs.began(run_ids, person)


def state_of(run: Run | CurveRow) -> str:
    """Return the state of a run now, its worker process looked at."""
    # Nobody needs to know who lives of a thousand runs that have ended.
    alive = None if run.status in ENDED else engine().is_alive(run.worker)
    return run_state(run, alive)


def delete(chosen: Iterable[tuple[str, int]], *, store: RunStore | None = None) -> None:
    """Delete curves, all of them or, where a run has not ended, none; `restore` undoes it.

    Args:
        chosen: Id of the run and index of each curve.

    Raises:
        RunBusy: A run waits or is being carried out.
        UnknownRun: There is no such run.
    """
    store, by_run = store or default_store(), _by_run(chosen)
    rows = {row.run_id: row for row in store.curves.list(by_run)}
    # Those that may refuse come first, so that nothing is deleted when one does.
    ended = {run_id for run_id, row in rows.items() if row.status in ENDED}
    for run_id in sorted(by_run, key=ended.__contains__):
        worker = rows[run_id].worker if run_id in rows else None
        store.curves.delete(run_id, by_run[run_id], alive=engine().is_alive(worker))


def restore(chosen: Iterable[tuple[str, int]], *, store: RunStore | None = None) -> None:
    """Bring deleted curves back; see `delete`."""
    store = store or default_store()
    for run_id, which in _by_run(chosen).items():
        store.curves.restore(run_id, which)


def _by_run(chosen: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    by_run: defaultdict[str, list[int]] = defaultdict(list)
    for run_id, curve in chosen:
        by_run[run_id].append(curve)
    return dict(by_run)


def explain(run: Run, *, store: RunStore | None = None) -> str:
    """Say in a plain sentence why a run is not going on, or return "" when nothing is amiss."""
    state = state_of(run)
    store = store or default_store()
    if state == FAILED:
        return run.error
    if state == LOST:
        sentence = (
            f"The training process ended unexpectedly at step {run.progress.step:,}; what it "
            "recorded is kept. Press Train to start again."
        )
        return f"{sentence} {why_lost(store, run)}".rstrip()
    if state in (RUNNING, PAUSED):
        return _waiting_words(run, store)
    if state == QUEUED:
        if failure := engine().start_failure(store):
            return failure
        return f"Place {run.queue_place} in the queue: it begins when a training process is free."
    return ""


def waiting_words(*, store: RunStore | None = None) -> str:
    """Say that trainings on this machine wait for the store; "" where none does.

    For when the store itself cannot be read: this comes from a file beside the workers' logs.
    """
    folder = worker_processes.slot_folder(store or default_store())
    waits = [
        status.waiting_since
        for pid, status in waiting_pids(folder).items()
        if psutil.pid_exists(pid)
    ]
    if not waits:
        return ""
    who = "A training process has" if len(waits) == 1 else f"{len(waits)} training processes have"
    seconds = max(0.0, time.time() - min(waits))
    return (
        f"{who} been waiting for the store for {seconds:,.0f} s: what is measured is held in "
        "memory, and the training goes on when the store can be used again."
    )


def _waiting_words(run: Run, store: RunStore) -> str:
    if run.worker is None or run.worker.host != worker_processes.process_space():
        return ""
    status = read_status(worker_processes.slot_folder(store), run.worker.pid)
    if status is None or not status.waiting:
        return ""
    seconds = max(0.0, time.time() - status.waiting_since)
    return (
        f"Waiting for the store for {seconds:,.0f} s now: what is measured is held in memory, and "
        f"nothing is lost. {status.waiting}"
    )


def store_problem() -> StoreUnavailable | None:
    """Return what is wrong with the run store that the environment names, or None."""
    try:
        default_store().check()
    except StoreUnavailable as error:
        return error
    return None


def mnist_is_at_hand() -> bool:
    """Tell whether a run on "auto" would train on MNIST if it began now, not on the digits."""
    return is_at_hand()
