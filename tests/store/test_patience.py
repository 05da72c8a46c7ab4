"""Waiting for a store that comes back: no test here lets real time pass."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from explorer.runs.config import TrainingConfig
from explorer.store.database import StoreGone, StoreUnavailable
from explorer.store.patience import Patience
from explorer.store.rows import ClaimLost
from explorer.store.run_store import RunStore
from explorer.trainer.recording import Recorder, StoreWriter
from tests.runs.sample_records import MARK, Seen, steps
from tests.store.test_claims import answers_lost


class World:
    """A clock that only waiting moves on, and what waiting people are told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self.told: dict[object, str] = {}
        self.ever_told: list[str] = []
        self.patience = Patience(self, clock=lambda: self.now, pause=self.pause)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def began(self, who: object, sentence: str) -> None:
        self.told[who] = sentence
        self.ever_told.append(sentence)

    def ended(self, who: object) -> None:
        self.told.pop(who, None)

    def broken(self, seconds: float, error: Exception | None = None) -> Callable[[], str]:
        """Return what works once so much time has passed."""
        error = error or StoreUnavailable("The store is away.")
        until = self.now + seconds

        def act() -> str:
            if self.now < until:
                raise error
            return "done"

        return act


@pytest.fixture
def world() -> World:
    return World()


def test_what_works_is_done_once_and_nobody_is_told(world: World) -> None:
    assert world.patience.insist(world.broken(0)) == "done"
    assert not world.pauses
    assert not world.ever_told


@pytest.mark.parametrize("seconds", [0.05, 45, 600, 890])
def test_a_store_that_comes_back_within_a_quarter_of_an_hour_is_waited_for(
    world: World, seconds: float
) -> None:
    assert world.patience.insist(world.broken(seconds)) == "done"
    assert seconds <= world.now < seconds + 3.1
    assert set(world.ever_told) == {"The store is away."}
    assert not world.told


def test_tries_come_less_and_less_often(world: World) -> None:
    world.patience.insist(world.broken(120))
    assert world.pauses == sorted(world.pauses)
    assert world.pauses[0] <= 0.1
    assert world.pauses[-1] == max(world.pauses) == 3.0
    assert len(world.pauses) < 60


def test_after_that_it_is_given_up_with_its_reason(world: World) -> None:
    with pytest.raises(StoreUnavailable, match=r"The store is away\. The training waited 15 min"):
        world.patience.insist(world.broken(10_000))
    assert 900 <= world.now < 910
    assert not world.told


@pytest.mark.parametrize("error", [StoreGone("Deleted."), ClaimLost("Taken."), KeyError("bug")])
def test_what_no_waiting_helps_is_raised_at_once(world: World, error: Exception) -> None:
    with pytest.raises(type(error)):
        world.patience.insist(world.broken(60, error))
    assert not world.pauses


@pytest.fixture
def run_id(store: RunStore) -> str:
    run_id = store.runs.create([TrainingConfig()])
    store.runs.claim_next(MARK)
    return run_id


def record(recorder: Recorder, first: int, count: int) -> None:
    for one in steps(first, count):
        recorder.add(one)
    recorder.flush()


def test_a_fault_of_the_store_neither_stops_a_training_nor_loses_or_doubles_a_record(
    store: RunStore, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = threading.Event()
    noticed = threading.Event()
    came_back = threading.Event()
    world = World()

    def pause(_: float) -> None:
        noticed.set()
        came_back.wait()

    append, failures = store.records.append, 0

    def fails_while_away(*arguments: object, **options: object) -> None:
        nonlocal failures
        if away.is_set() and not came_back.is_set():
            failures += 1
            if failures == 1:
                # The first time it is written, and only the answer is lost.
                with answers_lost(store):
                    append(*arguments, **options)
            raise StoreUnavailable("The store is away.")
        append(*arguments, **options)

    monkeypatch.setattr(store.records, "append", fails_while_away)
    with StoreWriter(Patience(world, pause=pause)) as writer:
        recorder = Recorder(store, run_id, [100], writer.put)
        record(recorder, 1, 10)
        writer.drain()
        away.set()
        for first in range(11, 91, 10):
            record(recorder, first, 10)
        told = (
            noticed.wait(30),
            Seen(store.records.read(run_id).curves[0]).steps.size,
            writer.is_full,
        )
        came_back.set()
        record(recorder, 91, 10)
    assert told == (True, 20, False)
    assert Seen(store.records.read(run_id).curves[0]).steps.tolist() == list(range(1, 101))
    assert failures == 1
    assert not world.told


def test_what_is_held_in_memory_has_an_end(store: RunStore, run_id: str) -> None:
    came_back = threading.Event()

    def write() -> None:
        if not came_back.is_set():
            raise StoreUnavailable("The store is away.")

    with StoreWriter(Patience(pause=lambda _: came_back.wait()), most_held=100) as writer:
        for _ in range(10):
            writer.put(write, 10)
        before = writer.is_full
        writer.put(write, 10)
        after = writer.is_full
        came_back.set()
        writer.drain()
        drained = writer.is_full
    assert (before, after, drained) == (False, True, False)


def test_writings_keep_their_order_whatever_fails_between(store: RunStore) -> None:
    done: list[int] = []
    failed: set[int] = set()

    def write(place: int) -> None:
        if place % 3 == 0 and place not in failed:
            failed.add(place)
            raise StoreUnavailable("The store is away.")
        done.append(place)

    with StoreWriter(Patience(pause=lambda _: None)) as writer:
        for place in range(30):
            writer.put(lambda place=place: write(place))
    assert done == list(range(30))


def test_what_ends_the_writing_is_told_where_the_training_runs() -> None:
    def taken() -> None:
        raise ClaimLost("Taken.")

    writer = StoreWriter(Patience())

    def train() -> None:
        with writer:
            writer.put(taken)
            writer.drain()

    with pytest.raises(ClaimLost):
        train()
    with pytest.raises(ClaimLost):
        writer.put(lambda: None)
