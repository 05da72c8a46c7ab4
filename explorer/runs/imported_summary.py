"""The summary of an imported curve, without a record for each of its measurements.

It is what `CurveSummary.extended` makes of `imported_records`, in a hundredth of the time: of a
watched file it is made anew whenever the file grows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.runs.curve_data import (
    ACCURACY,
    DIVERGED,
    EXAMPLES,
    TEST,
    TEST_FULL,
    TRAIN,
    as_fractions,
    values_at,
)
from explorer.runs.record_columns import ImportedCurve
from explorer.runs.series import EPOCH, SECONDS, Series
from explorer.runs.summary import TARGETS, CurveSummary


def imported_summary(curve: ImportedCurve) -> CurveSummary:
    """Return what an imported curve comes to.

    Args:
        curve: What its file told of it.
    """
    data = curve.data
    named = {own: data.series[name] for own, name in curve.mapping.items() if name in data.series}
    found: dict[str, Any] = {}
    for name, one in named.items():
        if name.startswith(f"{TRAIN}/") and len(one):
            seen = values_at(data.clocks.get(EXAMPLES), one.steps)
            found |= {
                "steps": int(one.steps[-1]),
                "examples_seen": int(seen[-1]) if np.isfinite(seen).all() else 0,
                "seconds": float(values_at(data.clocks.get(SECONDS), one.steps[-1:])[0]),
                "final_loss": float(one.values[-1]),
            }
    if diverged := data.events.get(DIVERGED):
        found["diverged_at"] = int(diverged.steps[0])
    crosses = [named[name] for name in _measures("cross_entropy") if name in named]
    if every := [one for one in crosses if len(one)]:
        # Of two at one step that on fewer images is the later one.
        last = max(every, key=lambda one: (int(one.steps[-1]), one is not named.get(_FULL_CE)))
        found["final_cross_entropy"] = float(last.values[-1])
    return CurveSummary(**(found | _accuracies(named, data.clocks.get(EPOCH))))


_FULL_CE = f"{TEST_FULL}/cross_entropy"


def _measures(metric: str) -> tuple[str, str]:
    return f"{TEST_FULL}/{metric}", f"{TEST}/{metric}"


def _accuracies(named: dict[str, Series], epoch: Series | None) -> dict[str, Any]:
    steps, values, full = [np.empty(0, np.int64)], [np.empty(0)], [np.empty(0, np.bool_)]
    for name, is_full in zip(_measures(ACCURACY), (True, False), strict=True):
        one = named.get(name)
        fractions = None if one is None else as_fractions(one.values)
        if one is None or fractions is None:
            continue
        known = ~np.isnan(fractions)
        steps.append(one.steps[known])
        values.append(fractions[known])
        full.append(np.full(int(known.sum()), is_full))
    at, accuracy, is_whole = np.concatenate(steps), np.concatenate(values), np.concatenate(full)
    if not at.size:
        return {}
    order = np.argsort(at, kind="stable")
    at, accuracy, is_whole = at[order], accuracy[order], is_whole[order]
    candidates = np.flatnonzero(is_whole) if is_whole.any() else np.arange(at.size)
    best = int(candidates[np.argmax(accuracy[candidates])])
    reached = {
        f"steps_to_{percent}": int(at[np.argmax(accuracy >= percent / 100)])
        for percent in TARGETS
        if (accuracy >= percent / 100).any()
    }
    return reached | {
        "final_accuracy": float(accuracy[-1]),
        "final_full": bool(is_whole[-1]),
        "best_accuracy": float(accuracy[best]),
        "best_step": int(at[best]),
        "best_epoch": float(values_at(epoch, at[best : best + 1])[0]),
        "best_full": bool(is_whole[best]),
    }
