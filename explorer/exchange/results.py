"""What curves came to, in words, for the page that compares them and for the report."""

from __future__ import annotations

import math
from collections.abc import Sequence

from explorer.figures.numbers import written
from explorer.runs.summary import TARGETS, CurveSummary

_UNKNOWN = "–"


def results_of(states: Sequence[str], summaries: Sequence[CurveSummary]) -> dict[str, list[str]]:
    """Return the columns of a table with a row for each curve, from its state and what it came to.

    An accuracy on a part of the test images is marked *.
    """

    def accuracy(value: float | None, full: bool) -> str:
        return _UNKNOWN if value is None else f"{value:.2%}{'' if full else ' *'}"

    def loss(value: float | None) -> str:
        return _UNKNOWN if value is None else f"{written(value, 4)} nats"

    def seconds(value: float) -> str:
        # Of a run made elsewhere it may be unknown.
        return f"{written(value, 3)} s" if value and math.isfinite(value) else _UNKNOWN

    def reached(steps: int | None) -> str:
        return "not reached" if steps is None else f"{steps:,}"

    return {
        "State": list(states),
        "Test accuracy": [accuracy(one.final_accuracy, one.final_full) for one in summaries],
        "Best": [accuracy(one.best_accuracy, one.best_full) for one in summaries],
        "Test cross-entropy": [loss(one.final_cross_entropy) for one in summaries],
        **{
            f"Steps to {target} %": [reached(one.steps_to(target)) for one in summaries]
            for target in TARGETS
        },
        "Steps": [f"{one.steps:,}" for one in summaries],
        "Training time": [seconds(one.seconds) for one in summaries],
    }
