"""Runs that come with the app: read like others, changed by nobody, and true to what they say."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from explorer.core.recorded_race import (
    FOUR_PLACE,
    FOUR_TEST_INDEX,
    RECORDED_RACE,
    RECORDED_SWEEP,
    SWEEP_FAST_CELLS,
    SWEEP_FINALS,
    SWEEP_RUN,
)
from explorer.exchange.exported import ExportedCurve
from explorer.exchange.exports import EXPORTS
from explorer.runs.config import TrainingConfig
from explorer.runs.digit_recognition import DigitNetwork, network_of
from explorer.runs.records import by_curve
from explorer.runs.run import FINISHED, Run
from explorer.runs.summary import CurveSummary
from explorer.runs.sweep_cells import Sweep, SweepRun
from explorer.store.record_bytes import to_bytes
from explorer.store.run_store import RunReadOnly, RunStore, UnknownRun, WeightsError
from explorer.store.shipped import (
    NOTHING_SHIPPED,
    SHIPPED_FOLDER,
    ShippedImages,
    ShippedRun,
    ShippedRuns,
    write_shipped,
)
from explorer.store.weights import weight_shapes
from tests.runs.sample_records import Seen, evaluation, grid_of, make_info, steps

SMALL = TrainingConfig(hidden_sizes=(4,), dataset="mnist", device="cpu")
GRID = grid_of(SMALL, seed=(0, 1))


def network(config: TrainingConfig) -> bytes:
    shapes = weight_shapes(config).items()
    return safetensors.numpy.save({name: np.ones(shape, np.float32) for name, shape in shapes})


def shipped_run(run_id: str, *configs: TrainingConfig, networks: bool = False) -> ShippedRun:
    lifetime = {"status": FINISHED, "created_at": 1.0, "started_at": 1.0, "ended_at": 9.0}
    run = Run(run_id, f"Run {run_id}", configs, info=make_info(), **lifetime)
    chunks = [
        chunk
        for k in range(len(configs))
        for chunk in (*steps(1, 20, curve=k), evaluation(20, 0.9, curve=k, full=True))
    ]
    weights = {k: network(config) for k, config in enumerate(configs)} if networks else {}
    return ShippedRun(run, by_curve(chunks, len(configs)), weights)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a race, whose networks are kept, and a sweep of two cells."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    race = shipped_run("race", SMALL, dataclasses.replace(SMALL, seed=1), networks=True)
    cells = shipped_run("part", *GRID.named_cells())
    sweep = Sweep("sweep", "A sweep", GRID, 1.0, 1, False, (SweepRun("part", (0, 1), 1),))
    images = ShippedImages(np.full((3, 28, 28), 7, np.uint8), np.arange(3), np.arange(3) * 5)
    write_shipped(folder, [race, cells], [sweep], images)
    return folder


@pytest.fixture
def beside(folder: Path, tmp_path: Path) -> RunStore:
    """A store with one own run, and the folder beside it."""
    store = RunStore(f"sqlite:///{tmp_path}/runs.sqlite3", ShippedRuns(folder))
    store.runs.create([SMALL], "Own")
    return store


def test_what_was_written_is_read_as_it_was(folder):
    shipped = ShippedRuns(folder)
    race = shipped_run("race", SMALL, dataclasses.replace(SMALL, seed=1), networks=True)
    found = shipped.run("race")
    assert found.info.to_json() == race.run.info.to_json()
    blank = dataclasses.replace(found, info=None, is_shipped=False)
    assert found.is_shipped
    assert blank == dataclasses.replace(race.run, info=None)
    before, after = (enumerate(one) for one in (race.records, shipped.records("race").curves))
    assert to_bytes(after) == to_bytes(before)
    assert shipped.weights_file("race", 1) == race.weights[1]
    assert shipped.weights_file("part", 0) is None
    assert shipped.sweeps()["sweep"].grid == GRID
    assert shipped.images.test_indices.tolist() == [0, 5, 10]
    rows = shipped.rows()
    assert [row.id for row in rows] == ["race:0", "race:1", "part:0", "part:1"]
    assert all(row.is_shipped and row.summary.steps == 20 for row in rows)
    assert [row.has_weights for row in rows] == [True, True, False, False]


def test_writing_again_leaves_nothing_of_earlier_runs(folder):
    images = ShippedRuns(folder).images
    write_shipped(folder, [shipped_run("other", SMALL)], [], images)
    assert {file.name for file in folder.iterdir()} == {
        "index.json", "images.npz", "other.parquet",
    }  # fmt: skip


def test_nothing_is_read_before_it_is_asked_for(tmp_path):
    store = RunStore(f"sqlite:///{tmp_path}/runs.sqlite3", ShippedRuns(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError):
        store.runs.list()


def test_own_runs_come_first_and_the_shipped_ones_stay_within_reach(beside):
    assert [run.name for run in beside.runs.list(1)] == ["Own", "Run race"]
    assert beside.curves.list()[0].run_name == "Own"
    assert [row.id for row in beside.curves.list()][1:] == ["race:0", "race:1", "part:0", "part:1"]
    assert [row.id for row in beside.curves.list(["part"])] == ["part:0", "part:1"]
    assert beside.curves.list(deleted=True) == []
    assert [sweep.id for sweep in beside.sweeps.list()] == ["sweep"]
    assert beside.sweeps.get("sweep").is_shipped


def test_a_shipped_run_is_read_like_any_other(beside):
    assert beside.runs.get("race").status == FINISHED
    whole = beside.records.read("race")
    assert Seen(whole.curves[1]).steps[-1] == 20
    later = beside.records.read("race", after=whole.cursor)
    assert not later
    assert (later.cursor, len(later.curves)) == (whole.cursor, 2)
    arrays = beside.weights.get("race", 0)
    assert {name: array.shape for name, array in arrays.items()} == dict(weight_shapes(SMALL))
    for run_id, curve in (("race", 2), ("part", 0)):
        with pytest.raises(WeightsError):
            beside.weights.get(run_id, curve)


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.annotations.rename_run("race", "Mine"),
        lambda store: store.annotations.rename_curve("race", 0, "Mine"),
        lambda store: store.annotations.set_tags("race", ["mine"], 0),
        lambda store: store.annotations.set_note("race", "mine", 0),
        lambda store: store.curves.delete("race"),
        lambda store: store.curves.delete("part", [1]),
    ],
)
def test_a_shipped_run_cannot_be_changed_and_it_is_said_why(beside, folder, change):
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(RunReadOnly, match="came with the app: it can be looked at"):
        change(beside)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert "race:0" in [row.id for row in beside.curves.list()]


def test_a_store_without_shipped_runs_knows_none(tmp_path):
    store = RunStore(f"sqlite:///{tmp_path}/runs.sqlite3")
    assert (store.runs.list(), store.curves.list(), store.sweeps.list()) == ([], [], [])
    assert len(NOTHING_SHIPPED.images.labels) == 0
    with pytest.raises(UnknownRun):
        store.runs.get(RECORDED_RACE)


# ------------------------------------------------------------------- the files that are shipped


@pytest.fixture(scope="module")
def recorded() -> ShippedRuns:
    return ShippedRuns(SHIPPED_FOLDER)


def raced(recorded: ShippedRuns) -> list[Seen]:
    return list(map(Seen, recorded.records(RECORDED_RACE).curves))


def networks(recorded: ShippedRuns) -> list[DigitNetwork]:
    rows = recorded.rows([RECORDED_RACE])
    files = [recorded.weights_file(RECORDED_RACE, row.curve) for row in rows]
    return [
        network_of(row, safetensors.numpy.load(file))
        for row, file in zip(rows, files, strict=True)
        if file is not None
    ]


def test_the_files_are_small_and_all_of_them_are_known(recorded):
    files = [file for file in SHIPPED_FOLDER.iterdir() if file.is_file()]
    assert sum(file.stat().st_size for file in files) <= 2_500_000
    known = {"index.json", "images.npz", "README.md", f"{RECORDED_SWEEP}-1.parquet"}
    known |= {f"{RECORDED_RACE}.parquet"}
    known |= {f"{RECORDED_RACE}.{curve}.safetensors" for curve in (0, 1)}
    assert {file.name for file in files} == known
    assert len(recorded.images.labels) <= 300
    text = (SHIPPED_FOLDER / "README.md").read_text()
    assert "Yann LeCun and Corinna Cortes" in text
    assert "CC BY-SA 3.0" in text


def test_the_race_is_the_notes_setting_for_ten_epochs_of_mnist_with_its_environment(recorded):
    run = recorded.run(RECORDED_RACE)
    assert [config.loss for config in run.configs] == ["cross_entropy", "softmax_squared_error"]
    assert {(c.epochs, c.hidden_sizes, c.learning_rate, c.seed) for c in run.configs} == {
        (10, (200, 200), 0.01, 0)
    }
    info = run.info
    assert (info.dataset, info.train_images, info.test_images) == ("mnist", 60_000, 10_000)
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", info.versions["torch"])
    assert info.device_name
    assert re.fullmatch("[0-9a-f]{40}", info.git_revision)
    assert run.ended_at > run.started_at > 1.7e9


@pytest.mark.parametrize("run_id", [RECORDED_RACE, f"{RECORDED_SWEEP}-1"])
def test_the_summaries_are_those_of_the_records(recorded, run_id):
    for row, records in zip(recorded.rows([run_id]), recorded.records(run_id).curves, strict=True):
        # As text, in which NaN equals NaN.
        assert CurveSummary().extended(records).to_json() == row.summary.to_json()
        seen = Seen(records)
        assert (seen.diverged_at is None) == (row.summary.steps == 3_000)
        for one in seen.evaluations:
            assert one.confusion.sum() == one.examples
            assert one.accuracy == np.trace(one.confusion) / one.examples
            np.testing.assert_allclose(one.digits_softmax.sum(1), 1, atol=1e-5)


def test_the_race_was_measured_often_enough_to_be_scrubbed(recorded):
    for records in raced(recorded):
        at = sorted({one.step for one in records.evaluations})
        assert at[0] == 0
        assert max(np.diff(at)) <= 20
        assert sum(one.full for one in records.evaluations) == 10


def test_the_networks_say_of_the_shown_digits_what_was_recorded(recorded):
    info = recorded.run(RECORDED_RACE).info
    for one, records in zip(networks(recorded), raced(recorded), strict=True):
        logits = one.logits(info.digits).astype(float)
        q = np.exp(logits - logits.max(1, keepdims=True))
        q /= q.sum(1, keepdims=True)
        np.testing.assert_allclose(q, records.evaluations[-1].digits_softmax, atol=1e-4)


def test_the_images_are_the_shown_digits_and_some_of_every_cell_of_the_confusion_matrices(recorded):
    images, info = recorded.images, recorded.run(RECORDED_RACE).info
    kept = {pixels.tobytes() for pixels in images.pixels}
    assert {pixels.tobytes() for pixels in info.digits} <= kept
    assert (np.diff(images.test_indices) > 0).all()
    for one, records in zip(networks(recorded), raced(recorded), strict=True):
        said = one.logits(images.pixels).argmax(1)
        counted = np.zeros((10, 10), int)
        np.add.at(counted, (images.labels, said), 1)
        full = next(e for e in reversed(records.evaluations) if e.full).confusion
        assert (counted <= full).all()
        assert ((counted > 0) == (full > 0)).all()


def test_two_digits_of_each_class_are_shown_and_one_4_could_be_a_9(recorded):
    info, images = recorded.run(RECORDED_RACE).info, recorded.images
    assert info.digit_labels.tolist() == [digit for digit in range(10) for _ in range(2)]
    place = images.test_indices.tolist().index(FOUR_TEST_INDEX)
    assert images.labels[place] == 4
    np.testing.assert_array_equal(info.digits[FOUR_PLACE], images.pixels[place])
    for records in raced(recorded):
        q = records.evaluations[-1].digits_softmax[FOUR_PLACE]
        assert min(q[4], q[9]) > 0.3


def test_the_sweep_covers_its_grid_in_one_run(recorded):
    sweep = recorded.sweeps()[RECORDED_SWEEP]
    (run,) = sweep.runs
    assert run.cells == tuple(range(sweep.grid.num_cells))
    configs = recorded.run(run.run_id).configs
    assert configs == sweep.grid.named_cells()
    assert [run.id for run in recorded.races()] == [RECORDED_RACE]
    assert run.run_id == SWEEP_RUN
    fast = tuple(cell for cell, one in enumerate(configs) if one.learning_rate >= 0.1)
    assert fast == SWEEP_FAST_CELLS
    curves = dict(zip(configs, recorded.records(SWEEP_RUN).curves, strict=True))
    for config, curve in curves.items():
        quoted = SWEEP_FINALS[config.loss].get(config.learning_rate, (None, None))[config.seed]
        assert quoted in (None, round(Seen(curve).evaluations[-1].accuracy, 4))


@pytest.mark.parametrize("name", EXPORTS)
def test_the_race_is_exported_like_any_run(recorded, name):
    rows, records = recorded.rows([RECORDED_RACE]), recorded.records(RECORDED_RACE).curves
    curves = [ExportedCurve(row, records[row.curve], row.label) for row in rows]
    assert EXPORTS[name].why_not(rows) == ""
    assert len(EXPORTS[name].export(curves)) > 1_000
