"""Which metrics share a panel, and what a curve has to draw there."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.runs.meaning import Meaning, meanings_of
from explorer.runs.metric_panels import (
    ComparedCurve,
    first_panels,
    panel_series,
    panels_of,
)
from explorer.runs.series import CurveData, Series
from tests.exchange.sample_curves import imported_data, make_data


def compared(said: dict[str, Meaning] | None = None, **series: list[float]) -> ComparedCurve:
    data = CurveData({n.replace("__S__", "/"): Series(np.arange(len(v)), v)
                      for n, v in series.items()})  # fmt: skip
    return ComparedCurve(data, meanings_of(data, said))


KERAS = compared(loss=[3.0, 2.0], val_loss=[4.0, 3.0], accuracy=[0.1, 0.5], val_accuracy=[0.2, 0.4],
                 lr=[0.1, 0.01])  # fmt: skip


def own(loss: str) -> ComparedCurve:
    data = make_data(loss=loss)
    return ComparedCurve(data, meanings_of(data))


def test_training_and_validation_of_one_kind_share_a_panel():
    found = panels_of([KERAS])
    assert found["loss"].splits == {"train", "validation"}
    assert found["accuracy"].splits == {"train", "validation"}
    assert set(panel_series(KERAS, "loss")) == {"train", "validation"}
    assert first_panels([KERAS], [""]) == ["loss", "accuracy"]


def test_losses_of_different_kinds_never_share_a_panel():
    curves = [own("cross_entropy"), own("softmax_squared_error"), KERAS]
    found = panels_of(curves)
    assert set(panel_series(curves[0], "cross_entropy")) == {"train", "test", "test_full"}
    # What minimises another loss is there by its test loss alone.
    assert set(panel_series(curves[1], "cross_entropy")) == {"test", "test_full"}
    assert not panel_series(KERAS, "cross_entropy")
    assert found["cross_entropy"].title == "Cross-entropy / nats"
    assert (
        len({found[key].title for key in ("cross_entropy", "softmax_squared_error", "loss")}) == 3
    )
    assert first_panels(curves, ["cross_entropy", "softmax_squared_error", ""]) == [
        "cross_entropy", "softmax_squared_error", "loss", "accuracy",
    ]  # fmt: skip


def test_a_loss_that_was_said_to_be_another_moves_to_its_panel():
    said = {"loss": Meaning("train", "cross_entropy_bits")}
    moved = compared(said, loss=[3.0], val_loss=[2.0])
    assert set(panel_series(moved, "cross_entropy_bits")) == {"train"}
    assert set(panel_series(moved, "loss")) == {"validation"}
    assert panels_of([moved])["cross_entropy_bits"].title == "Cross-entropy / bits"


def test_percent_and_fractions_share_one_axis():
    percent, fraction = compared(val_acc=[10.0, 55.0]), compared(val_acc=[0.1, 0.6])
    assert set(panels_of([percent, fraction])) == {"accuracy"}
    assert_allclose(panel_series(percent, "accuracy")["validation"].series.values, [0.1, 0.55])


def test_what_has_the_same_name_but_is_something_else_has_a_panel_of_its_own():
    as_norm = compared({"x": Meaning("", "norm")}, x=[1.0])
    assert len(panels_of([compared(x=[1.0]), as_norm])) == 2


def test_lowest_and_highest_are_the_band_of_what_they_belong_to():
    one = compared(val_loss=[2.0, 1.0], val_loss__MIN=[1.0, 0.5], val_loss__MAX=[3.0, 2.0])
    assert set(panels_of([one])) == {"loss"}
    drawn = panel_series(one, "loss")["validation"]
    assert drawn.low.values.tolist() == [1.0, 0.5]
    assert drawn.high.values.tolist() == [3.0, 2.0]


@given(imported_data())
def test_every_series_has_a_place_and_only_one(data):
    curve = ComparedCurve(data, meanings_of(data))
    placed = [
        one.name
        for key in panels_of([curve])
        if not key.startswith("gap: ")
        for one in panel_series(curve, key).values()
    ]
    assert sorted(placed) == sorted(name for name, one in data.series.items() if len(one))


def test_a_second_series_of_one_kind_is_drawn_too():
    one = compared(train_loss_step=[3.0, 2.0], train_loss_epoch=[3.0], val_loss=[2.0])
    shown = [panel_series(one, key) for key in panels_of([one])]
    names = {drawn.name for by_split in shown for drawn in by_split.values()}
    assert {"train_loss_step", "train_loss_epoch", "val_loss"} <= names


def test_a_gap_is_validation_minus_training():
    assert panels_of([KERAS])["gap: loss"].title == "Gap: Loss, not known which"
    gap = panel_series(KERAS, "gap: loss")[""].series
    assert gap.values.tolist() == [1.0, 1.0]
    assert "gap: lr" not in panels_of([KERAS])


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30),
    st.sets(st.integers(0, 40), min_size=1, max_size=8),
)
def test_the_training_side_of_a_gap_is_the_mean_since_the_measurement_before(train, at):
    steps = np.array(sorted(at))
    measured = Series(steps, np.full(steps.size, 2.0))
    data = CurveData({"loss": Series(np.arange(len(train)), train), "val_loss": measured})
    curve = ComparedCurve(data, meanings_of(data))
    found = panel_series(curve, "gap: loss").get("")
    bins = pd.cut(np.arange(len(train)), [-1, *steps], labels=steps)
    expected = (2.0 - pd.Series(train).groupby(bins, observed=True).mean()).dropna()
    assert found is not None or expected.empty
    if found is not None:
        assert found.series.steps.tolist() == list(expected.index)
        assert_allclose(found.series.values, expected, atol=1e-9)
