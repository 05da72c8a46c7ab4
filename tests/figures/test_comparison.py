"""Figures of a comparison, read back from what they would draw."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.figures.comparison import (
    ComparedLine,
    fair_measures,
    left_out,
    named_metrics,
    other_metrics,
    own_losses,
)
from explorer.figures.curves import curve_line, smoothed
from explorer.figures.line_traces import Series, mean_of
from explorer.runs import series as measured
from explorer.runs.axes import AXES
from explorer.runs.config import LOSS_LABELS
from explorer.runs.curve_data import imported_records
from explorer.runs.record_columns import CurveRecords, ImportedCurve
from tests.exchange.sample_curves import make_evaluation


def records(losses: object = None, steps: int = 40, **changes: object) -> CurveRecords:
    at = np.arange(1, steps + 1)
    values = {
        "steps": at,
        "examples_seen": at * 50,
        "losses": np.asarray(1.0 / at if losses is None else losses, np.float64),
        "seconds": at * 0.25,
        "evaluations": [make_evaluation(0, accuracy=0.1), make_evaluation(8, full=True)]
        + [make_evaluation(step, accuracy=0.5 + step / 100) for step in (10, 20, 30)],
    }
    return CurveRecords(**(values | changes))


def line(label: str = "a", style: int = 0, loss: str = "cross_entropy", *members: CurveRecords):
    return ComparedLine(label, style, loss, members or (records(),), 8)


def traces(figure: go.Figure, name: str) -> list:
    return [one for one in figure.data if one.name == name]


def visible(figure: go.Figure, name: str):
    """The trace that draws the line itself."""
    (found,) = [t for t in traces(figure, name) if t.mode == "lines" and t.line.width == 2]
    return found


def read(figure: go.Figure, name: str):
    """The trace that tells the line's values to whoever points."""
    (found,) = [t for t in traces(figure, name) if t.marker.sizeref]
    return found


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("scale", ["log", "linear"])
def test_figures_are_valid_on_every_axis(axis, scale):
    lines = [line("a", 0), line("b", 1, "softmax_squared_error"), line("c", 2, "")]
    for figure in (
        own_losses(lines, axis=axis, scale=scale),
        fair_measures(lines, axis=axis, scale=scale),
    ):
        go.Figure(figure.to_dict())
        assert figure.layout.xaxis.title.text == AXES[axis]
        assert figure.layout.height
        assert figure.layout.yaxis.type == scale


def test_losses_of_different_kinds_never_share_an_axis():
    kinds = list(LOSS_LABELS)
    figure = own_losses([line(kind, place, kind) for place, kind in enumerate(kinds)])
    axes = [visible(figure, kind).yaxis for kind in kinds]
    assert len(set(axes)) == len(kinds)
    titles = [figure.layout[axis.replace("y", "yaxis", 1)].title.text for axis in axes]
    assert titles[0] == "Cross-entropy / nats"
    assert len(set(titles)) == len(kinds)


def test_a_line_keeps_its_colour_and_dash_in_every_figure():
    lines = [line("a", 7), line("b", 12)]
    for figure in (own_losses(lines), fair_measures(lines)):
        for one in lines:
            drawn = [t for t in traces(figure, one.label) if t.mode == "lines"]
            assert drawn
            for trace in drawn:
                assert trace.line.color == curve_line(one.style)["color"]
                assert trace.line.dash == curve_line(one.style)["dash"]


def test_the_raw_curve_stays_behind_the_average_faint():
    figure = own_losses([line()], weight=0.9)
    names = [trace.name for trace in figure.data]
    assert names.index("a, raw") < names.index("a")
    raw = traces(figure, "a, raw")[0]
    assert_allclose(raw.y, records().losses)
    assert_allclose(visible(figure, "a").y, smoothed(records().losses, 0.9))
    assert not traces(own_losses([line()], weight=0.0), "a, raw")


@pytest.mark.parametrize("scale", ["log", "linear"])
def test_what_has_no_place_on_the_axis_is_marked_where_it_happened(scale):
    losses = np.full(40, 0.5)
    losses[[4, 9, 14, 19]] = [0.0, math.nan, math.inf, -math.inf]
    figure = own_losses([line("a", 0, "cross_entropy", records(losses))], scale=scale, weight=0.0)
    marked = {
        trace.name.partition(": ")[2]: list(trace.x)
        for trace in figure.data
        if trace.name.startswith("a: ")
    }
    expected = {"NaN": [10], "∞": [15], "−∞": [20]}
    assert marked == expected | ({"0": [5]} if scale == "log" else {})
    for trace in figure.data:
        if trace.name.startswith("a: "):
            edge = figure.layout[trace.yaxis.replace("y", "yaxis", 1)]
            assert list(edge.range) == [0, 1]
            assert edge.overlaying == "y"


def test_a_diverged_curve_ends_in_a_cross_at_its_last_finite_loss():
    losses = np.full(40, 0.5)
    losses[30:] = math.nan
    run = records(losses, diverged_at=31)
    figure = own_losses([line("a", 0, "cross_entropy", run)])
    (cross,) = traces(figure, "a: diverged")
    assert list(cross.x) == [30]
    assert "31" in cross.hovertemplate


