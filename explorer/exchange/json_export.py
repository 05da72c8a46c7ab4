"""Curves with everything that is known of them, as one JSON object.

Version 1 of the format::

    {"format": "cross-entropy-explorer/curves", "version": 1, "curves": [{
      "run": id, "run_name": text, "curve": index, "label": text, "status": text,
      "origin": where a curve made elsewhere was read from, else "",
      "created_at", "started_at", "ended_at": ISO 8601 in UTC, or null,
      "config": settings by name, or null for a curve made elsewhere,
      "environment": data, device and versions by name, or null while unknown,
      "own_loss": name of the minimised loss, or "" while unknown,
      "tags": [text], "note": text,
      "x": what the steps count: "step", "epoch", "seconds", "row" or "other",
      "series": {name: {"step": […], "value": […]}},
      "clocks", "events": as the series,
      "snapshots": {"confusion": {"step": […], "value": [[[10 × 10]]]},
                    "digits_softmax": {"step": […], "value": [[[20 × 10]]]}}}]}

Series are called by kind and metric, as in "train/cross_entropy"; see `explorer.runs.curve_data`.
JSON has no numbers for them: "NaN", "Infinity" and "-Infinity" are texts, as in the JSON form of
Protocol Buffers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from explorer.exchange.exported import ExportedCurve
from explorer.runs.records import Environment
from explorer.runs.series import MEASURED, CurveData

FORMAT = "cross-entropy-explorer/curves"
VERSION = 1


def export_json(curves: Sequence[ExportedCurve]) -> bytes:
    """Write the curves as JSON; the module says in what form."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "curves": [described(curve) | _measured(curve.data) for curve in curves],
    }
    return json.dumps(document, allow_nan=False, separators=(",", ":")).encode()


def described(curve: ExportedCurve) -> dict[str, Any]:
    """Return what is known of a curve, but for its records, as JSON types."""
    row = curve.row
    return {
        "run": row.run_id,
        "run_name": row.run_name,
        "curve": row.curve,
        "label": curve.label,
        "status": row.status,
        "origin": row.origin,
        "created_at": moment(row.created_at),
        "started_at": moment(row.started_at),
        "ended_at": moment(row.ended_at),
        "config": row.config.to_dict() if row.config else None,
        "environment": _environment(row.environment) if row.environment else None,
        "own_loss": row.own_loss,
        "tags": list(row.tags),
        "note": row.note,
    }


def moment(seconds: float | None) -> str | None:
    """Return a time, in seconds since 1970, as ISO 8601 in UTC."""
    if seconds is None:
        return None
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _environment(environment: Environment) -> dict[str, Any]:
    # The twenty pictures of a RunInfo are no part of it.
    values = {field.name: getattr(environment, field.name) for field in fields(Environment)}
    return values | {"versions": dict(environment.versions)}


def _measured(data: CurveData) -> dict[str, Any]:
    return {"x": data.x} | {
        name: {
            one: {"step": series.steps.tolist(), "value": _numbers(series.values)}
            for one, series in getattr(data, name).items()
        }
        for name in MEASURED
    }


def _numbers(array: np.ndarray) -> list[Any]:
    if np.isfinite(array).all():
        return array.tolist()
    if array.ndim > 1:
        return [_numbers(row) for row in array]
    return [_number(value) for value in array.tolist()]


def _number(value: float) -> float | str:
    if np.isfinite(value):
        return value
    return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"
