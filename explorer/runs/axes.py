"""Along what the records of a curve can be drawn: steps, epochs, images seen or time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from explorer.runs.record_columns import CurveRecords

AXES: Mapping[str, str] = {
    "step": "step",
    "epoch": "epoch",
    "examples": "training images seen",
    "time": "training time / s",
}
"""Key of an axis → its title, with the unit."""

Positions = NDArray[np.float64]


def step_positions(
    records: CurveRecords, axis: str, steps_per_epoch: int | None
) -> Positions | None:
    """Return where the steps of a curve stand on an axis.

    Args:
        records: The curve's records.
        axis: Key of AXES.
        steps_per_epoch: Steps of one epoch; None where that is not known.

    Returns:
        float64 [steps], finite and never falling; None where the curve does not tell.
    """
    if axis == "step":
        found = records.steps
    elif axis == "epoch":
        found = records.steps / steps_per_epoch if steps_per_epoch else None
    elif axis == "examples":
        found = records.examples_seen if records.examples_seen.any() else None
    else:
        found = records.seconds
    if found is None:
        return None
    found = np.asarray(found, np.float64)
    # Clocks of runs made elsewhere may be missing, or be set back while they run.
    usable = np.isfinite(found).all() and not (np.diff(found) < 0).any()
    return found if usable else None


def evaluation_positions(
    records: CurveRecords, axis: str, steps_per_epoch: int | None
) -> Positions | None:
    """Return where the measurements on test images stand on an axis.

    Args:
        records: The curve's records.
        axis: Key of AXES.
        steps_per_epoch: Steps of one epoch; None where that is not known.

    Returns:
        float64 [evaluations], finite and never falling from step to step; None where the curve
        does not tell.
    """
    steps = np.array([evaluation.step for evaluation in records.evaluations], np.float64)
    if axis == "step":
        return steps
    if axis == "epoch":
        epochs = np.array([evaluation.epoch for evaluation in records.evaluations], np.float64)
        # As they are read one after another: at equal steps the one on all test images last.
        order = np.lexsort(([evaluation.full for evaluation in records.evaluations], steps))
        if np.isfinite(epochs).all() and not (np.diff(epochs[order]) < 0).any():
            return epochs
        return steps / steps_per_epoch if steps_per_epoch else None
    along = step_positions(records, axis, steps_per_epoch)
    if along is None or not along.size:
        return None
    # The untrained network, before the first step, is at 0.
    places = np.searchsorted(records.steps, steps, side="right")
    return np.concatenate([[0.0], along])[places]
