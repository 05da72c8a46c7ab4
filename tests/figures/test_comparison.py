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
    MOST_SENT,
    ComparedLine,
    Look,
    left_out,
    metric_panels,
    results,
)
from explorer.figures.curves import smoothed
from explorer.figures.line_traces import MOST_STYLES, line_style
from explorer.figures.panels import arranged, balanced
from explorer.runs import series as measured
from explorer.runs.axes import AXES
from explorer.runs.config import LOSS_LABELS
from explorer.runs.curve_data import diverged_at
from explorer.runs.meaning import SPLITS, meanings_of
from explorer.runs.metric_panels import ComparedCurve, first_panels, panels_of
from tests.exchange.sample_curves import make_evaluation
from tests.runs.sample_records import Seen, recorded

RAW = Look(weight=0.0)


def records(losses: object = None, steps: int = 40, **changes: object) -> measured.CurveData:
    at = np.arange(1, steps + 1)
    values = {
        "steps": at,
        "examples_seen": at * 50,
        "losses": np.asarray(1.0 / at if losses is None else losses, np.float64),
        "seconds": at * 0.25,
        "evaluations": [make_evaluation(0, accuracy=0.1), make_evaluation(8, full=True)]
        + [make_evaluation(step, accuracy=0.5 + step / 100) for step in (10, 20, 30)],
    }
    return recorded(steps_per_epoch=8, **(values | changes))


def curve(data: measured.CurveData | None = None, loss: str = "cross_entropy") -> ComparedCurve:
    data = data or records(loss=loss)
    return ComparedCurve(data, meanings_of(data), 1.7e9, diverged_at=diverged_at(data))


def foreign(**series: list[float]) -> ComparedCurve:
    data = measured.CurveData(
        {name: measured.Series(np.arange(len(of)), of) for name, of in series.items()}
    )
    return ComparedCurve(data, meanings_of(data))


def line(label: str = "a", style: int = 0, *curves: ComparedCurve) -> ComparedLine:
    return ComparedLine(label, style, curves or (curve(),))


def traces(figure: go.Figure, name: str) -> list:
    return [one for one in figure.data if one.name == name]


def drawn(figure: go.Figure, place: int, split: str = "train", panel: int = 0):
    """The trace that draws a line itself."""
    axis = "y" if panel == 0 else f"y{panel + 1}"
    (found,) = [
        t
        for t in figure.data
        if t.meta["role"] == "line"
        and (t.meta["line"], t.meta["split"], t.yaxis) == (place, split, axis)
    ]
    return found


def sent(figure: go.Figure) -> int:
    return sum(len(one.x) for one in figure.data)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("scale", ["log", "linear"])
def test_figures_are_valid_on_every_axis(axis, scale):
    lines = [line("a", 0), line("b", 1, curve(loss="softmax_squared_error"))]
    keys = first_panels([one.curves[0] for one in lines], ["cross_entropy"])
    figure = metric_panels(lines, keys, Look(axis=axis, x_scale=scale))
    go.Figure(figure.to_dict())
    assert figure.layout.height
    titles = {figure.layout[f"xaxis{k}"].title.text for k in ("", 2)}
    assert AXES[axis] in titles
    assert figure.layout.xaxis2.matches == "x"


def test_losses_of_different_kinds_never_share_an_axis_and_each_is_named():
    kinds = list(LOSS_LABELS)
    lines = [line(kind, place, curve(loss=kind)) for place, kind in enumerate(kinds)]
    figure = metric_panels(lines, kinds, RAW)
    for place, _ in enumerate(kinds):
        assert drawn(figure, place, panel=place).y[0] == 1.0
    titles = [one.text for one in figure.layout.annotations]
    assert titles[0] == "Cross-entropy / nats"
    assert len(set(titles)) == len(kinds)


def test_a_line_has_one_colour_and_a_dash_for_each_split():
    figure = metric_panels([line("a", 7)], ["cross_entropy"], RAW)
    train, test = drawn(figure, 0), drawn(figure, 0, "test")
    assert train.line.color == test.line.color
    assert train.line.dash != test.line.dash
    assert {train.name, test.name} == {"a, training", "a, test"}
    assert drawn(figure, 0, "test_full").mode == "markers"


def test_no_two_lines_look_alike_in_any_split():
    for split in SPLITS:
        looks = {tuple(line_style(style, split).values()) for style in range(MOST_STYLES)}
        assert len(looks) == MOST_STYLES


