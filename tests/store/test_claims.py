"""Who may write to a run, whose silence counts, and what is written twice: never."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace

import pytest

from explorer.jobs import launcher
from explorer.jobs.sweep_scheduler import continue_open
from explorer.runs.config import TrainingConfig
from explorer.runs.run import LEASE_SECONDS, Progress, run_state
from explorer.store import sweeps
from explorer.store.reach import LONGEST_WAIT_SECONDS
from explorer.store.run_store import ClaimLost, RunStore, StoreUnavailable
from explorer.store.tables import runs
from tests.runs.sample_records import MARK, Seen, grid_of, make_info, steps

RACE = [TrainingConfig()]
OTHER = replace(MARK, pid=99)
ELSEWHERE = replace(MARK, host="ray:node 7")


def let_pass(store: RunStore, run_id: str, seconds: float) -> None:
    """Make a run's last sign of life so much older."""
    with store._database.transaction() as connection:
        older = runs.update().where(runs.c.id == run_id)
        connection.execute(older.values(heartbeat=runs.c.heartbeat - seconds))


def hear_all(store: RunStore) -> None:
    """Have a store that could be used without a break for longer than a lease."""
    store._database.reach._since = time.monotonic() - 10 * LEASE_SECONDS
    store._database.reach._last = time.monotonic()


@contextmanager
def answers_lost(store: RunStore):
    """Let every transaction be committed, and fail only then, as when a connection is cut."""
    transaction = store._database.transaction

    @contextmanager
    def cut(**options):
        with transaction(**options) as connection:
            yield connection
        raise StoreUnavailable("The connection was cut.")

    store._database.transaction = cut
    try:
        yield
    finally:
        store._database.transaction = transaction


WRITINGS: dict[str, Callable[[RunStore, str], object]] = {
    "records": lambda store, run_id: store.records.append(run_id, steps(11, 5), Progress(15, 100)),
    "beat": lambda store, run_id: store.runs.heartbeat(run_id),
    "end": lambda store, run_id: store.runs.finish(run_id, "finished"),
    "message": lambda store, run_id: store.runs.set_message(run_id, "Reading."),
    "pause": lambda store, run_id: store.runs.set_paused(run_id, True),
    "info": lambda store, run_id: store.runs.set_info(run_id, make_info()),
}


@pytest.mark.parametrize("kind", WRITINGS)
def test_without_the_claim_nothing_is_written(store: RunStore, kind: str) -> None:
    run_id = store.runs.create(RACE)
    worker, stranger = RunStore(store.url), RunStore(store.url)
    worker.runs.claim_next(MARK)
    worker.records.append(run_id, steps(1, 10))
    before = store.runs.get(run_id)
    with pytest.raises(ClaimLost, match="no longer belongs to this training process"):
        WRITINGS[kind](stranger, run_id)
    after = store.runs.get(run_id)
    assert replace(after, silence=None) == replace(before, silence=None)
    assert Seen(store.records.read(run_id).curves[0]).steps.tolist() == list(range(1, 11))
    WRITINGS[kind](worker, run_id)
    worker.close()
    stranger.close()


@pytest.mark.parametrize("kind", WRITINGS)
def test_a_worker_that_slept_until_its_cells_were_given_to_another_writes_no_more(
    store: RunStore, kind: str
) -> None:
    sleeper, other = RunStore(store.url), RunStore(store.url)
    store.sweeps.create(grid_of(RACE[0]))
    assert continue_open(sleeper, lambda _: None)
    slept = sleeper.runs.claim_next(ELSEWHERE)
    sleeper.records.append(slept.id, steps(1, 10))
    hear_all(other)
    let_pass(store, slept.id, LEASE_SECONDS - 5)
    assert not continue_open(other, lambda _: None), "its lease has not lapsed yet"
    let_pass(store, slept.id, 5.5)
    assert continue_open(other, lambda _: None)
    again = other.runs.claim_next(OTHER)
    assert again.id != slept.id
    with pytest.raises(ClaimLost):
        WRITINGS[kind](sleeper, slept.id)
    assert store.runs.get(slept.id).status == "lost"
    assert Seen(store.records.read(slept.id).curves[0]).steps.tolist() == list(range(1, 11))
    WRITINGS[kind](other, again.id)
    sleeper.close()
    other.close()


def test_a_worker_renews_its_claim_until_another_has_taken_it(store: RunStore) -> None:
    run_id = store.runs.create(RACE)
    store.runs.claim_next(ELSEWHERE)
    hear_all(store)
    let_pass(store, run_id, LEASE_SECONDS + 1)
    assert launcher.state_of(store.runs.get(run_id)) == "lost"
    store.runs.heartbeat(run_id)
    assert launcher.state_of(store.runs.get(run_id)) == "running"
    store.records.append(run_id, steps(1, 5))
    store.runs.finish(run_id, "finished")
    assert store.runs.get(run_id).status == "finished"


