"""Which of several records counts: the newest, the first, the best, the finished one.

Each test fails when the comparison that it is about is turned round.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from explorer.jobs import launcher, memory
from explorer.jobs.sweep_scheduler import Cell, cells_of, continue_open, seconds_per_work
from explorer.runs.config import TrainingConfig
from explorer.runs.records import Records, by_curve
from explorer.runs.run import FINISHED, CurveRow
from explorer.runs.series import CurveData
from explorer.runs.summary import CurveSummary
from explorer.runs.sweep_cells import Sweep, SweepRun
from explorer.runs.sweep_grid import SweepGrid, estimated_seconds
from explorer.runs.sweep_results import QUANTITIES, best_first, value_of
from explorer.store.run_store import RunBusy, RunStore
from explorer.store.tables import sweep_runs
from tests.exchange.sample_curves import make_row
from tests.runs.sample_records import MARK, Seen, divergence, evaluation, grid_of, steps

BASE = TrainingConfig(dataset="digits", device="cpu")
ROW = make_row()
STATUSES = ("finished", "stopped", "failed", "lost", "queued")


def of_cells(cells: int = 1) -> SweepGrid:
    return grid_of(BASE, seed=tuple(range(cells)))


def sweep_of(*runs: SweepRun, cells: int = 1) -> Sweep:
    return Sweep("sweep", "", of_cells(cells), 0.0, 1, True, runs)


@given(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=6))
def test_of_a_cells_trainings_the_newest_that_finished_counts_else_the_newest(
    statuses: list[str],
) -> None:
    rows = [replace(ROW, run_id=f"run {k}", status=status) for k, status in enumerate(statuses)]
    sweep = sweep_of(*(SweepRun(row.run_id, (0,), 1) for row in rows))
    finished = [row for row in rows if row.status == FINISHED]
    (cell,) = cells_of(sweep, rows)
    assert cell.row is (finished or rows)[-1]
    # The order in which the rows were read is none of the trainings'.
    (again,) = cells_of(sweep, rows[::-1])
    assert again.row is cell.row


def test_a_cell_is_the_curve_of_its_own_place_in_each_run() -> None:
    rows = [replace(ROW, run_id=run, curve=curve) for run in ("a", "b") for curve in (0, 1)]
    sweep = sweep_of(SweepRun("a", (1, 0), 1), SweepRun("b", (2, 1), 1), cells=3)
    found = [(cell.row.run_id, cell.row.curve) for cell in cells_of(sweep, rows)]
    assert found == [("a", 1), ("b", 1), ("b", 0)]


def test_the_runs_of_a_sweep_come_in_the_order_in_which_they_were_queued(store: RunStore) -> None:
    sweep_id = store.sweeps.create(of_cells())
    queued = [store.runs.create([BASE]) for _ in range(4)]
    with store._database.transaction() as connection:
        for run_id in (queued[2], queued[0], queued[3], queued[1]):
            row = {"run_id": run_id, "sweep_id": sweep_id, "cells": "[0]", "attempt": 1}
            connection.execute(sa.insert(sweep_runs).values(row))
    assert [run.run_id for run in store.sweeps.get(sweep_id).runs] == queued


def test_runs_are_taken_and_sweeps_gone_on_with_in_the_order_of_their_queueing(
    store: RunStore,
) -> None:
    queued = [store.runs.create([BASE]) for _ in range(5)]
    assert [store.runs.claim_next(MARK).id for _ in queued] == queued
    sweeps = [store.sweeps.create(of_cells()) for _ in range(3)]
    assert store.sweeps.list_open() == sweeps
    assert [one.id for one in store.sweeps.list()] == sweeps[::-1]
    assert [one.id for one in store.sweeps.list(2)] == sweeps[:0:-1]
    for number in range(1, 4):
        assert continue_open(store, lambda _: None)
        begun = [bool(store.sweeps.get(one).runs) for one in sweeps]
        assert begun == [True] * number + [False] * (3 - number)


def measured(value: float | None) -> CurveSummary:
    whole = None if value is None or math.isnan(value) else round(1000 * value)
    return CurveSummary(
        final_accuracy=value, best_accuracy=value, final_cross_entropy=value,
        steps_to_90=whole, steps_to_95=whole, steps_to_97=whole,
    )  # fmt: skip


VALUES = st.one_of(st.none(), st.just(math.nan), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
CELLS = st.lists(st.tuples(st.sampled_from(["finished", "diverged", "failed"]), VALUES), max_size=8)


@pytest.mark.parametrize("quantity", QUANTITIES)
@given(drawn=CELLS)
def test_better_cells_come_first_then_the_diverged_then_the_rest(
    quantity: str, drawn: list[tuple[str, float | None]]
) -> None:
    cells = [
        Cell(k, BASE, state, replace(ROW, summary=measured(value)))
        for k, (state, value) in enumerate(drawn)
    ]
    ranked = best_first(cells, quantity)
    assert sorted(cell.index for cell in ranked) == list(range(len(cells)))
    values = [value_of(cell, quantity) for cell in ranked]
    known = [value for value in values if value is not None]
    assert values == known + [None] * (len(values) - len(known))
    assert known == sorted(known, reverse=quantity in ("accuracy", "best"))
    rest = ranked[len(known) :]
    assert rest == sorted(rest, key=lambda cell: (cell.state != "diverged", cell.index))
    for one, other in itertools.pairwise(ranked):
        if value_of(one, quantity) == value_of(other, quantity) is not None:
            assert one.index < other.index


def timed(run_id: str, seconds: float, **changes: object) -> CurveRow:
    config = replace(BASE, **changes.pop("config", {}))
    summary = CurveSummary(examples_seen=1000, seconds=seconds)
    return replace(ROW, run_id=run_id, config=config, summary=summary, **changes)


def rates(*rows: CurveRow) -> list[float]:
    """Seconds by image and parameter, times what the base's rows have of both."""
    return [pytest.approx(one) for one in (1000 * BASE.num_parameters * np.array(
        seconds_per_work(rows, BASE)))]  # fmt: skip


