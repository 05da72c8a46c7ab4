from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from explorer.runs.config import ConfigError, TrainingConfig
from explorer.runs.run import Progress
from explorer.store import records
from explorer.store.run_store import RunStore, UnknownRun
from tests.runs.sample_records import MARK, Seen, steps

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = [TrainingConfig(), TrainingConfig(loss="softmax_squared_error")]


def test_a_run_begins_queued_with_its_configs_and_place(store: RunStore) -> None:
    first, second = store.runs.create(CONFIGS, "CE against MSE"), store.runs.create(CONFIGS)
    run = store.runs.get(first)
    assert (run.status, run.name, run.configs) == ("queued", "CE against MSE", tuple(CONFIGS))
    assert (run.queue_place, store.runs.get(second).queue_place) == (1, 2)
    assert [run.id for run in store.runs.list()] == [second, first]
    assert len(store.runs.list(limit=1)) == 1


def test_what_is_appended_is_read_once_and_in_order(store: RunStore) -> None:
    run_id = store.runs.create(CONFIGS)
    store.records.append(run_id, steps(1, 50) + steps(1, 50, curve=1, loss=math.nan))
    everything = store.records.read(run_id)
    store.records.append(run_id, steps(51, 10, loss=-math.inf), Progress(60, 300, 1e4, 5.0))
    newer = store.records.read(run_id, after=everything.cursor)
    assert Seen(newer.curves[0]).steps.tolist() == list(range(51, 61))
    assert np.isneginf(Seen(newer.curves[0]).losses).all()
    assert np.isnan(Seen(everything.curves[1]).losses).all()
    assert Seen(newer.curves[1]).steps.size == 0
    assert not store.records.read(run_id, after=newer.cursor)
    both, whole = everything.extended(newer), store.records.read(run_id)
    np.testing.assert_array_equal(Seen(both.curves[0]).losses, Seen(whole.curves[0]).losses)
    assert Seen(whole.curves[0]).steps.tolist() == list(range(1, 61))
    assert store.runs.get(run_id).progress == Progress(60, 300, 1e4, 5.0)


def test_an_ended_run_is_compacted_and_nobody_reads_anything_twice(store: RunStore) -> None:
    run_id, other = store.runs.create(CONFIGS), store.runs.create(CONFIGS)
    seen = [store.records.read(run_id)]
    for first in range(1, 31, 10):
        store.records.append(run_id, [*steps(first, 10), *steps(first, 10, curve=1, loss=math.nan)])
        store.records.append(other, steps(first, 10))
        seen.append(store.records.read(run_id))
    store.records.compact(run_id)
    for known in seen:
        newest = known.extended(store.records.read(run_id, after=known.cursor))
        assert Seen(newest.curves[0]).steps.tolist() == list(range(1, 31))
        assert np.isnan(Seen(newest.curves[1]).losses).all()
        assert newest.cursor == seen[-1].cursor
        assert not store.records.read(run_id, after=newest.cursor)
    # A worker that was believed dead goes on.
    store.records.append(run_id, steps(31, 5))
    for known in seen:
        newest = known.extended(store.records.read(run_id, after=known.cursor))
        assert Seen(newest.curves[0]).steps.tolist() == list(range(1, 36))
    store.records.compact(run_id)
    for known in (*seen, newest):
        again = known.extended(store.records.read(run_id, after=known.cursor))
        assert Seen(again.curves[0]).steps.tolist() == list(range(1, 36))
    assert Seen(store.records.read(other).curves[0]).steps.tolist() == list(range(1, 31))