def test_the_raw_curve_stays_behind_the_average_faint():
    figure = metric_panels([line()], ["cross_entropy"], Look(weight=0.9))
    names = [trace.name for trace in figure.data]
    assert names.index("a, training, raw") < names.index("a, training")
    assert_allclose(traces(figure, "a, training, raw")[0].y, Seen(records()).losses)
    assert_allclose(drawn(figure, 0).y, smoothed(Seen(records()).losses, 0.9))
    assert_allclose(drawn(figure, 0).customdata, Seen(records()).losses)
    assert not traces(metric_panels([line()], ["cross_entropy"], RAW), "a, training, raw")


@pytest.mark.parametrize("scale", ["log", "linear"])
def test_what_has_no_place_on_the_axis_is_marked_where_it_happened(scale):
    losses = np.full(40, 0.5)
    losses[[4, 9, 14, 19]] = [0.0, math.nan, math.inf, -math.inf]
    lines = [line("a", 0, curve(records(losses, evaluations=[])))]
    look = Look(weight=0.0, scales={"cross_entropy": scale})
    figure = metric_panels(lines, ["cross_entropy"], look)
    marked = {t.name: list(t.x) for t in figure.data if t.meta["role"] == "marks"}
    marked.pop("best")
    expected = {"NaN": [10], "∞": [15], "−∞": [20]}
    assert marked == expected | ({"0": [5]} if scale == "log" else {})
    for trace in figure.data:
        if trace.name in marked:
            edge = figure.layout[trace.yaxis.replace("y", "yaxis", 1)]
            assert list(edge.range) == [0, 1]
            assert edge.overlaying == "y"


def test_a_diverged_curve_ends_in_a_cross_at_its_last_finite_loss():
    losses = np.full(40, 0.5)
    losses[30:] = math.nan
    run = records(losses, diverged_at=31, evaluations=[])
    figure = metric_panels([line("a", 0, curve(run))], ["cross_entropy"])
    (cross,) = traces(figure, "diverged")
    assert list(cross.x) == [30]


def test_the_best_point_is_starred_on_validation_before_training():
    one = foreign(loss=[3.0, 0.5, 0.4], val_loss=[3.0, 1.0, 2.0], val_acc=[0.1, 0.5, 0.5])
    figure = metric_panels([line("a", 0, one)], ["loss", "accuracy"], RAW)
    loss, accuracy = traces(figure, "best")
    assert (list(loss.x), list(loss.y)) == ([1], [1.0])
    assert (list(accuracy.x), list(accuracy.y)) == ([1], [0.5])
    found = results([line("a", 0, one)], ["loss", "accuracy"], goals={"loss": 1.5})
    assert (found["loss"][0].best, found["loss"][0].best_at) == (1.0, 1)
    assert (found["loss"][0].split, found["loss"][0].reached_at) == ("validation", 1)
    assert found["accuracy"][0].last == 0.5


def test_smoothing_changes_no_result():
    noisy = foreign(loss=list(np.random.default_rng(0).random(500)))
    lines = [line("a", 0, noisy)]
    smooth, raw = (results(lines, ["loss"], Look(weight=w)) for w in (0.99, 0.0))
    assert smooth == raw
    assert raw["loss"][0].best == noisy.data.series["loss"].values.min()


def test_zooming_in_brings_every_point():
    count = 50_000
    run = records(np.random.default_rng(0).random(count) + 0.1, steps=count, evaluations=[])
    lines = [line("a", 0, curve(run))]
    assert len(drawn(metric_panels(lines, ["cross_entropy"], RAW), 0).x) <= 1000
    part = metric_panels(lines, ["cross_entropy"], Look(weight=0.0, span=(20_000, 20_400)))
    inside = [x for x in drawn(part, 0).x if 20_000 <= x <= 20_400]
    assert inside == list(range(20_000, 20_401))
    assert list(part.layout.xaxis.range) == [20_000, 20_400]


@pytest.mark.parametrize(("count", "panels"), [(1, 1), (200, 1), (200, 12), (30, 12)])
def test_however_many_curves_there_are_no_more_points_are_sent_than_one_can_draw(count, panels):
    generator = np.random.default_rng(0)
    names = [f"{split}_head{k}_loss" for k in range(panels) for split in ("train", "val")]
    lines = [
        line(f"l{k}", k, foreign(**{name: generator.random(300) for name in names}))
        for k in range(count)
    ]
    keys = list(panels_of([lines[0].curves[0]]))[:panels]
    figure = metric_panels(lines, keys)
    assert sent(figure) <= MOST_SENT
    shown = {(t.meta["line"], t.yaxis) for t in figure.data if t.meta["role"] == "line"}
    assert len(shown) == count * panels


