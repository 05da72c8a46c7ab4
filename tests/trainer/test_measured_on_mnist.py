"""What the pages say of training on MNIST, trained again where the four files are."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.core.measured_on_mnist import (
    NOTES_SETTING,
    PLAIN_FINALS,
    RACES,
    RELU_FINALS,
    Measured,
)
from explorer.runs.config import TrainingConfig
from explorer.runs.curve_data import training_loss
from explorer.runs.mnist_files import FILES, load_mnist
from explorer.runs.race_presets import RACE_PRESETS, fit_to_digits
from explorer.runs.records import CurveChunk, by_curve
from explorer.teaching.note_checks.practice import CHECKS
from explorer.trainer.data import TrainingData, embedded_digits, prepare
from explorer.trainer.loop import train
from tests.runs.sample_records import Seen

# Read before each test is kept from the folders of the machine.
FOLDER = Path(os.environ.get("EXPLORER_DATA_DIR") or "nowhere")

needs_mnist = pytest.mark.skipif(
    not any(FOLDER.glob(f"{FILES['train_images']}*")), reason="EXPLORER_DATA_DIR holds no MNIST"
)
CURVES = {
    config: measured
    for name, preset in RACE_PRESETS.items()
    for config, measured in zip(
        (replace(config, name="") for config in preset.configs), RACES[name], strict=True
    )
}
"""Every curve of the presets once, with what is said of it."""


@pytest.fixture(scope="module")
def mnist() -> TrainingData:
    return prepare(load_mnist(FOLDER))


def trained(
    configs: Sequence[TrainingConfig], data: TrainingData, steps: int | None = None
) -> list[Seen]:
    """Train curves, all of them or their first steps."""

    def first(chunks: Iterator[CurveChunk]) -> Iterator[CurveChunk]:
        for chunk in chunks:
            made = training_loss(chunk.data).steps
            if steps and made.size and made[0] > steps:
                return
            yield chunk

    return list(map(Seen, by_curve(first(train(configs, data)), len(configs))))


def accuracy_at(curve: Seen, step: int) -> float | None:
    return next((one.accuracy for one in curve.evaluations if one.step == step), None)


def test_every_race_says_what_was_measured_of_each_of_its_curves():
    assert {name: len(preset.configs) for name, preset in RACE_PRESETS.items()} == {
        name: len(measured) for name, measured in RACES.items()
    }
    assert set(CURVES.values()) >= {NOTES_SETTING}


@needs_mnist
def test_races_begin_as_the_pages_say(mnist):
    configs = list(CURVES)
    for config, curve in zip(configs, trained(configs, mnist, steps=110), strict=True):
        said: Measured = CURVES[config]
        first = curve.evaluations[0]
        assert first.step == 0
        assert first.losses["cross_entropy"] == pytest.approx(said.first, rel=1e-3)
        assert curve.diverged_at == pytest.approx(said.diverged_at, abs=2)
        if said.after_100_steps is not None:
            assert accuracy_at(curve, 100) == pytest.approx(said.after_100_steps, abs=0.005)


@needs_mnist
@pytest.mark.long
def test_races_end_as_the_pages_say(mnist):
    configs = list(CURVES)
    for config, curve in zip(configs, trained(configs, mnist), strict=True):
        said = CURVES[config]
        if said.final is not None:
            assert curve.evaluations[-1].full
            # Rounding decides where a network ends that begins at thousands of nats.
            strays = 0.03 if said.first > 1000 else 0.003
            assert curve.evaluations[-1].accuracy == pytest.approx(said.final, abs=strays)
    entropy, squared = (
        next(e.step for e in curve.evaluations if e.accuracy >= 0.9)
        for curve in (
            trained([config], mnist)[0] for config in RACE_PRESETS["CE against MSE"].configs
        )
    )
    assert entropy < squared


@needs_mnist
@pytest.mark.long
@pytest.mark.parametrize("rate", RELU_FINALS)
def test_a_relu_on_the_logits_costs_as_much_as_the_pages_say(mnist, rate):
    for config, said in zip(
        RACE_PRESETS["ReLU on the logits"].configs, (PLAIN_FINALS, RELU_FINALS), strict=True
    ):
        seeds = range(len(said[rate]))
        configs = [replace(config, learning_rate=rate, seed=seed) for seed in seeds]
        finals = [curve.evaluations[-1].accuracy for curve in trained(configs, mnist)]
        assert finals == pytest.approx(said[rate], abs=0.003 if said is PLAIN_FINALS else 0.01)


@pytest.mark.long
def test_the_cards_of_the_notes_say_what_the_small_digits_give():
    plain, relu = fit_to_digits(RACE_PRESETS["ReLU on the logits"].configs)
    _, normal = fit_to_digits(RACE_PRESETS["Kaiming against plain normal"].configs)
    kinds = {
        "relu": relu,
        "plain": plain,
        "normal": normal,
        "normal relu": replace(normal, output_relu=True),
    }
    configs = [replace(config, seed=seed) for config in kinds.values() for seed in range(5)]
    last = [one.evaluations[-1] for one in trained(configs, prepare(embedded_digits()))]
    found = {kind: last[5 * place :][:5] for place, kind in enumerate(kinds)}
    told = {one.label: one.values for check in CHECKS for one in check.measurements}

    def said(beginning: str) -> tuple[float, ...]:
        (values,) = [values for label, values in told.items() if label.startswith(beginning)]
        return values

    def accuracies(kind: str) -> list[float]:
        return [one.accuracy for one in found[kind]]

    assert accuracies("relu") == pytest.approx(said("test accuracy with the ReLU"), abs=0.02)
    assert accuracies("plain") == pytest.approx(said("without it, the same"), abs=0.01)
    assert accuracies("normal") == pytest.approx(said("plain normal without it"), abs=0.02)
    never = tuple(int((one.confusion.sum(axis=0) == 0).sum()) for one in found["relu"])
    assert never == said("digits that the network with it never predicts")
    ends = [one.losses["cross_entropy"] for one in found["normal relu"]]
    assert ends == pytest.approx(said("plain normal and ReLU on the logits"), abs=0.02)


@pytest.mark.long
def test_most_sweeps_of_the_relu_on_small_digits_stay_at_chance():
    relu = fit_to_digits(RACE_PRESETS["ReLU on the logits"].configs)[1]
    configs = [replace(relu, learning_rate=0.1, seed=seed) for seed in range(5)]
    ends = [one.evaluations[-1] for one in trained(configs, prepare(embedded_digits()))]
    stuck = [abs(one.losses["cross_entropy"] - math.log(10)) < 0.01 for one in ends]
    assert sum(stuck) > 2
