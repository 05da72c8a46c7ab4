"""What was measured of a race, as the theatre is sent it: once, then only what is new."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from explorer.figures.training import whole_gradient_norm
from explorer.runs.curve_data import (
    ACCURACY,
    CONFUSION,
    DIGITS_SOFTMAX,
    num_test_images,
    on_test_images,
    values_at,
)
from explorer.runs.series import CurveData

MOST = 240
"""Snapshots of a curve that are sent, evenly over the run."""
_MOST_NORMS = 400


def share_of(last_step: int) -> float:
    """Return the steps in each of `MOST` parts of a run."""
    return max(1.0, last_step / MOST)


class Measurements:
    """What was measured of one curve on test images, oldest first."""

    def __init__(self, curve: CurveData) -> None:
        self._snapshots = curve.snapshots
        self._accuracy, self._is_whole = on_test_images(curve, ACCURACY)
        self._steps = self._accuracy.steps
        self._images = num_test_images(curve, self._steps, self._is_whole)
        self._losses = values_at(on_test_images(curve, "cross_entropy")[0], self._steps)

    def __len__(self) -> int:
        return self._steps.size

    def kept(self, last_step: int) -> list[int]:
        """Return the places of those that are sent: the first in each of `MOST` parts of the run.

        What was kept before stays when newer ones come, so that these alone need be sent.
        """
        parts = np.floor(self._steps / share_of(last_step))
        return np.flatnonzero(np.diff(parts, prepend=-1)).tolist()

    def encoded(self, place: int) -> dict[str, Any]:
        """Return one of them; the arrays are bytes in base64, row by row."""
        return {
            "step": int(self._steps[place]),
            "full": bool(self._is_whole[place]),
            "images": int(self._images[place]),
            "accuracy": float(self._accuracy.values[place]),
            "loss": float(self._losses[place]),
            "confusion": self._bytes(CONFUSION, place, "<u4"),
            "softmax": self._bytes(DIGITS_SOFTMAX, place, "<f4"),
        }

    def _bytes(self, name: str, place: int, dtype: str) -> str:
        return base64.b64encode(self._snapshots[name].values[place].astype(dtype)).decode()


def norms_by_step(curve: CurveData) -> dict[str, list[float]]:
    """Return the norm of the whole gradient by step, of a long run every 2nd, 4th, 8th, … one.

    What is returned stays when newer ones come, but for the newest, until a run is twice as long.
    """
    norm = whole_gradient_norm(curve)
    count = len(norm)
    stride = 1
    while count > _MOST_NORMS * stride:
        stride *= 2
    places = np.unique(np.append(np.arange(0, count, stride), count - 1)) if count else np.arange(0)
    return {"steps": norm.steps[places].tolist(), "values": norm.values[places].tolist()}


def reached(curve: CurveData, accuracy: float) -> int | None:
    """Return the step of the first measurement with at least this accuracy; None for never."""
    measured, _ = on_test_images(curve, ACCURACY)
    steps = measured.steps[measured.values >= accuracy]
    return int(steps[0]) if steps.size else None
