"""Races that are worth watching, with what to look for in each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from explorer.core.measured_on_mnist import RACES, RELU_FINALS, percent, span
from explorer.runs.config import TrainingConfig

WELL_CHOSEN_LEARNING_RATE = 0.1
"""The best of the race "Learning rates" on MNIST after 10 epochs."""
NOTES_LEARNING_RATE = 0.01
"""The notes' own choice: after the same 10 epochs its accuracy is still rising."""


@dataclass(frozen=True, slots=True)
class RacePreset:
    """A race to start with one press.

    Attributes:
        configs: One per curve.
        look_for: A plain sentence saying what the race shows.
    """

    configs: tuple[TrainingConfig, ...]
    look_for: str


_NOTES = TrainingConfig(learning_rate=NOTES_LEARNING_RATE)
_WELL_CHOSEN = replace(_NOTES, learning_rate=WELL_CHOSEN_LEARNING_RATE)

_CE, _MSE = RACES["CE against MSE"]
_RELU = RACES["ReLU on the logits"][1]
_PLAIN = RACES["Kaiming against plain normal"][1]
_SLOW, _NOTED, _FAST, _ = RACES["Learning rates"]
_SEEDS = RELU_FINALS[NOTES_LEARNING_RATE]

RACE_PRESETS: Mapping[str, RacePreset] = {
    "CE against MSE": RacePreset(
        (
            replace(_NOTES, name="Cross-entropy"),
            replace(_NOTES, loss="softmax_squared_error", name="MSE on softmax"),
        ),
        "Same weights, same batches, same learning rate, the notes' 0.01: cross-entropy is far "
        f"ahead in the first epoch (on MNIST {percent(_CE.after_100_steps)} against "
        f"{percent(_MSE.after_100_steps)} after 100 steps), and MSE catches up slowly "
        f"({percent(_CE.final, 1)} against {percent(_MSE.final, 1)} after 10 epochs).",
    ),
    "ReLU on the logits": RacePreset(
        (
            replace(_NOTES, name="No ReLU on the logits"),
            replace(_NOTES, output_relu=True, name="ReLU on the logits"),
        ),
        "A logit that is negative for every image gets no gradient through the ReLU: its class "
        f"is dead, and hardly any image is ever assigned to it. On MNIST {percent(_RELU.final)} "
        f"instead of {percent(_CE.final)} after 10 epochs; with other seeds anywhere from "
        f"{span(_SEEDS)}.",
    ),
    "Kaiming against plain normal": RacePreset(
        (
            replace(_NOTES, name="Kaiming normal"),
            replace(_NOTES, init="normal", name="Plain normal"),
        ),
        "Plain normal weights do not make the gradient vanish; they make the signal explode: the "
        f"test cross-entropy starts at {_PLAIN.first:,.0f} nats and the gradient norms with it, "
        f"and MNIST ends near {percent(_PLAIN.final)} instead of {percent(_CE.final)}. Kaiming "
        f"starts at {_CE.first:.1f} nats, somewhat above the ln 10 = {math.log(10):.1f} of knowing "
        "nothing.",
    ),
    "Learning rates": RacePreset(
        tuple(
            replace(_WELL_CHOSEN, learning_rate=rate, name=f"rate {rate:g}")
            for rate in (0.001, 0.01, 0.1, 0.5)
        ),
        f"On MNIST 0.001 crawls ({percent(_SLOW.final, 1)} after 10 epochs), the notes' 0.01 gives "
        f"{percent(_NOTED.final, 1)}, 0.1 gives {percent(_FAST.final, 1)}, and 0.5 diverges "
        "within twenty steps.",
    ),
}


def fit_to_digits(configs: Sequence[TrainingConfig]) -> tuple[TrainingConfig, ...]:
    """Give configs made for MNIST enough steps on the 1,797 embedded digits.

    An epoch of 200-image batches over so few images is eight steps, too short to learn or to
    watch; smaller batches and more epochs give about as many steps as MNIST has.
    """
    return tuple(replace(config, batch_size=20, epochs=40) for config in configs)
