"""What the records of a curve come to, kept beside them so that tables need not read them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, replace
from typing import Any

from explorer.runs.record_columns import CurveRecords
from explorer.runs.records import EvalRecord

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

    def extended(self, newer: CurveRecords) -> CurveSummary:
        """Return the summary of the records so far and these newer ones of the same curve."""
        summary = self
        if newer.steps.size:
            summary = replace(
                summary,
                steps=int(newer.steps[-1]),
                examples_seen=int(newer.examples_seen[-1]),
                seconds=float(newer.seconds[-1]),
                final_loss=float(newer.losses[-1]),
            )
        if self.diverged_at is None:
            summary = replace(summary, diverged_at=newer.diverged_at)
        for evaluation in newer.evaluations:
            summary = summary._with_evaluation(evaluation)
        return summary

    def _with_evaluation(self, newest: EvalRecord) -> CurveSummary:
        summary = self
        # Of a run made elsewhere, one may have been measured without the other.
        if "cross_entropy" in newest.losses:
            summary = replace(summary, final_cross_entropy=newest.losses["cross_entropy"])
        if math.isnan(newest.accuracy):
            return summary
        summary = replace(summary, final_accuracy=newest.accuracy, final_full=newest.full)
        best = self.best_full, -1.0 if self.best_accuracy is None else self.best_accuracy
        if (newest.full, newest.accuracy) > best:
            summary = replace(
                summary,
                best_accuracy=newest.accuracy,
                best_step=newest.step,
                best_epoch=newest.epoch,
                best_full=newest.full,
            )
        reached: dict[str, Any] = {
            f"steps_to_{percent}": newest.step
            for percent in TARGETS
            if self.steps_to(percent) is None and newest.accuracy >= percent / 100
        }
        return replace(summary, **reached)

    def to_json(self) -> str:
        """Return the summary as one JSON object without what is at its default."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        default = {field.name: field.default for field in fields(self)}
        return json.dumps({key: value for key, value in values.items() if value != default[key]})

    @classmethod
    def from_json(cls, text: str) -> CurveSummary:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))
