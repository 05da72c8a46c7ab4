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
      "training": {"step": […], "examples": […], "seconds": […], "loss": […]},
      "layers": {"step": […], "gradient_norms": [[by layer]], "dead_fractions": [[by layer]]},
      "evaluations": [{"step", "epoch", "full", "images", "accuracy", "losses": {name: number},
                       "confusion": [[10 × 10]], "digits_softmax": [[20 × 10]]}],
      "diverged_at": step or null,
      "learning_rate_changes": [{"step", "learning_rate"}]}]}

JSON has no numbers for them: "NaN", "Infinity" and "-Infinity" are texts, as in the JSON form of
Protocol Buffers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from explorer.exchange.csv_export import number_text
from explorer.exchange.exported import ExportedCurve
from explorer.runs.records import Environment, EvalRecord

FORMAT = "cross-entropy-explorer/curves"
VERSION = 1


def export_json(curves: Sequence[ExportedCurve]) -> bytes:
    """Write the curves as JSON; the module says in what form."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "curves": [described(curve) | _records(curve) for curve in curves],
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
        "own_loss": curve.own_loss,
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


def _records(curve: ExportedCurve) -> dict[str, Any]:
    records = curve.records
    return {
        "training": {
            "step": records.steps.tolist(),
            "examples": records.examples_seen.tolist(),
            "seconds": _numbers(records.seconds),
            "loss": _numbers(records.losses),
        },
        "layers": {
            "step": records.norm_steps.tolist(),
            "gradient_norms": _numbers(records.gradient_norms),
            "dead_fractions": _numbers(records.dead_fractions),
        },
        "evaluations": [_evaluation(one) for one in records.evaluations],
        "diverged_at": records.diverged_at,
        "learning_rate_changes": [
            {"step": one.step, "learning_rate": one.learning_rate} for one in records.learning_rates
        ],
    }


def _evaluation(one: EvalRecord) -> Mapping[str, Any]:
    return {
        "step": one.step,
        "epoch": _number(one.epoch),
        "full": one.full,
        "images": one.examples,
        "accuracy": _number(one.accuracy),
        "losses": {name: _number(value) for name, value in one.losses.items()},
        "confusion": one.confusion.tolist(),
        "digits_softmax": _numbers(one.digits_softmax),
    }


def _numbers(array: np.ndarray) -> list[Any]:
    if np.isfinite(array).all():
        return array.tolist()
    if array.ndim > 1:
        return [_numbers(row) for row in array]
    return [_number(value) for value in array.tolist()]


def _number(value: float) -> float | str:
    return value if np.isfinite(value) else number_text(value)