def test_compacting_that_breaks_off_or_meets_another_loses_nothing(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.runs.create(CONFIGS)
    for first in range(1, 101, 10):
        store.records.append(run_id, steps(first, 10))
    whole = records.from_bytes
    with monkeypatch.context() as patch:

        def after_another(*arguments: object) -> object:
            patch.undo()
            store.records.compact(run_id)
            return whole(*arguments)

        patch.setattr(records, "from_bytes", after_another)
        store.records.compact(run_id)
    assert Seen(store.records.read(run_id).curves[0]).steps.tolist() == list(range(1, 101))
    store.records.append(run_id, steps(101, 10))
    with monkeypatch.context() as patch:
        # The last statement fails when everything else is done.
        patch.setattr(records.sa, "update", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            store.records.compact(run_id)
    assert Seen(store.records.read(run_id).curves[0]).steps.tolist() == list(range(1, 111))


def test_tidying_goes_on_until_nothing_is_left_and_leaves_running_runs_alone(
    store: RunStore,
) -> None:
    ended, running = store.runs.create(CONFIGS), store.runs.create(CONFIGS)
    for run_id in (ended, running):
        store.runs.claim_next(MARK)
        for first in (1, 11, 21):
            store.records.append(run_id, steps(first, 10))
    store.runs.finish(ended, "stopped")
    assert store.tidy()
    assert not store.tidy()
    with store._database.transaction() as connection:
        count = "SELECT run_id, count(*) FROM batches GROUP BY run_id"
        assert dict(map(tuple, connection.exec_driver_sql(count))) == {ended: 1, running: 3}
    assert Seen(store.records.read(ended).curves[0]).steps.tolist() == list(range(1, 31))


def test_runs_do_not_see_each_others_records(store: RunStore) -> None:
    one, other = store.runs.create(CONFIGS), store.runs.create(CONFIGS)
    store.records.append(one, steps(1, 5))
    assert not store.records.read(other)


def test_an_unknown_run_is_told_in_a_sentence(store: RunStore) -> None:
    uses = (
        store.runs.get, store.runs.heartbeat, store.records.read, store.records.compact,
        store.requests.stop, store.requests.control, store.curves.delete, store.curves.restore,
        lambda run_id: store.annotations.rename_run(run_id, "name"),
        lambda run_id: store.annotations.set_tags(run_id, ["tag"], 0),
    )  # fmt: skip
    for use in uses:
        with pytest.raises(UnknownRun, match="no recorded run") as told:
            use("nowhere")
        assert str(told.value).endswith(".")
    with pytest.raises(UnknownRun):
        store.records.append("nowhere", steps(1, 1))


def test_requests_reach_the_run(store: RunStore) -> None:
    run_id = store.runs.create(CONFIGS)
    store.runs.claim_next(MARK)
    store.requests.pause(run_id)
    assert store.requests.control(run_id).pause
    store.requests.resume(run_id)
    store.requests.set_learning_rate(run_id, 0.5)
    store.requests.set_learning_rate(run_id, 0.25, curve=1)
    store.requests.stop(run_id)
    control = store.requests.control(run_id)
    assert (control.stop, control.pause) == (True, False)
    assert control.learning_rates == {0: 0.5, 1: 0.25}
    assert store.runs.get(run_id).status == "running"


def test_a_learning_rate_that_cannot_be_used_is_refused(store: RunStore) -> None:
    run_id = store.runs.create(CONFIGS)
    for value in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ConfigError):
            store.requests.set_learning_rate(run_id, value)
    with pytest.raises(ConfigError, match="no curve 2"):
        store.requests.set_learning_rate(run_id, 0.1, curve=2)


def test_stopping_a_queued_run_ends_it_at_once(store: RunStore) -> None:
    first, second = store.runs.create(CONFIGS), store.runs.create(CONFIGS)
    store.requests.stop(first)
    assert store.runs.get(first).status == "stopped"
    assert store.runs.get(second).queue_place == 1
    claimed = store.runs.claim_next(MARK)
    assert claimed is not None
    assert claimed.id == second


def test_many_workers_never_claim_the_same_run(store: RunStore) -> None:
    created = [store.runs.create(CONFIGS) for _ in range(12)]
    start = threading.Barrier(6)

    def claim(_: int) -> list[str]:
        own = RunStore(store.url)
        start.wait()
        claimed = []
        while run := own.runs.claim_next(MARK):
            claimed.append(run.id)
        own.close()
        return claimed

    with ThreadPoolExecutor(6) as pool:
        claimed = [run_id for part in pool.map(claim, range(6)) for run_id in part]
    assert sorted(claimed) == sorted(created)
    assert store.runs.get(created[0]).worker == MARK


def test_concurrent_writers_lose_nothing(store: RunStore) -> None:
    runs = [store.runs.create(CONFIGS) for _ in range(4)]

    def write(run_id: str) -> None:
        own = RunStore(store.url)
        for first in range(1, 101, 5):
            own.records.append(run_id, steps(first, 5))
        own.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, runs))
    for run_id in runs:
        assert Seen(store.records.read(run_id).curves[0]).steps.tolist() == list(range(1, 101))


def test_a_killed_writer_loses_nothing_that_was_acknowledged(store: RunStore) -> None:
    run_id = store.runs.create(CONFIGS)
    program = (
        "import sys\n"
        "from tests.store.test_run_store import RunStore, steps\n"
        "store = RunStore()\n"
        "for first in range(1, 10_000_000, 5):\n"
        "    store.records.append(sys.argv[1], steps(first, 5))\n"
        "    print(first + 4, flush=True)\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", program, run_id], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert writer.stdout is not None
    acknowledged = 0
    while acknowledged < 200:
        acknowledged = int(writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    rest, _ = writer.communicate()
    acknowledged = max([acknowledged, *map(int, rest.split("\n")[:-1])])
    recorded = Seen(store.records.read(run_id).curves[0]).steps
    assert recorded.tolist() == list(range(1, len(recorded) + 1))
    assert len(recorded) >= acknowledged
    store.records.append(run_id, steps(1, 1))