def test_a_group_is_one_line_with_a_band_and_says_its_number():
    runs = [curve(records(np.full(40, height))) for height in (1.0, 2.0, 6.0)]
    figure = metric_panels([line("a", 0, *runs)], ["cross_entropy"], Look(weight=0.9))
    mean = drawn(figure, 0)
    assert_allclose(mean.y, 3.0)
    assert mean.meta["n"] == 3
    assert_allclose(traces(figure, "a, training, lower end")[0].y, 1.0)
    upper = traces(figure, "a, training, upper end")[0]
    assert_allclose(upper.y, 6.0)
    assert upper.fill == "tonexty"
    deviation = metric_panels([line("a", 0, *runs)], ["cross_entropy"], Look(band="sd"))
    assert_allclose(traces(deviation, "a, training, upper end")[0].y, 3 + np.std([1, 2, 6], ddof=1))


def test_on_a_log_axis_a_band_ends_where_the_lowest_value_is():
    runs = [curve(records(np.full(40, height), evaluations=[])) for height in (0.1, 0.1, 6.0)]
    look = Look(band="sd", weight=0.0)
    figure = metric_panels([line("a", 0, *runs)], ["cross_entropy"], look)
    assert figure.layout.yaxis.type == "log"
    (lower,) = traces(figure, "a, lower end")
    assert_allclose(lower.y, np.mean([0.1, 0.1, 6.0]))


def test_lowest_and_highest_of_a_file_are_its_band():
    one = foreign(loss=[2.0, 1.0], loss__MIN=[1.0, 0.5], loss__MAX=[4.0, 3.0])
    figure = metric_panels([line("a", 0, one)], ["loss"])
    assert list(traces(figure, "a, upper end")[0].y) == [4.0, 3.0]


def test_a_panel_has_a_scale_and_a_range_of_its_own():
    one = foreign(loss=[3.0, 0.1], lr=[0.1, 0.001], val_acc=[0.1, 0.9], recall=[0.5, 0.6])
    keys = ["loss", "learningrate", "lr", "accuracy", "recall"]
    figure = metric_panels([line("a", 0, one)], keys, RAW)
    axes = [figure.layout[f"yaxis{k}"] for k in ("", 3, 4, 5)]
    assert [axis.type for axis in axes] == ["log", "log", "linear", "linear"]
    assert list(axes[2].range) == [0, 1]
    look = Look(scales={"loss": "linear", "accuracy": "log"}, ranges={"loss": (0.0, 2.0)})
    changed = metric_panels([line("a", 0, one)], keys, look)
    assert (changed.layout.yaxis.type, list(changed.layout.yaxis.range)) == ("linear", [0.0, 2.0])
    assert changed.layout.yaxis4.type == "log"


def test_a_curve_that_does_not_tell_the_axis_is_named_and_left_out():
    silent = line("b", 1, curve(records(seconds=np.full(40, math.nan))))
    assert left_out([line("a"), silent], "time") == ["b"]
    figure = metric_panels([line("a"), silent], ["cross_entropy"], Look(axis="time"))
    assert not [t for t in figure.data if t.meta.get("line") == 1 and t.meta["split"] == "train"]


def test_on_the_clock_a_curve_stands_at_the_time_of_day():
    figure = metric_panels([line()], ["cross_entropy"], Look(axis="clock", weight=0.0))
    assert drawn(figure, 0).x[0] == 1000 * (1.7e9 + 0.25)
    assert figure.layout.xaxis.type == "date"
    untimed = [line("a", 0, foreign(loss=[1.0]))]
    assert left_out(untimed, "clock") == ["a"]
    assert metric_panels(untimed, ["loss"], Look(axis="clock")).layout.xaxis.type == "linear"


def test_curves_without_any_record_draw_an_empty_figure():
    figure = metric_panels([line("a", 0, curve(measured.CurveData()))], ["cross_entropy"])
    go.Figure(figure.to_dict())
    assert not figure.data
    assert not metric_panels([], []).data


@given(st.integers(1, 12), st.integers(1, 4))
def test_panels_in_a_grid_overlap_nowhere_and_the_lowest_bear_the_title(count, columns):
    columns = min(count, columns)
    placed = arranged(count, columns, {"text": "step"})
    boxes = []
    for panel in range(count):
        number = "" if panel == 0 else str(panel + 1)
        across, up = placed[f"xaxis{number}"]["domain"], placed[f"yaxis{number}"]["domain"]
        assert 0 <= across[0] < across[1] <= 1
        assert 0 <= up[0] < up[1] <= 1
        boxes.append((*across, *up))
        assert bool(placed[f"xaxis{number}"]["title"]["text"]) == (panel + columns >= count)
    for place, (left, right, low, high) in enumerate(boxes):
        for other in boxes[:place]:
            assert other[1] <= left or right <= other[0] or other[3] <= low or high <= other[2]


def test_columns_fill_their_rows():
    assert [balanced(count, 4) for count in (1, 2, 3, 4, 5, 6, 7, 12)] == [1, 2, 3, 4, 3, 3, 4, 4]
