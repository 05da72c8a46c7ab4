"""The summary of an imported curve is that of its records."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from explorer.runs.curve_data import imported_records
from explorer.runs.imported_summary import imported_summary
from explorer.runs.record_columns import ImportedCurve
from explorer.runs.series import CurveData, Series
from explorer.runs.summary import CurveSummary

OWN = (
    "train/cross_entropy",
    "train/loss",
    "test/accuracy",
    "test_full/accuracy",
    "test/cross_entropy",
    "test_full/cross_entropy",
    "test/hinge",
)


@st.composite
def imported(draw: st.DrawFn) -> ImportedCurve:
    def measured(values: st.SearchStrategy[float]) -> Series:
        steps = draw(st.sets(st.integers(0, 12), min_size=1, max_size=9))
        return Series(np.array(sorted(steps)), [draw(values) for _ in steps])

    any_number = st.floats() | st.sampled_from([0.0, 0.9, 0.95, 0.97, 1.0])
    fractions = st.sampled_from([0.1, 0.9, 0.95, 0.97, 1.0, float("nan")])
    names = draw(st.sets(st.sampled_from(OWN)))
    # One training loss, as every mapping has.
    names -= {"train/loss"} if "train/cross_entropy" in names else set()
    series = {
        f"their {name}": measured(fractions if "accuracy" in name else any_number) for name in names
    }
    clocks = {
        name: measured(st.floats(0, 100))
        for name in draw(st.sets(st.sampled_from(["epoch", "seconds", "examples"])))
    }
    events = {"diverged": measured(any_number)} if draw(st.booleans()) else {}
    mapping = {name: f"their {name}" for name in names}
    return ImportedCurve(CurveData(series, clocks=clocks, events=events), mapping)


@given(imported())
def test_the_summary_of_an_imported_curve_is_that_of_its_records(curve: ImportedCurve) -> None:
    expected = CurveSummary().extended(imported_records(curve))
    # NaN is NaN here.
    assert repr(imported_summary(curve)) == repr(expected)
