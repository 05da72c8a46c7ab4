"""What was measured of a race, as the theatre is sent it: once, then only what is new."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from explorer.figures.training import whole_gradient_norm
from explorer.runs.record_columns import CurveRecords
from explorer.runs.records import EvalRecord

MOST = 240
"""Snapshots of a curve that are sent, evenly over the run."""
_MOST_NORMS = 400


def share_of(last_step: int) -> float:
    """Return the steps in each of `MOST` parts of a run."""
    return max(1.0, last_step / MOST)


def kept(evaluations: Sequence[EvalRecord], last_step: int) -> list[EvalRecord]:
    """Return the measurements that are sent: the first in each of `MOST` parts of the run.

    What was kept before stays when newer ones come, so that these alone need be sent.

    Args:
        evaluations: Of one curve, oldest first.
        last_step: Last step of the whole run.
    """
    share = share_of(last_step)
    found: list[EvalRecord] = []
    before = -1
    for one in evaluations:
        part = math.floor(one.step / share)
        if part != before:
            found.append(one)
            before = part
    return found


def encoded_snapshot(evaluation: EvalRecord) -> dict[str, Any]:
    """Return one measurement; the arrays are bytes in base64, row by row."""
    return {
        "step": evaluation.step,
        "full": evaluation.full,
        "images": evaluation.examples,
        "accuracy": evaluation.accuracy,
        "loss": evaluation.losses.get("cross_entropy"),
        "confusion": _bytes(evaluation.confusion, np.dtype("<u4")),
        "softmax": _bytes(evaluation.digits_softmax, np.dtype("<f4")),
    }


def norms_by_step(curve: CurveRecords) -> dict[str, list[float]]:
    """Return the norm of the whole gradient by step, of a long run every 2nd, 4th, 8th, … one.

    What is returned stays when newer ones come, but for the newest, until a run is twice as long.
    """
    count = curve.norm_steps.size
    stride = 1
    while count > _MOST_NORMS * stride:
        stride *= 2
    places = np.unique(np.append(np.arange(0, count, stride), count - 1)) if count else np.arange(0)
    values = whole_gradient_norm(curve)[places]
    return {"steps": curve.norm_steps[places].tolist(), "values": values.tolist()}


def reached(curve: CurveRecords, accuracy: float) -> int | None:
    """Return the step of the first measurement with at least this accuracy; None for never."""
    return next((one.step for one in curve.evaluations if one.accuracy >= accuracy), None)


def _bytes(values: np.ndarray, dtype: np.dtype[Any]) -> str:
    return base64.b64encode(values.astype(dtype).tobytes()).decode()
