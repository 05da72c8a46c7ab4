"""Sweeps carried to their end: in order, apart, stopped, resumed, and past what fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explorer.jobs import launcher, sweep_scheduler
from explorer.jobs.sweep_scheduler import (
    Cell,
    cells_of,
    continue_open,
    next_cells,
    seconds_per_work,
)
from explorer.jobs.worker_processes import this_process
from explorer.runs.config import TrainingConfig
from explorer.runs.run import FINISHED, STOPPED
from explorer.runs.sweep_grid import SweepGrid, bytes_per_curve
from explorer.runs.sweep_results import QUANTITIES, best_first, table, value_of
from explorer.store.run_store import RunStore, UnknownSweep
from explorer.store.tables import runs
from explorer.trainer import executor as executor_module
from explorer.trainer.executor import Executor
from tests.runs.sample_records import MARK, divergence, evaluation, grid_of, steps

BASE = TrainingConfig(dataset="digits", device="cpu", epochs=1, batch_size=200)


def grid(base: TrainingConfig = BASE, **values: tuple) -> SweepGrid:
    return grid_of(base, **values)


def room_for(count: int):
    return lambda config: 2.0 * bytes_per_curve(config) * (count + 0.5)


def queue_next(store: RunStore, size: int = 4) -> list[int] | None:
    """Let a worker without work look after the sweeps; return the cells that it queued."""
    if not continue_open(store, room_for(size)):
        return None
    newest = [run for one in store.sweeps.list() for run in one.runs][-1]
    return list(newest.cells)


def finish(store: RunStore, status: str = FINISHED, diverged: tuple[int, ...] = ()) -> str:
    run = store.runs.claim_next(this_process())
    records = []
    for curve in range(len(run.configs)):
        records += [*steps(1, 8, curve), evaluation(8, 0.8 + curve / 100, curve=curve, full=True)]
        if curve in diverged:
            records.append(divergence(curve, 8))
    store.records.append(run.id, records)
    store.runs.finish(run.id, status, "It cannot be." if status == "failed" else "")
    return run.id


def states(store: RunStore, sweep_id: str) -> list[str]:
    sweep = store.sweeps.get(sweep_id)
    rows = store.curves.list([run.run_id for run in sweep.runs])
    return [cell.state for cell in cells_of(sweep, rows)]


def test_a_sweep_is_kept_as_it_was_given(store):
    drawn = grid(learning_rate=(0.1, 0.2), seed=(0, 1))
    sweep = store.sweeps.get(store.sweeps.create(drawn, "rates"))
    assert (sweep.grid, sweep.name, sweep.is_open, sweep.attempt, sweep.runs) == (
        drawn, "rates", True, 1, (),
    )  # fmt: skip
    assert [one.id for one in store.sweeps.list()] == [sweep.id] == store.sweeps.list_open()
    with pytest.raises(UnknownSweep, match="There is no sweep “nothere”"):
        store.sweeps.get("nothere")
    with pytest.raises(UnknownSweep):
        store.sweeps.close("nothere")


def test_cells_are_queued_in_parts_that_fit_and_the_sweep_ends_by_itself(store):
    sweep_id = store.sweeps.create(grid(seed=tuple(range(7))))
    assert queue_next(store, 3) == [0, 1, 2]
    # What is queued is not queued again: a second worker takes the next part.
    assert queue_next(store, 3) == [3, 4, 5]
    finish(store)
    finish(store)
    assert queue_next(store, 3) == [6]
    assert queue_next(store, 3) is None
    assert store.sweeps.list_open() == [sweep_id]
    finish(store)
    assert queue_next(store, 3) is None
    assert store.sweeps.list_open() == []
    assert states(store, sweep_id) == ["finished"] * 7


def test_the_curves_of_a_part_are_the_cells_that_it_names(store):
    drawn = grid(learning_rate=(0.1, 0.2, 0.3), seed=(0, 1))
    store.sweeps.create(drawn)
    cells = queue_next(store, 4)
    run = store.runs.claim_next(MARK)
    assert [replace(config, name="") for config in run.configs] == [
        drawn.cells()[cell] for cell in cells
    ]


def test_a_diverged_cell_is_a_result_and_takes_no_other_with_it(store):
    sweep_id = store.sweeps.create(grid(seed=(0, 1, 2)))
    queue_next(store)
    finish(store, diverged=(1,))
    assert queue_next(store) is None
    assert states(store, sweep_id) == ["finished", "diverged", "finished"]


def test_what_failed_together_is_tried_again_one_by_one(store):
    sweep_id = store.sweeps.create(grid(seed=(0, 1, 2)))
    queue_next(store)
    finish(store, "failed")
    assert queue_next(store) == [0]
    finish(store)
    assert queue_next(store) == [1]
    finish(store, "failed")
    assert queue_next(store) == [2]
    finish(store)
    assert queue_next(store) is None
    assert store.sweeps.list_open() == []
    assert states(store, sweep_id) == ["finished", "failed", "finished"]


def lose(store: RunStore) -> None:
    """Have a worker take the next run and be killed."""
    store.runs.claim_next(replace(this_process(), create_time=1.0))


def test_lost_cells_are_innocent_and_tried_again_so_often_and_no_more(store):
    sweep_id = store.sweeps.create(grid(seed=(0, 1)))
    for expected in ([0, 1], [0, 1], [0], [1]):
        assert queue_next(store) == expected
        lose(store)
    assert queue_next(store) is None
    assert store.sweeps.list_open() == []
    assert states(store, sweep_id) == ["lost", "lost"]
    # Whoever asks for them once more gets as many trials again.
    store.sweeps.reopen(sweep_id)
    assert queue_next(store) == [0, 1]
    finish(store)
    assert queue_next(store) is None
    assert states(store, sweep_id) == ["finished", "finished"]


def test_a_loss_says_nothing_against_a_cell_and_a_failure_does(store):
    sweep_id = store.sweeps.create(grid(seed=(0, 1)))
    queue_next(store)
    finish(store, "failed")
    assert queue_next(store) == [0]
    lose(store)
    assert queue_next(store) == [0]
    finish(store)
    assert queue_next(store) == [1]
    finish(store, "failed")
    assert queue_next(store) is None
    assert states(store, sweep_id) == ["finished", "failed"]


def test_every_worker_gets_its_part_of_a_sweep(store, monkeypatch):
    monkeypatch.setenv("EXPLORER_MAX_WORKERS", "3")
    store.sweeps.create(grid(seed=tuple(range(8))))
    assert [queue_next(store, 8) for _ in range(4)] == [[0, 1, 2], [3, 4, 5], [6, 7], None]


def test_a_run_that_was_taken_from_its_worker_ends_there_and_the_next_is_trained(
    store, monkeypatch
):
    taken, other = store.runs.create([BASE]), store.runs.create([BASE])
    executor = Executor(store)
    run = store.runs.claim_next(this_process())

    def bursts(*_):
        with store._database.transaction() as connection:
            connection.execute(runs.update().values(claim_token="of another"))
        yield steps(1, 5)

    with monkeypatch.context() as patch:
        patch.setattr(executor_module, "bursts", bursts)
        executor.execute(run)
    assert store.runs.get(taken).status == "running"
    assert not store.records.read(taken)
    executor.execute(store.runs.claim_next(this_process()))
    assert store.runs.get(other).status == FINISHED


def test_stop_keeps_what_is_done_and_resume_trains_what_is_missing(store, monkeypatch):
    monkeypatch.setattr(launcher, "ensure_workers", lambda **_: 0)
    sweep_id = sweep_scheduler.start(grid(seed=tuple(range(6))), store=store)
    queue_next(store, 2)
    finish(store)
    queue_next(store, 2)
    running = store.runs.claim_next(this_process())
    queue_next(store, 2)
    sweep_scheduler.stop(sweep_id, store=store)
    assert store.requests.control(running.id).stop
    store.runs.finish(running.id, STOPPED)
    assert queue_next(store, 2) is None
    assert states(store, sweep_id) == ["finished"] * 2 + ["stopped"] * 4
    sweep_scheduler.resume(sweep_id, store=store)
    assert queue_next(store, 8) == [2, 3, 4, 5]
    finish(store)
    assert queue_next(store) is None
    assert states(store, sweep_id) == ["finished"] * 6


def test_resuming_tries_again_what_failed_alone(store, monkeypatch):
    monkeypatch.setattr(launcher, "ensure_workers", lambda **_: 0)
    sweep_id = store.sweeps.create(grid())
    queue_next(store)
    finish(store, "failed")
    assert queue_next(store) is None
    sweep_scheduler.resume(sweep_id, store=store)
    assert queue_next(store) == [0]


def test_a_deleted_curve_is_missing_and_can_be_trained_again(store, monkeypatch):
    monkeypatch.setattr(launcher, "ensure_workers", lambda **_: 0)
    sweep_id = store.sweeps.create(grid(seed=(0, 1, 2)))
    queue_next(store)
    run_id = finish(store)
    queue_next(store)
    store.curves.delete(run_id, [1])
    assert states(store, sweep_id) == ["finished", "missing", "finished"]
    sweep_scheduler.resume(sweep_id, store=store)
    assert queue_next(store) == [1]


def test_runs_of_others_come_before_the_next_part(store):
    store.sweeps.create(grid(seed=(0, 1)))
    other = store.runs.create([BASE], "somebody's")
    assert store.runs.claim_next(MARK).id == other
    assert store.runs.claim_next(MARK) is None
    assert queue_next(store) == [0, 1]


@pytest.mark.parametrize(("at_hand", "dataset"), [(True, "mnist"), (False, "digits")])
def test_the_data_of_a_sweep_are_settled_at_its_start(store, monkeypatch, at_hand, dataset):
    monkeypatch.setattr(launcher, "ensure_workers", lambda **_: 0)
    monkeypatch.setattr(launcher, "mnist_is_at_hand", lambda: at_hand)
    sweep_id = sweep_scheduler.start(grid(TrainingConfig(dataset="auto")), store=store)
    assert {cell.dataset for cell in store.sweeps.get(sweep_id).grid.cells()} == {dataset}


def test_a_real_sweep_is_trained_to_its_end(store):
    drawn = grid(loss=("cross_entropy", "softmax_squared_error"), learning_rate=(0.1, 1e6))
    sweep_id = store.sweeps.create(drawn)
    executor = Executor(store)
    while continue_open(store, room_for(3)):
        executor.execute(store.runs.claim_next(this_process()))
    sweep = store.sweeps.get(sweep_id)
    assert [len(run.cells) for run in sweep.runs] == [3, 1]
    rows = store.curves.list([run.run_id for run in sweep.runs])
    cells = cells_of(sweep, rows)
    assert [cell.state for cell in cells][:2] == ["finished", "diverged"]
    assert not sweep.is_open
    assert value_of(cells[0], "accuracy") > 0.5
    assert seconds_per_work(rows, BASE)[0] > 0


def cell(index: int, state: str = FINISHED, accuracy: float = 0.5, **settings) -> Cell:
    from explorer.runs.summary import CurveSummary
    from tests.exchange.sample_curves import make_row

    summary = CurveSummary(steps=8, final_accuracy=accuracy)
    return Cell(index, replace(BASE, **settings), state, make_row(summary=summary))


def test_the_table_averages_what_finished_and_counts_the_rest():
    drawn = grid(learning_rate=(0.1, 0.5), seed=(0, 1, 2))
    accuracies = [0.2, 0.4, 0.9, 0.7, 0.7, 0.7]
    kinds = [FINISHED, FINISHED, "diverged", FINISHED, "failed", "missing"]
    cells = [
        Cell(k, config, kind, cell(k, accuracy=accuracy).row)
        for k, (config, kind, accuracy) in enumerate(
            zip(drawn.cells(), kinds, accuracies, strict=True)
        )
    ]
    found = table(drawn, cells, "learning_rate", "loss", "accuracy")
    assert found.mean.tolist() == [[pytest.approx(0.3), 0.7]]
    assert found.counts.tolist() == [[2, 1]]
    assert found.totals == 3
    assert found.others == (({"diverged": 1}, {"failed": 1, "missing": 1}),)


def test_the_best_cell_comes_first_whatever_better_means():
    cells = [cell(0, accuracy=0.4), cell(1, "failed"), cell(2, accuracy=0.9), cell(3, "diverged")]
    assert [one.index for one in best_first(cells, "accuracy")] == [2, 0, 3, 1]
    assert not QUANTITIES["steps_to_90"].more_is_better


def test_the_next_cells_are_never_more_than_fit(store):
    store.sweeps.create(grid(seed=tuple(range(5))))
    (sweep,) = store.sweeps.list()
    assert next_cells(sweep, [], 2) == [0, 1]
    assert next_cells(sweep, [], 50) == [0, 1, 2, 3, 4]
