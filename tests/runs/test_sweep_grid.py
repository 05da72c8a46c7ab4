"""Grids of settings: their cells, what they refuse, and how many cells are trained at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.runs.config import (
    INIT_LABELS,
    LOSS_LABELS,
    MAX_CURVES,
    ConfigError,
    TrainingConfig,
    validate_race,
)
from explorer.runs.sweep_grid import (
    DIMENSIONS,
    MOST_CELLS,
    SweepGrid,
    bytes_per_curve,
    estimated_seconds,
)
from tests.runs.sample_records import grid_of

BASE = TrainingConfig(dataset="digits", device="cpu", epochs=3)


def grid(base: TrainingConfig = BASE, **values: tuple) -> SweepGrid:
    return grid_of(base, **values)


def some(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(values, min_size=1, max_size=3, unique=True).map(tuple)


GRIDS = st.fixed_dictionaries(
    {
        "loss": some(st.sampled_from(list(LOSS_LABELS))),
        "learning_rate": some(st.floats(1e-6, 10)),
        "init": some(st.sampled_from(list(INIT_LABELS))),
        "output_relu": some(st.booleans()),
        "seed": some(st.integers(0, 99)),
    }
).map(lambda values: SweepGrid(values, BASE))


@given(GRIDS)
def test_every_combination_is_one_cell(drawn):
    cells = drawn.cells()
    assert len(cells) == len(set(cells)) == drawn.num_cells
    for name, values in drawn.values.items():
        assert {getattr(cell, name) for cell in cells} == set(values)
    shared = {name: getattr(BASE, name) for name in DIMENSIONS}
    assert {replace(cell, **shared) for cell in cells} == {BASE}


@given(GRIDS, st.none() | st.floats(0, 1e12))
def test_a_chunk_is_a_race_that_trains_as_one_stack(drawn, memory):
    size = drawn.chunk_size(memory)
    assert 1 <= size <= min(MAX_CURVES, drawn.num_cells)
    chunk = validate_race(drawn.cells()[:size])
    assert len({cell.stack_key for cell in chunk}) == 1


@given(GRIDS)
def test_a_grid_survives_json(drawn):
    assert SweepGrid.from_json(drawn.to_json()) == drawn


@given(GRIDS)
def test_cells_are_called_by_what_tells_them_apart(drawn):
    named = drawn.named_cells()
    assert [replace(cell, name="") for cell in named] == list(drawn.cells())
    names = [cell.name for cell in named if cell.name]
    assert len(set(names)) == len(names)


def test_a_cell_is_called_by_its_loss_where_losses_differ():
    cells = grid(loss=("cross_entropy", "multiclass_hinge"), seed=(0, 1)).named_cells()
    assert cells[3].name == "Multiclass hinge, seed 1"


def test_the_seed_varies_fastest():
    cells = grid(loss=("cross_entropy", "multiclass_hinge"), seed=(3, 4)).cells()
    assert [(cell.loss, cell.seed) for cell in cells] == [
        ("cross_entropy", 3), ("cross_entropy", 4), ("multiclass_hinge", 3),
        ("multiclass_hinge", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"loss": ()}, "Loss: choose at least one value."),
        ({"seed": (1, 1)}, "Seed: a value is there twice."),
        ({"learning_rate": (0.1, -1.0)}, "The learning rate must be above 0"),
        ({"init": ("he",)}, "The initialisation must be one of"),
        ({"seed": tuple(range(600))}, "This grid has 600 cells; at most 512"),
    ],
)
def test_what_cannot_be_trained_is_a_sentence(values, sentence):
    with pytest.raises(ConfigError, match=sentence):
        grid(**values)


def test_the_largest_grid_is_allowed():
    assert grid(seed=tuple(range(MOST_CELLS))).num_cells == MOST_CELLS


def test_memory_decides_how_many_cells_are_trained_at_once():
    big = replace(BASE, hidden_sizes=(4096, 4096))
    drawn = grid(big, seed=tuple(range(16)))
    each = bytes_per_curve(big)
    assert drawn.chunk_size(None) == MAX_CURVES
    assert drawn.chunk_size(2 * each * 5.5) == 5
    assert drawn.chunk_size(each) == 1
    assert drawn.chunk_size(0) == 1
    assert drawn.chunk_size(None, workers=10**6) == 1
    assert drawn.chunk_size(None, workers=2) == min(MAX_CURVES, -(-drawn.num_cells // 2))


def test_the_memory_of_a_curve_counts_weights_gradients_and_the_optimizer():
    plain = bytes_per_curve(BASE)
    assert plain > 4 * 3 * BASE.num_parameters
    momentum = bytes_per_curve(replace(BASE, momentum=0.9))
    assert momentum - plain == 4 * BASE.num_parameters
    assert bytes_per_curve(replace(BASE, optimizer="adam")) - plain == 8 * BASE.num_parameters


def test_the_time_is_that_of_earlier_trainings_by_image_and_parameter():
    drawn = grid(seed=(0, 1))
    work = 2 * 3 * 1000 * BASE.num_parameters
    assert estimated_seconds(drawn, 2, 1000, [1e-9, 5e-9, 2e-9]) == pytest.approx(2e-9 * work)
    assert estimated_seconds(drawn, 2, 1000, []) is None