def test_a_time_is_guessed_from_finished_trainings_of_the_same_shape() -> None:
    other = {"config": {"batch_size": 7}}
    assert rates(timed("a", 9, **other), timed("b", 3), timed("c", 5)) == [3, 5]
    assert rates(timed("a", 9, **other)) == [9]
    assert rates(timed("a", 9, status="stopped"), timed("b", 3)) == [3]
    assert rates(timed("a", 0), timed("b", 3)) == [3]


def test_a_time_is_guessed_from_the_slowest_curve_of_each_of_the_newest_five_runs() -> None:
    together = [timed("a", 2), timed("a", 8, curve=1), timed("a", 4, curve=2)]
    assert rates(*together) == [pytest.approx(8 / 3)]
    newest_first = [timed(f"run {k}", k) for k in range(1, 9)]
    assert rates(*newest_first) == [1, 2, 3, 4, 5]


@given(st.permutations([1e-9, 2e-9, 9e-9]))
def test_of_several_known_times_the_middle_one_counts(known: list[float]) -> None:
    work = 3 * BASE.epochs * 1437 * BASE.num_parameters
    assert estimated_seconds(of_cells(3), 3, 1437, known) == pytest.approx(2e-9 * work)


def test_the_memory_to_come_is_that_of_the_newest_known_device(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 7.0)
    environment = ROW.environment
    gpu, small = (replace(environment, device_memory_bytes=size) for size in (80, 24))
    kinds = {"none": None, "cpu": environment, "gpu": gpu, "small": small}
    expected = {
        (): 7.0, ("gpu", "small"): 80.0, ("small", "gpu"): 24.0, ("none", "gpu"): 80.0,
        ("cpu", "gpu"): 7.0, ("gpu", "cpu"): 80.0, ("none",): 7.0,
    }  # fmt: skip
    for newest_first, size in expected.items():
        rows = [replace(ROW, environment=kinds[kind]) for kind in newest_first]
        assert launcher.expected_memory_bytes(rows) == size


@given(st.lists(st.integers(1, 99), max_size=5, unique=True))
def test_the_first_divergence_counts_however_the_records_come_in_parts(
    parts: list[int],
) -> None:
    parts = sorted(parts)
    first = parts[0] if parts else None
    columns = [by_curve([divergence(0, step)], 1) for step in parts]
    summary, known = CurveSummary(), Records((CurveData(),))
    for (part,) in columns:
        summary = summary.extended(part)
        known = known.extended(Records((part,)))
    assert summary.diverged_at == Seen(known.curves[0]).diverged_at == first


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_the_latest_measurement_is_the_last_one(accuracies: list[float]) -> None:
    records = [evaluation(10 * k, accuracy) for k, accuracy in enumerate(accuracies)]
    (curve,) = by_curve(records, 1)
    assert Seen(curve).evaluations[-1].step == 10 * (len(accuracies) - 1)
    assert CurveSummary().extended(curve).final_accuracy == accuracies[-1]


@pytest.mark.parametrize("busy", [0, 1, 2])
def test_where_one_run_refuses_to_be_deleted_none_is(store: RunStore, busy: int) -> None:
    runs = [store.runs.create([BASE]) for _ in range(3)]
    for place, run_id in enumerate(runs):
        store.runs.claim_next(MARK)
        store.records.append(run_id, steps(1, 5))
        if place != busy:
            store.runs.finish(run_id, FINISHED)
    for order in itertools.permutations(runs):
        with pytest.raises(RunBusy):
            launcher.delete([(run_id, 0) for run_id in order], store=store)
        assert len(store.curves.list()) == 3
