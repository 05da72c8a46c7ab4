from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.runs.records import CurveChunk, by_curve
from explorer.runs.series import CurveData, FileNotes
from explorer.runs.summary import TARGETS, CurveSummary
from tests.runs.sample_records import a_measurement, divergence, evaluation, recorded, steps


def summary_of(*chunks: CurveChunk) -> CurveSummary:
    (columns,) = by_curve(chunks, 1)
    return CurveSummary().extended(columns)


def test_nothing_recorded_comes_to_nothing() -> None:
    assert CurveSummary().extended(CurveData()) == CurveSummary()


def test_the_newest_step_and_measurement_are_final() -> None:
    summary = summary_of(
        *steps(1, 200, loss=0.25), evaluation(100, 0.97), evaluation(200, 0.96, full=True, loss=0.1)
    )
    assert (summary.steps, summary.examples_seen, summary.seconds) == (200, 40_000, 20.0)
    assert summary.final_loss == 0.25
    assert summary.final_accuracy == 0.96
    assert summary.final_cross_entropy == 0.1
    assert summary.final_full


def test_the_whole_test_set_decides_on_the_best_once_it_was_used() -> None:
    small = summary_of(evaluation(100, 0.99), evaluation(200, 0.98))
    assert (small.best_accuracy, small.best_step, small.best_full) == (0.99, 100, False)
    whole = summary_of(
        evaluation(100, 0.99),
        evaluation(300, 0.95, full=True),
        evaluation(600, 0.96, full=True),
        evaluation(900, 0.96, full=True),
        evaluation(1000, 0.98),
    )
    assert (whole.best_accuracy, whole.best_step, whole.best_epoch) == (0.96, 600, 6.0)
    assert whole.best_full
    assert not whole.final_full


def test_steps_to_an_accuracy_are_those_of_the_first_measurement_that_has_it() -> None:
    summary = summary_of(
        evaluation(0, 0.1), evaluation(100, 0.9), evaluation(200, 0.8), evaluation(300, 0.96)
    )
    assert [summary.steps_to(percent) for percent in TARGETS] == [100, 300, None]


def test_a_cross_entropy_without_an_accuracy_leaves_the_accuracies_alone() -> None:
    summary = summary_of(evaluation(100, 0.92), evaluation(200, math.nan, full=True, loss=0.25))
    assert (summary.final_accuracy, summary.final_full) == (0.92, False)
    assert (summary.best_accuracy, summary.best_step) == (0.92, 100)
    assert summary.final_cross_entropy == 0.25
    assert summary.steps_to_90 == 100


def test_a_divergence_is_kept_with_what_was_measured_before() -> None:
    summary = summary_of(
        evaluation(0, 0.1), *steps(1, 6), *steps(7, 1, loss=math.nan), divergence(0, 7)
    )
    assert (summary.diverged_at, summary.final_accuracy) == (7, 0.1)
    assert summary.final_loss is not None
    assert math.isnan(summary.final_loss)
    again = CurveSummary.from_json(summary.to_json())
    assert repr(again) == repr(summary)


@given(
    st.lists(st.tuples(st.booleans(), st.floats(0, 1)), max_size=12),
    st.integers(0, 12),
)
def test_a_summary_made_in_two_parts_is_that_of_the_whole(
    measured: list[tuple[bool, float]], cut: int
) -> None:
    records: list[CurveChunk] = []
    for k, (full, accuracy) in enumerate(measured):
        records += [*steps(1 + k * 10, 10), evaluation(10 + k * 10, accuracy, full=full)]
    places = range(1, len(records), 2)
    middle = places[cut] if cut < len(places) else len(records)
    (first,), (second,) = by_curve(records[:middle], 1), by_curve(records[middle:], 1)
    in_parts = CurveSummary().extended(first)
    in_parts = CurveSummary.from_json(in_parts.to_json()).extended(second)
    whole = summary_of(*records)
    assert in_parts == whole
    # An oracle that looks at everything at once.
    if measured:
        full_ones = [accuracy for full, accuracy in measured if full]
        assert whole.best_accuracy == max(full_ones or [accuracy for _, accuracy in measured])
        reached = [10 + 10 * k for k, (_, accuracy) in enumerate(measured) if accuracy >= 0.95]
        assert whole.steps_to_95 == (reached[0] if reached else None)


def test_a_target_that_is_not_kept_is_refused() -> None:
    with pytest.raises(AttributeError):
        CurveSummary().steps_to(42)


def test_a_summary_holds_plain_numbers_that_json_takes() -> None:
    curve = recorded(steps=[3], examples_seen=9, losses=np.inf, seconds=0.5)
    text = CurveSummary().extended(curve).to_json()
    assert CurveSummary.from_json(text) == CurveSummary(3, 9, 0.5, final_loss=math.inf)


def test_what_was_not_measured_elsewhere_does_not_hide_what_was_measured_before() -> None:
    only_loss = dataclasses.replace(a_measurement(200, math.nan), losses={"cross_entropy": 0.3})
    only_accuracy = dataclasses.replace(a_measurement(100, 0.9), losses={})
    summary = CurveSummary().extended(recorded(evaluations=[only_accuracy, only_loss]))
    assert (summary.final_accuracy, summary.final_cross_entropy) == (0.9, 0.3)
    assert (summary.best_accuracy, summary.steps_to_90) == (0.9, 100)
    assert CurveSummary.from_json(summary.to_json()) == summary


def test_the_summary_of_a_file_s_curve_is_that_of_what_its_series_stand_for() -> None:
    own = recorded(
        steps=range(1, 31),
        evaluations=[a_measurement(10, 0.91), a_measurement(20, 0.96, full=True)],
        diverged_at=30,
    )
    mapping = {name: f"their {name}" for name in own.series}
    theirs = {f"their {name}": one for name, one in own.series.items()}
    # In percent, as some write it.
    for name in ("their test/accuracy", "their test_full/accuracy"):
        theirs[name] = theirs[name].with_values(100 * theirs[name].values)
    told = dataclasses.replace(own, series=theirs, file=FileNotes(mapping))
    assert CurveSummary().extended(told) == CurveSummary().extended(own)
    nothing = dataclasses.replace(told, file=FileNotes(), events={})
    assert CurveSummary().extended(nothing) == CurveSummary()
