"""Figures of a sweep, read back from what they would draw."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
import pytest

from explorer.figures.sweep import heat_map, parallel_coordinates, quantity_words, value_words
from explorer.runs.config import TrainingConfig
from explorer.runs.summary import CurveSummary
from explorer.runs.sweep_cells import Cell
from explorer.runs.sweep_grid import DIMENSIONS, SweepGrid
from explorer.runs.sweep_results import QUANTITIES, table
from tests.exchange.sample_curves import make_row

BASE = TrainingConfig(dataset="digits", device="cpu")
GRID = SweepGrid(
    {name: (getattr(BASE, name),) for name in DIMENSIONS}
    | {"loss": ("cross_entropy", "multiclass_hinge"), "learning_rate": (0.5, 0.1), "seed": (0, 1)},
    BASE,
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


def test_the_better_is_darker_whether_more_or_less_is_better():
    for quantity, best in (("accuracy", (1, 1)), ("cross_entropy", (0, 0))):
        found = table(GRID, cells(), "learning_rate", "loss", quantity)
        shade = np.array(heat_map(GRID, found, quantity).data[0].z)
        assert np.unravel_index(shade.argmax(), shade.shape) == best
        assert (shade.min(), shade.max()) == (0, 1)


def test_a_place_tells_its_mean_how_many_it_is_of_and_what_became_of_the_others():
    found = table(GRID, cells({1: "diverged", 6: "failed", 7: "missing"}), "learning_rate",
                  "loss", "accuracy")  # fmt: skip
    text = written_in(heat_map(GRID, found, "accuracy"))
    assert text["0.5", "Cross-entropy"] == "<b>50.00%</b> · mean of 1<br>1 diverged"
    assert text["0.1", "Cross-entropy"] == "<b>62.50%</b> · mean of 2"
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


def test_every_finished_cell_is_a_line_from_its_settings_to_its_result():
    figure = parallel_coordinates(GRID, cells({0: "diverged", 3: "failed"}), "accuracy")
    assert list(figure.layout.xaxis.ticktext) == ["Loss", "Learning rate", "Seed", "Test accuracy"]
    lines = {}
    for trace in figure.data:
        for start in range(0, len(trace.x), 5):
            assert list(trace.x[start : start + 5]) == [0, 1, 2, 3, None]
            lines[trace.text[start]] = trace.y[start : start + 4]
    assert len(lines) == 7
    worst = lines["Cross-entropy, 0.5, seed 0: diverged"]
    # Numbers rise, whatever their order in the grid; a diverged line ends below the scale.
    assert worst[1:3] == (1.0, 0.0)
    assert worst[3] < 0
    best = lines["Multiclass hinge, 0.1, seed 1: 85.00%"]
    assert best[1:] == (0.0, 1.0, 1.0)


def test_the_words_of_neighbouring_axes_stand_on_two_sides_of_their_points():
    sides = {}
    for note in parallel_coordinates(GRID, cells(), "accuracy").layout.annotations:
        sides.setdefault(note.x, set()).add(math.copysign(1, note.yshift))
    assert sides == {0: {1}, 1: {-1}, 2: {1}, 3: {-1}}


def test_one_result_alone_stands_in_the_middle():
    only = cells(dict.fromkeys(range(1, 8), "missing"))
    figure = parallel_coordinates(GRID, only, "accuracy")
    assert figure.data[0].y[3] == 0.5


def test_values_are_written_as_people_say_them():
    assert value_words("output_relu", False) == "no ReLU"
    assert value_words("learning_rate", 0.1) == "0.1"
    assert value_words("seed", 3) == "seed 3"
    assert value_words("init", "pytorch") == "PyTorch's default"
    assert quantity_words("accuracy", 0.97) == "97.00%"
    assert quantity_words("cross_entropy", math.inf) == "∞"
