"""How much may wait: of one person, and of everybody."""

from __future__ import annotations

import pytest

from explorer.jobs.sweep_scheduler import continue_open
from explorer.runs.config import ConfigError, TrainingConfig
from explorer.store import queue_limits
from explorer.store.run_store import QueueFull, RunStore
from tests.runs.sample_records import MARK, grid_of

RACE = [TrainingConfig()]
GRID = grid_of(RACE[0])


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_MAX_QUEUED", "5")
    monkeypatch.setenv("EXPLORER_MAX_QUEUED_PER_PERSON", "2")


def test_a_person_may_have_so_many_races_and_sweeps_waiting_and_no_more(
    store: RunStore, small_limits: None
) -> None:
    store.runs.create(RACE, person="one")
    store.sweeps.create(GRID, person="one")
    for create in (store.runs.create, store.sweeps.create):
        given = RACE if create == store.runs.create else GRID
        with pytest.raises(
            QueueFull, match=r"2 of your races and sweeps are waiting already.*stop one"
        ):
            create(given, person="one")
    store.runs.create(RACE, person="another")
    assert store.runs.claim_next(MARK)
    store.runs.create(RACE, person="one")


def test_everybody_together_may_have_so_many_waiting_and_no_more(
    store: RunStore, small_limits: None
) -> None:
    for person in ("a", "b", "c", "d", ""):
        last = store.runs.create(RACE, person=person)
    with pytest.raises(QueueFull, match=r"5 races and sweeps are waiting already.*try again"):
        store.runs.create(RACE, person="e")
    store.requests.stop(last)
    store.runs.create(RACE, person="e")


def test_the_runs_of_a_sweep_count_with_it_and_no_longer_when_it_is_done(
    store: RunStore, small_limits: None
) -> None:
    sweep_id = store.sweeps.create(GRID, person="one")
    assert continue_open(store, lambda _: None)
    store.runs.create(RACE, person="one")
    with pytest.raises(QueueFull):
        store.runs.create(RACE, person="one")
    store.sweeps.close(sweep_id)
    store.runs.create(RACE, person="one")


@pytest.mark.parametrize("variable", ["EXPLORER_MAX_QUEUED", "EXPLORER_MAX_QUEUED_PER_PERSON"])
@pytest.mark.parametrize("text", ["0", "-1", "many", ""])
def test_a_limit_that_makes_no_sense_is_told(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, variable: str, text: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(ConfigError, match=f"{variable} must be a whole number of at least 1"):
        store.runs.create(RACE, person="one")


def test_a_run_that_asks_for_too_much_work_is_refused_with_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = TrainingConfig(epochs=3)
    work = 3 * config.num_parameters
    for text in ("", str(2 * work), f"{2 * work:e}"):
        monkeypatch.setenv(queue_limits.WORK_VARIABLE, text)
        queue_limits.check_work([config, config])
    monkeypatch.setenv(queue_limits.WORK_VARIABLE, str(2 * work - 1))
    with pytest.raises(ConfigError, match=f"{2 * work:,} epochs × parameters"):
        queue_limits.check_work([config, config])
    for text in ("many", "0", "-1", "nan"):
        monkeypatch.setenv(queue_limits.WORK_VARIABLE, text)
        with pytest.raises(ConfigError, match="a number above 0"):
            queue_limits.check_work([config])


def test_a_run_of_a_sweep_has_no_more_work_than_a_race_may(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(queue_limits.WORK_VARIABLE, str(2.5 * queue_limits.work_of(RACE[0])))
    store.sweeps.create(grid_of(RACE[0], seed=(1, 2, 3, 4, 5)))
    assert continue_open(store, lambda _: None)
    assert len(store.runs.claim_next(MARK).configs) == 2
