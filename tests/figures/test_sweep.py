"""Figures of a sweep, read back from what they would draw."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer.figures.palette import CATEGORICAL, with_alpha
from explorer.figures.sweep import (
    heat_map,
    parallel_coordinates,
    quantity_words,
    scale_of,
    value_words,
)
from explorer.runs.config import TrainingConfig
from explorer.runs.summary import CurveSummary
from explorer.runs.sweep_cells import Cell
from explorer.runs.sweep_results import QUANTITIES, table
from tests.exchange.sample_curves import make_row
from tests.runs.sample_records import grid_of

BASE = TrainingConfig(dataset="digits", device="cpu")
GRID = grid_of(
    BASE, loss=("cross_entropy", "multiclass_hinge"), learning_rate=(0.5, 0.1), seed=(0, 1)
)


def cells(kinds: dict[int, str] | None = None) -> list[Cell]:
    """Cells whose accuracy and cross-entropy rise with their index."""
    found = []
    for index, config in enumerate(GRID.cells()):
        summary = CurveSummary(
            steps=8, final_accuracy=0.5 + index / 20, final_cross_entropy=1.0 + index
        )
        state = (kinds or {}).get(index, "finished")
        found.append(Cell(index, config, state, make_row(summary=summary)))
    return found


def written_in(figure: go.Figure) -> dict[tuple[str, str], str]:
    return {
        (x, y): text
        for trace in figure.data
        if trace.type == "scatter"
        for x, y, text in zip(trace.x, trace.y, trace.text, strict=True)
    }


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_figures_are_valid_for_every_quantity(quantity):
    some = cells({0: "diverged", 3: "failed"})
    found = table(GRID, some, "learning_rate", "loss", quantity)
    for figure in (heat_map(GRID, found, quantity), parallel_coordinates(GRID, some, quantity)):
        go.Figure(figure.to_dict())
        assert figure.layout.height


def test_the_better_is_coloured_as_the_best_whether_more_or_less_is_better():
    for quantity, best in (("accuracy", (1, 1)), ("cross_entropy", (0, 0))):
        found = table(GRID, cells(), "learning_rate", "loss", quantity)
        shade = np.array(heat_map(GRID, found, quantity).data[0].z)
        assert np.unravel_index(shade.argmax(), shade.shape) == best
        assert (shade.min(), shade.max()) == (0, 1)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("values", "worst", "is_cut"),
    [
        ([0.54, 0.94, 0.95, 0.96, 0.97], 0.93, True),
        ([0.11, 0.54, 0.95, 0.96, 0.97, math.nan], 0.93, True),
        ([0.5, 0.6, 0.7, 0.8, 0.9], 0.5, False),
        ([0.9, 0.9, 0.9, 0.1], 0.1, False),
        ([0.8], 0.8, False),
    ],
)
def test_one_far_off_leaves_the_good_their_differences(values, worst, is_cut, sign):
    scale = scale_of(sign * np.array(values), more_is_better=sign > 0)
    assert scale.worst == pytest.approx(sign * worst)
    assert (scale.best, scale.is_cut) == (sign * np.nanmax(values), is_cut)


@given(arrays(float, st.integers(1, 30), elements=st.floats(-100, 100)), st.booleans())
def test_the_better_half_of_the_results_has_half_of_the_colours(values, more_is_better):
    scale = scale_of(values, more_is_better)
    shares = scale.share(values)
    assert ((shares >= 0) & (shares <= 1)).all()
    assert shares.max() == 1
    order = np.argsort(values if more_is_better else -values)
    assert (np.diff(shares[order]) >= 0).all()
    if scale.is_cut:
        assert np.median(shares) == pytest.approx(0.5)


def test_the_colour_bar_says_where_the_scale_was_cut():
    far = [
        dataclasses.replace(cell, row=make_row(summary=CurveSummary(final_accuracy=accuracy)))
        for cell, accuracy in zip(
            cells(), (0.54, 0.54, 0.94, 0.94, 0.96, 0.96, 0.97, 0.97), strict=True
        )
    ]
    found = table(GRID, far, "learning_rate", "loss", "accuracy")
    heat = heat_map(GRID, found, "accuracy").data[0]
    assert heat.colorbar.ticktext == ("93.00% or less", "95.00%", "97.00%")
    assert heat.colorbar.title.text == "Test accuracy"
    shades = sorted(np.array(heat.z).ravel())
    assert shades == pytest.approx([0, 0.25, 0.75, 1])
    notes = parallel_coordinates(GRID, far, "accuracy").layout.annotations
    assert "or less" in next(note.text for note in notes if note.x > 3 and note.y == 0)


def test_a_place_tells_its_mean_how_many_it_is_of_and_what_became_of_the_others():
    found = table(GRID, cells({1: "diverged", 6: "failed", 7: "missing"}), "learning_rate",
                  "loss", "accuracy")  # fmt: skip
    text = written_in(heat_map(GRID, found, "accuracy"))
    assert text["0.5", "Cross-entropy"] == "<b>50.00%</b><br>n = 1<br>1 diverged"
    assert text["0.1", "Cross-entropy"] == "<b>62.50%</b><br>n = 2"
    assert text["0.1", "Multiclass hinge"] == "1 failed<br>1 missing"


def test_a_quantity_that_nothing_reached_is_said_in_every_place():
    found = table(GRID, cells(), "learning_rate", "loss", "steps_to_97")
    figure = heat_map(GRID, found, "steps_to_97")
    assert set(written_in(figure).values()) == {"2 not reached"}
    assert np.isnan(np.array(figure.data[0].z, float)).all()


def test_equal_results_are_equally_good():
    same = [Cell(c.index, c.config, c.state, cells()[0].row) for c in cells()]
    found = table(GRID, same, "learning_rate", "loss", "accuracy")
    assert (np.array(heat_map(GRID, found, "accuracy").data[0].z) == 1).all()


def lines_of(figure: go.Figure) -> dict[str, tuple[list[float], str]]:
    """What each line says → its heights, axis by axis, and its colour."""
    lines = {}
    for trace in figure.data:
        for start in range(0, len(trace.x), 9):
            x, y = trace.x[start : start + 9], trace.y[start : start + 9]
            assert [math.floor(one) for one in x[:8]] == [0, 0, 1, 1, 2, 2, 3, 3]
            assert x[8] is y[8] is None
            # Level under the words of each value.
            assert y[0:8:2] == y[1:8:2]
            lines[trace.text[start]] = list(y[0:8:2]), trace.line.color
    return lines


def test_every_finished_cell_is_a_line_from_its_settings_to_its_result():
    figure = parallel_coordinates(GRID, cells({0: "diverged", 3: "failed"}), "accuracy")
    titles = ["<b>Loss</b>", "<b>Learning<br>rate</b>", "<b>Seed</b>", "<b>Test<br>accuracy</b>"]
    assert list(figure.layout.xaxis.ticktext) == titles
    lines = lines_of(figure)
    assert len(lines) == 7
    worst, _ = lines["Cross-entropy, 0.5, seed 0: diverged"]
    # Numbers rise, whatever their order in the grid; a diverged line ends below the scale.
    assert worst[1:3] == [1.0, 0.0]
    assert worst[3] < 0
    best, _ = lines["Multiclass hinge, 0.1, seed 1: 85.00%"]
    assert best[1:] == [0.0, 1.0, 1.0]


def test_lines_have_the_colour_of_their_result():
    colours = [colour for _, colour in lines_of(
        parallel_coordinates(GRID, cells(), "accuracy")
    ).values()]  # fmt: skip
    assert len(set(colours)) > 4
    named = [with_alpha(colour, 1) for colour in (CATEGORICAL[7], CATEGORICAL[6])]
    assert [colours[0], colours[-1]] == named
    less_is_better = lines_of(parallel_coordinates(GRID, cells(), "cross_entropy"))
    assert less_is_better["Cross-entropy, 0.5, seed 0: 1"][1] == named[1]


def test_no_line_goes_through_the_words_of_a_value():
    figure = parallel_coordinates(GRID, cells({0: "diverged"}), "accuracy")
    levels, ends = set(), set()
    for trace in figure.data:
        for start in range(0, len(trace.x), 9):
            x, y = trace.x[start : start + 9], trace.y[start : start + 9]
            levels |= set(zip(x[0:6:2], y[0:6:2], strict=True))
            ends.add((x[7], y[7]))
            assert max(one for one in x if one is not None) == x[7]
    notes = figure.layout.annotations
    above = {(note.x, note.y) for note in notes if note.yanchor == "bottom"}
    behind = {(note.x, note.y) for note in notes if note.yanchor == "middle"}
    assert {note.xanchor for note in notes} == {"left"}
    # Words stand on a level piece of every line of their value, or behind the end of all lines.
    assert above == levels
    assert {x for x, _ in behind} == {x for x, _ in ends}
    assert min(note.xshift for note in notes if note.yanchor == "middle") > 0


def test_one_result_alone_stands_in_the_middle():
    only = cells(dict.fromkeys(range(1, 8), "missing"))
    ((heights, _),) = lines_of(parallel_coordinates(GRID, only, "accuracy")).values()
    assert heights[3] == 0.5


def test_values_are_written_as_people_say_them():
    assert value_words("output_relu", False) == "no ReLU"
    assert value_words("learning_rate", 0.1) == "0.1"
    assert value_words("seed", 3) == "seed 3"
    assert value_words("init", "pytorch") == "PyTorch's default"
    assert quantity_words("accuracy", 0.97) == "97.00%"
    assert quantity_words("cross_entropy", math.inf) == "∞"
