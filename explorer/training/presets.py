"""Races that are worth watching, with what to look for in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from explorer.training.config import TrainingConfig

WELL_CHOSEN_LEARNING_RATE = 0.1


@dataclass(frozen=True, slots=True)
class RacePreset:
    """A race to start with one press.

    Attributes:
        configs: One per curve.
        look_for: A plain sentence saying what the race shows.
    """

    configs: tuple[TrainingConfig, ...]
    look_for: str


_DEFAULT = TrainingConfig(learning_rate=WELL_CHOSEN_LEARNING_RATE)
_NOTES = TrainingConfig()

RACE_PRESETS: Mapping[str, RacePreset] = {
    "CE against MSE": RacePreset(
        (
            replace(_DEFAULT, name="Cross-entropy"),
            replace(_DEFAULT, loss="softmax_squared_error", name="MSE on softmax"),
        ),
        "Same weights, same batches, same learning rate: the gap between the curves is the loss "
        "alone.",
    ),
    "ReLU on the logits": RacePreset(
        (
            replace(_NOTES, name="No ReLU on the logits"),
            replace(_NOTES, output_relu=True, name="ReLU on the logits"),
        ),
        "The ReLU can only say “no opinion” (0) or “yes”: classes whose logit is stuck at 0 die, "
        "and their rows of the confusion matrix stay wrong.",
    ),
    "Kaiming against plain normal": RacePreset(
        (
            replace(_NOTES, name="Kaiming normal"),
            replace(_NOTES, init="normal", name="Plain normal"),
        ),
        "Plain normal weights make the signal explode: the loss starts in the thousands and so do "
        "the gradient norms; Kaiming starts near ln 10 = 2.3.",
    ),
    "learning rates": RacePreset(
        tuple(
            replace(_NOTES, learning_rate=rate, name=f"rate {rate:g}")
            for rate in (0.001, 0.01, 0.1, 1.0)
        ),
        "Too small crawls, too large jumps about or diverges; the useful range is narrow.",
    ),
}


def fit_to_digits(configs: Sequence[TrainingConfig]) -> tuple[TrainingConfig, ...]:
    """Give configs made for MNIST enough steps on the 1,797 embedded digits.

    An epoch of 200-image batches over so few images is eight steps, too short to learn or to
    watch; smaller batches and more epochs give about as many steps as MNIST has.
    """
    return tuple(replace(config, batch_size=20, epochs=40) for config in configs)
