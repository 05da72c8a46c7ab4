"""Along what the records of a curve can be drawn: steps, epochs, images seen or time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from explorer.runs.curve_data import values_at
from explorer.runs.record_columns import CurveRecords
from explorer.runs.series import EPOCH, SECONDS, CurveData

AXES: Mapping[str, str] = {
    "step": "step",
    "epoch": "epoch",
    "examples": "training images seen",
    "time": "training time / s",
}
"""Key of an axis → its title, with the unit."""

Positions = NDArray[np.float64]
_CLOCKS = {"epoch": EPOCH, "examples": "examples", "time": SECONDS}


def data_positions(data: CurveData, steps: NDArray[np.int64], axis: str) -> Positions | None:
    """Return where steps of a curve stand on an axis.

    Args:
        data: What was measured of the curve.
        steps: int64 [n], rising.
        axis: Key of AXES. Rows of a table stand in for steps where there are none.

    Returns:
        float64 [n], finite and never falling; None where the curve does not tell.
    """
    if axis == "step":
        return None if data.x in (EPOCH, SECONDS) else steps.astype(np.float64)
    clock = data.clocks.get(_CLOCKS[axis])
    if clock is None and data.x == _CLOCKS[axis]:
        return steps.astype(np.float64)
    return _usable(values_at(clock, steps))


def _usable(found: Positions) -> Positions | None:
    # Clocks of runs made elsewhere may be missing, or be set back while they run.
    return found if np.isfinite(found).all() and not (np.diff(found) < 0).any() else None


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
    if records.imported is not None:
        return data_positions(records.imported.data, records.steps, axis)
    if axis == "step":
        return records.steps.astype(np.float64)
    if axis == "epoch":
        return records.steps / steps_per_epoch if steps_per_epoch else None
    if axis == "examples":
        seen = records.examples_seen
        return _usable(seen.astype(np.float64)) if seen.any() else None
    return _usable(records.seconds)


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
    counts = np.array([evaluation.step for evaluation in records.evaluations], np.int64)
    if records.imported is not None:
        return data_positions(records.imported.data, counts, axis)
    steps = counts.astype(np.float64)
    if axis == "step":
        return steps
    if axis == "epoch":
        epochs = np.array([evaluation.epoch for evaluation in records.evaluations], np.float64)
        # As they are read one after another: at equal steps the one on all test images last.
        full = np.array([evaluation.full for evaluation in records.evaluations], np.bool_)
        order = np.lexsort((full, steps))
        if np.isfinite(epochs).all() and not (np.diff(epochs[order]) < 0).any():
            return epochs
        return steps / steps_per_epoch if steps_per_epoch else None
    along = step_positions(records, axis, steps_per_epoch)
    if along is None or not along.size:
        return None
    # The untrained network, before the first step, is at 0.
    places = np.searchsorted(records.steps, steps, side="right")
    return np.concatenate([[0.0], along])[places]
