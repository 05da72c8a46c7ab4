"""Along what the measurements of a curve can be drawn: steps, epochs, images seen or time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from explorer.runs.curve_data import values_at
from explorer.runs.series import BEGAN, EPOCH, SECONDS, CurveData

AXES: Mapping[str, str] = {
    "step": "step",
    "epoch": "epoch",
    "examples": "training images seen",
    "time": "time since the start / s",
    "clock": "date and time (UTC)",
}
"""Key of an axis → its title, with the unit."""

Positions = NDArray[np.float64]
_CLOCKS = {"epoch": EPOCH, "examples": "examples", "time": SECONDS, "clock": SECONDS}


def data_positions(
    data: CurveData, steps: NDArray[np.int64], axis: str, began: float | None = None
) -> Positions | None:
    """Return where steps of a curve stand on an axis.

    Args:
        data: What was measured of the curve.
        steps: int64 [n], rising.
        axis: Key of AXES. Rows of a table stand in for steps where there are none.
        began: When the curve began, in seconds since 1970, for the axis "clock", whose positions
            are milliseconds since 1970; pauses are left out. None where the curve itself may tell.

    Returns:
        float64 [n], finite and never falling; None where the curve does not tell.
    """
    if axis == "step":
        return None if data.x in (EPOCH, SECONDS) else steps.astype(np.float64)
    if axis == "clock":
        if began is None and BEGAN in data.clocks:
            began = float(data.clocks[BEGAN].values[0])
        seconds = None if began is None else data_positions(data, steps, "time")
        return None if seconds is None else 1000 * (seconds + (began or 0))
    clock = data.clocks.get(_CLOCKS[axis])
    if clock is None and data.x == _CLOCKS[axis]:
        return steps.astype(np.float64)
    found = values_at(clock, steps)
    # Clocks of runs made elsewhere may be missing, or be set back while they run.
    return found if np.isfinite(found).all() and not (np.diff(found) < 0).any() else None
