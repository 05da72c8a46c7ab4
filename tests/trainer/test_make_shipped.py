"""What comes with the app is made by real training, and can be made again."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.core.recorded_race import FOUR_PLACE, RECORDED_RACE, RECORDED_SWEEP
from explorer.runs.config import TrainingConfig
from explorer.runs.digit_recognition import network_of
from explorer.runs.mnist_files import Images
from explorer.runs.records import by_curve
from explorer.store.shipped import SHIPPED_FOLDER, ShippedRuns
from explorer.store.weights import read_weights
from explorer.trainer.data import Source, digit_indices, load_source
from explorer.trainer.loop import train
from explorer.trainer.make_shipped import (
    MOST_IMAGES,
    RACE,
    RACE_EVALUATION_STEPS,
    main,
    make,
    shown_data,
)
from tests.runs.sample_records import Seen, grid_of

GIVEN = os.environ.get("EXPLORER_DATA_DIR", "")
SMALL = TrainingConfig(
    epochs=3, hidden_sizes=(8,), batch_size=20, dataset="mnist", device="cpu", learning_rate=0.1
)
GRID = grid_of(SMALL, seed=(0, 1))


def test_the_script_trains_measures_and_keeps_what_it_says(images: Images, tmp_path: Path) -> None:
    source = Source(images, "mnist", "Images in MNIST's format", "", images.md5())
    make(source, tmp_path, [SMALL], GRID, four=24)
    made = ShippedRuns(tmp_path)
    run = made.run(RECORDED_RACE)
    assert run.info is not None
    # The second 4 gives its place to another.
    shown = digit_indices(images.test_labels)
    shown[FOUR_PLACE] = 24
    np.testing.assert_array_equal(run.info.digits, images.test_images[shown])
    assert run.info.digit_labels.tolist() == [digit for digit in range(10) for _ in range(2)]
    assert run.info.versions["torch"] == torch.__version__
    (records,) = map(Seen, made.records(RECORDED_RACE).curves)
    assert records.steps[-1] == run.progress.step == 90
    measured = sorted({one.step for one in records.evaluations})
    assert measured == [0, 20, 30, 40, 60, 80, 90]
    # Seconds in whole 1/1024 still rise and reach what was measured.
    assert (np.diff(records.seconds) >= 0).all()
    assert (records.seconds * 1024 % 1 == 0).all()
    (row,) = made.rows([RECORDED_RACE])
    file = made.weights_file(RECORDED_RACE, 0)
    assert file is not None
    assert row.config is not None
    logits = network_of(row, read_weights(file, row.config)).logits(run.info.digits)
    exponentials = np.exp(logits - logits.max(1, keepdims=True))
    np.testing.assert_allclose(
        exponentials / exponentials.sum(1, keepdims=True),
        records.evaluations[-1].digits_softmax,
        atol=1e-5,
    )
    assert len(made.images.labels) == min(MOST_IMAGES, len(images.test_labels))
    assert made.sweeps()[RECORDED_SWEEP].grid == GRID
    assert not any(row.has_weights for row in made.rows([f"{RECORDED_SWEEP}-1"]))


def test_without_mnist_nothing_is_made_and_it_is_said(
    capsys: pytest.CaptureFixture[str], images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {file: file.stat().st_mtime_ns for file in SHIPPED_FOLDER.iterdir()}
    assert main() == 1
    assert "MNIST is not available" in capsys.readouterr().err
    source = Source(images, "mnist", "Images in MNIST's format", "", images.md5())
    monkeypatch.setattr("explorer.trainer.data.load_source", lambda dataset: source)
    assert main() == 1
    assert "not the images of MNIST" in capsys.readouterr().err
    assert {file: file.stat().st_mtime_ns for file in SHIPPED_FOLDER.iterdir()} == before


@pytest.mark.long
@pytest.mark.skipif(not GIVEN, reason="needs MNIST in EXPLORER_DATA_DIR")
def test_the_shipped_race_is_what_training_on_mnist_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_DATA_DIR", GIVEN)
    torch.set_flush_denormal(True)
    data = shown_data(load_source("mnist"))
    again = by_curve(list(train(RACE, data, evaluate_every=RACE_EVALUATION_STEPS)), len(RACE))
    shipped = ShippedRuns(SHIPPED_FOLDER).records(RECORDED_RACE).curves
    for one, other in zip(map(Seen, again), map(Seen, shipped), strict=True):
        # Processors sum in another order, which training magnifies.
        np.testing.assert_allclose(one.losses[:100], other.losses[:100], rtol=1e-3)
        accuracies = [[e.accuracy for e in curve.evaluations] for curve in (one, other)]
        assert accuracies[0][-1] == pytest.approx(accuracies[1][-1], abs=0.005)
