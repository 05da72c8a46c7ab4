"""What the records of a curve come to, kept beside them so that tables need not read them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from explorer.runs.curve_data import (
    ACCURACY,
    EXAMPLES,
    diverged_at,
    on_test_images,
    training_loss,
    values_at,
)
from explorer.runs.series import EPOCH, SECONDS, CurveData

_CLOCKS = (EXAMPLES, SECONDS)
TARGETS = (90, 95, 97)
"""Test accuracies in percent for which the steps that they took are kept."""


@dataclass(frozen=True, slots=True)
class CurveSummary:
    """One curve in a few numbers; None where nothing was measured yet.

    A measurement on the whole test set goes before those on its first 1,000 images: the best of
    many small measurements would be too good.

    Attributes:
        steps: Steps made.
        examples_seen: Training images seen.
        seconds: Training time, pauses left out.
        final_loss: The curve's own training loss at its newest step, NaN or Inf where it is.
        final_accuracy: Fraction of test images, 0 to 1, at the newest measurement.
        final_cross_entropy: Test cross-entropy in nats at the newest measurement.
        final_full: Whether that was on the whole test set.
        best_accuracy: The highest test accuracy.
        best_step: The first step that had it.
        best_epoch: The same in epochs, with a fraction.
        best_full: Whether that was on the whole test set; if it was ever measured, the best is
            the best of these.
        steps_to_90: Step of the first measurement, on however many images, with a test accuracy
            of at least 90 %; None where it was not reached.
        steps_to_95: The same for 95 %.
        steps_to_97: The same for 97 %.
        diverged_at: First step whose loss or gradient was not finite, or None.
    """

    steps: int = 0
    examples_seen: int = 0
    seconds: float = 0.0
    final_loss: float | None = None
    final_accuracy: float | None = None
    final_cross_entropy: float | None = None
    final_full: bool = False
    best_accuracy: float | None = None
    best_step: int | None = None
    best_epoch: float | None = None
    best_full: bool = False
    steps_to_90: int | None = None
    steps_to_95: int | None = None
    steps_to_97: int | None = None
    diverged_at: int | None = None

    def steps_to(self, percent: int) -> int | None:
        """Return the steps to one of TARGETS."""
        return getattr(self, f"steps_to_{percent}")

    def extended(self, newer: CurveData) -> CurveSummary:
        """Return the summary of what was measured so far and these newer parts of the curve."""
        found: dict[str, Any] = {}
        if len(loss := training_loss(newer)):
            at = loss.steps[-1:]
            seen, seconds = (float(values_at(newer.clocks.get(name), at)[0]) for name in _CLOCKS)
            found["steps"], found["final_loss"] = int(at[0]), float(loss.values[-1])
            found["examples_seen"] = int(seen) if math.isfinite(seen) else 0
            found["seconds"] = seconds
        if self.diverged_at is None:
            found["diverged_at"] = diverged_at(newer)
        cross_entropy, _ = on_test_images(newer, "cross_entropy")
        if len(cross_entropy):
            found["final_cross_entropy"] = float(cross_entropy.values[-1])
        return replace(self, **(found | self._by_accuracy(newer)))

    def _by_accuracy(self, newer: CurveData) -> dict[str, Any]:
        measured, is_whole = on_test_images(newer, ACCURACY)
        known = ~np.isnan(measured.values)
        steps, accuracies, is_whole = measured.steps[known], measured.values[known], is_whole[known]
        if not steps.size:
            return {}
        found = {"final_accuracy": float(accuracies[-1]), "final_full": bool(is_whole[-1])}
        candidates = np.flatnonzero(is_whole) if is_whole.any() else np.arange(steps.size)
        place = candidates[np.argmax(accuracies[candidates])]
        best = bool(is_whole[place]), float(accuracies[place])
        if best > (self.best_full, -1.0 if self.best_accuracy is None else self.best_accuracy):
            epoch = values_at(newer.clocks.get(EPOCH), steps[place : place + 1])
            found["best_full"], found["best_accuracy"] = best
            found["best_step"], found["best_epoch"] = int(steps[place]), float(epoch[0])
        for percent in TARGETS:
            reached = steps[accuracies >= percent / 100]
            if reached.size and self.steps_to(percent) is None:
                found[f"steps_to_{percent}"] = int(reached[0])
        return found

    def to_json(self) -> str:
        """Return the summary as one JSON object without what is at its default."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        default = {field.name: field.default for field in fields(self)}
        return json.dumps({key: value for key, value in values.items() if value != default[key]})

    @classmethod
    def from_json(cls, text: str) -> CurveSummary:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))