def test_pointing_tells_the_exact_values_of_all_lines_at_one_place():
    other = records(np.linspace(3, 1, 40) ** 2)
    figure = own_losses([line("a"), line("b", 1, "cross_entropy", other)], weight=0.9)
    a, b = read(figure, "a"), read(figure, "b")
    assert list(a.x) == list(b.x)
    place = list(a.x).index(17)
    assert a.customdata[place][0] == records().losses[16]
    assert b.customdata[place][0] == other.losses[16]
    assert b.customdata[place][1] == smoothed(other.losses, 0.9)[16]


def test_where_curves_step_at_other_times_the_newest_value_of_each_is_told():
    slow = records(seconds=np.arange(1, 41) * 1.0)
    figure = own_losses([line("a"), line("b", 1, "cross_entropy", slow)], axis="time", weight=0.0)
    b = read(figure, "b")
    place = list(b.x).index(2.75)
    assert b.customdata[place][0] == slow.losses[1]
    assert b.customdata[place][2] == 2
    assert max(read(figure, "a").x) == 10.0  # it has ended there


def test_zooming_in_brings_every_point():
    count = 50_000
    run = records(np.random.default_rng(0).random(count) + 0.1, steps=count)
    whole = own_losses([line("a", 0, "cross_entropy", run)], weight=0.0)
    assert len(visible(whole, "a").x) <= 1000
    part = own_losses([line("a", 0, "cross_entropy", run)], weight=0.0, span=(20_000, 20_400))
    inside = [x for x in visible(part, "a").x if 20_000 <= x <= 20_400]
    assert inside == list(range(20_000, 20_401))
    assert list(part.layout.xaxis.range) == [20_000, 20_400]


def test_seeds_are_one_line_with_a_band_from_the_lowest_to_the_highest():
    runs = [records(np.full(40, height)) for height in (1.0, 2.0, 6.0)]
    figure = own_losses([line("a", 0, "cross_entropy", *runs)], weight=0.9)
    assert_allclose(visible(figure, "a").y, 3.0)
    assert_allclose(traces(figure, "a, lowest")[0].y, 1.0)
    highest = traces(figure, "a, highest")[0]
    assert_allclose(highest.y, 6.0)
    assert highest.fill == "tonexty"


series = st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=1, max_size=20).map(
    lambda y: Series(np.arange(1.0, len(y) + 1), np.array(y), np.arange(1, len(y) + 1), np.array(y))
)


@given(st.lists(series, min_size=2, max_size=4))
def test_the_mean_lies_between_lowest_and_highest_and_ends_with_the_first(each):
    mean = mean_of(each)
    assert mean.x.size <= min(one.x.size for one in each)
    assert np.isfinite(mean.y).all()
    slack = 1e-9 * (1 + np.abs(mean.y))
    assert (mean.low <= mean.y + slack).all()
    assert (mean.y <= mean.high + slack).all()
    for one in each:
        part = one.y[: mean.x.size]
        assert (mean.low <= part).all()
        assert (part <= mean.high).all()


def test_accuracy_is_read_on_all_images_where_it_was_measured_on_all():
    both = [make_evaluation(8, accuracy=0.5), make_evaluation(8, accuracy=0.75, full=True)]
    figure = fair_measures([line("a", 0, "cross_entropy", records(evaluations=both))])
    accuracy = next(t for t in traces(figure, "a") if t.marker.sizeref and t.yaxis == "y2")
    assert accuracy.customdata[-1][0] == 0.75


def test_a_curve_that_does_not_tell_the_axis_is_named_and_left_out():
    silent = line("b", 1, "cross_entropy", records(seconds=np.full(40, math.nan)))
    assert left_out([line("a"), silent], "time") == ["b"]
    assert not traces(own_losses([line("a"), silent], axis="time"), "b")


def test_curves_without_any_record_draw_an_empty_figure():
    empty = line("a", 0, "cross_entropy", CurveRecords())
    for figure in (own_losses([empty]), fair_measures([empty])):
        go.Figure(figure.to_dict())
        assert not figure.data


def test_a_named_metric_is_on_a_log_axis_only_where_it_has_ticks_there():
    steps = np.arange(4)
    values = {
        "lr": [1e-1, 1e-2, 1e-3, 0.0],
        "recall": [0.5, 0.6, 0.7, 0.8],
        "reward": [-1, 9, 1, 5],
    }
    data = measured.CurveData({name: measured.Series(steps, values[name]) for name in values})
    line = ComparedLine("a", 0, "", (imported_records(ImportedCurve(data)),))
    assert other_metrics([line]) == list(values)
    figure = named_metrics([line], list(values))
    assert figure.layout.yaxis.type == "log"
    assert {figure.layout.yaxis2.type, figure.layout.yaxis3.type} == {"linear"}
    assert [axis.title.text for axis in (figure.layout.yaxis, figure.layout.yaxis2)] == [
        "lr",
        "recall",
    ]


def test_what_the_mapping_draws_elsewhere_is_no_other_metric():
    one = measured.Series(np.arange(2), [1.0, 2.0])
    data = measured.CurveData({"loss": one, "lr": one})
    curve = ImportedCurve(data, {"train/loss": "loss"})
    assert other_metrics([ComparedLine("a", 0, "", (imported_records(curve),))]) == ["lr"]
