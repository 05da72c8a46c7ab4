"""What the cards B16 and B17 say of training, seen again in a few short runs."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from explorer.runs.race_presets import RACE_PRESETS, fit_to_digits
from explorer.runs.records import by_curve
from explorer.teaching.worked_examples import EXAMPLES
from explorer.trainer.data import TrainingData, embedded_digits, prepare
from explorer.trainer.loop import train
from tests.runs.sample_records import Seen

AT_CHANCE = math.log(10)


@pytest.fixture(scope="module")
def digits() -> TrainingData:
    return prepare(embedded_digits())


def test_b16_a_relu_on_the_logits_kills_classes_and_its_absence_does_not(digits):
    race = fit_to_digits(RACE_PRESETS[EXAMPLES["relu_on_logits"]["race"]].configs)
    # The seed with the most dead classes; a fraction of the preset's epochs.
    configs = [replace(config, seed=4, epochs=5) for config in race]
    without, with_relu = (
        Seen(curve).evaluations[-1] for curve in by_curve(train(configs, digits), 2)
    )
    assert not configs[0].output_relu
    assert without.accuracy > 0.9
    assert with_relu.accuracy < 0.5
    never_predicted = (with_relu.confusion.sum(axis=0) == 0).sum()
    assert never_predicted >= 3


def test_b17_plain_normal_weights_explode_and_die_only_with_a_relu_on_the_logits(digits):
    kaiming, normal = fit_to_digits(RACE_PRESETS[EXAMPLES["plain_normal_explodes"]["race"]].configs)
    configs = [
        replace(config, epochs=2) for config in (kaiming, normal, replace(normal, output_relu=True))
    ]
    first, exploded, dead = map(Seen, by_curve(train(configs, digits), 3))
    assert first.losses[0] < 2 * AT_CHANCE
    assert exploded.losses[0] > 1000
    assert (exploded.gradient_norms[0] > 100 * first.gradient_norms[0]).all()
    assert exploded.evaluations[-1].accuracy > 0.8
    assert dead.evaluations[-1].losses["cross_entropy"] == pytest.approx(AT_CHANCE, abs=0.05)