def test_a_run_that_speaks_in_the_moment_of_its_loss_is_not_taken(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.sweeps.create(grid_of(RACE[0]))
    continue_open(store, lambda _: None)
    run = store.runs.claim_next(ELSEWHERE)
    let_pass(store, run.id, LEASE_SECONDS + 1)
    hear_all(store)
    listed = [replace(row, heartbeat=row.heartbeat - 1) for row in store.curves.list()]
    monkeypatch.setattr(sweeps, "listed_curves", lambda *_: listed)
    assert not continue_open(store, lambda _: None)
    assert store.runs.get(run.id).status == "running"
    store.runs.heartbeat(run.id)


def test_leases_go_by_the_clock_of_the_database_alone(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.runs.create(RACE)
    now = time.time()
    for skew in (-3600.0, 3600.0):
        # The worker's machine, and then the judge's, is an hour off.
        worker, judge = RunStore(store.url), RunStore(store.url)
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda skew=skew: now + skew)
            if skew < 0:
                worker.runs.claim_next(ELSEWHERE)
                claims = worker._database.claims
            worker._database.claims = claims
            worker.runs.heartbeat(run_id)
        hear_all(judge)
        run = judge.runs.get(run_id)
        assert abs(run.silence) < LEASE_SECONDS
        assert abs(run.heartbeat - now) < 60
        let_pass(store, run_id, LEASE_SECONDS + 1)
        hear_all(judge)
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda skew=skew: now + skew)
            assert run_state(judge.runs.get(run_id), None) == "lost"
            (row,) = judge.curves.list()
            assert run_state(row, None) == "lost"
        worker.close()
        judge.close()


def test_time_in_which_the_store_could_not_be_used_counts_against_no_lease(
    store: RunStore,
) -> None:
    run_id = store.runs.create(RACE)
    store.runs.claim_next(ELSEWHERE)
    let_pass(store, run_id, LONGEST_WAIT_SECONDS - 60)
    hear_all(store)
    store._database.reach.failed()
    assert launcher.state_of(store.runs.get(run_id)) == "running"
    # A process that has just begun has not heard whether anybody could have spoken.
    fresh = RunStore(store.url)
    assert launcher.state_of(fresh.runs.get(run_id)) == "running"
    hear_all(fresh)
    assert launcher.state_of(fresh.runs.get(run_id)) == "lost"
    # Nobody waits that long.
    let_pass(store, run_id, 120)
    store._database.reach.failed()
    assert launcher.state_of(store.runs.get(run_id)) == "lost"
    fresh.close()


def test_a_batch_whose_answer_was_lost_is_not_written_twice(store: RunStore) -> None:
    run_id = store.runs.create(RACE)
    store.runs.claim_next(MARK)
    store.records.append(run_id, steps(1, 5), number=0)
    with answers_lost(store), pytest.raises(StoreUnavailable):
        store.records.append(run_id, steps(6, 5), number=1)
    store.records.append(run_id, steps(6, 5), Progress(10, 100), number=1)
    store.records.append(run_id, steps(11, 5), number=2)
    assert Seen(store.records.read(run_id).curves[0]).steps.tolist() == list(range(1, 16))
    (row,) = store.curves.list()
    assert row.summary.steps == 15


def test_batches_are_counted_anew_under_every_claim(store: RunStore) -> None:
    first, second = store.runs.create(RACE), store.runs.create(RACE)
    for run_id in (first, second):
        assert store.runs.claim_next(MARK).id == run_id
        for number in (0, 1):
            store.records.append(run_id, steps(1 + 5 * number, 5), number=number)
    assert Seen(store.records.read(second).curves[0]).steps.tolist() == list(range(1, 11))


def test_a_claim_whose_answer_was_lost_is_found_again(store: RunStore) -> None:
    first, second = store.runs.create(RACE), store.runs.create(RACE)
    with answers_lost(store), pytest.raises(StoreUnavailable):
        store.runs.claim_next(MARK)
    assert store.runs.claim_next(MARK).id == first
    store.records.append(first, steps(1, 5))
    assert store.runs.claim_next(MARK).id == second
    assert store.runs.claim_next(MARK) is None


def test_a_claim_that_failed_leaves_the_run_for_others(store: RunStore) -> None:
    run_id = store.runs.create(RACE)
    other = RunStore(store.url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("explorer.store.runs._claim", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            store.runs.claim_next(MARK)
    assert other.runs.claim_next(OTHER).id == run_id
    assert store.runs.claim_next(MARK) is None
    other.close()
