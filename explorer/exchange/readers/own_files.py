"""What this app itself wrote: its long table in CSV and Parquet, and its JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from explorer.exchange.csv_export import COLUMNS, unshielded
from explorer.exchange.json_export import FORMAT, VERSION
from explorer.exchange.readers.columns import Table
from explorer.exchange.readers.found import ReadCurve, in_order
from explorer.exchange.readers.runs_of_tables import codes_of, rows_by_code, word_at
from explorer.exchange.readers.settings_in_words import settings_of
from explorer.exchange.refusal import ImportRefused
from explorer.exchange.series import (
    ACCURACY,
    DEAD_FRACTION,
    DIVERGED,
    EVENT,
    GRADIENT_NORM,
    LAYER,
    LEARNING_RATE,
    TEST,
    TEST_FULL,
    TRAIN,
    UNKNOWN_LOSS,
)
from explorer.runs.series import EPOCH, LARGEST_STEP, SECONDS, CurveData, Series, Snapshots

EXAMPLES, IMAGES = "examples", "test_images"
_DAMAGED = "The file says that this app wrote it, but it is damaged: export it again."


def split_events(series: Mapping[str, Series]) -> tuple[dict[str, Series], dict[str, Series]]:
    """Part what was measured from what happened, which this app's files hold side by side."""
    names = {f"{EVENT}/{name}": name for name in (DIVERGED, LEARNING_RATE)}
    return (
        {name: one for name, one in series.items() if name not in names},
        {names[name]: one for name, one in series.items() if name in names},
    )


def is_own_table(table: Table) -> bool:
    """Tell whether a table has the columns that this app writes."""
    return tuple(column.name for column in table.columns) == COLUMNS


def curves_of_own_table(
    table: Table, *, is_shielded: bool, settings: Mapping[str, Mapping[str, str]] | None = None
) -> list[ReadCurve]:
    """Make the curves of a table that this app wrote.

    Args:
        table: With the columns of `csv_export.COLUMNS`.
        is_shielded: Whether names carry an apostrophe against spreadsheets, as in CSV.
        settings: By run and curve, as "run:curve".

    Raises:
        ImportRefused: A step is none.
    """
    run, curve, label, kind, metric, step, epoch, examples, seconds, images, value = table.columns
    _check_steps(table)
    sides = {EPOCH: epoch, EXAMPLES: examples, SECONDS: seconds, IMAGES: images}
    curves: list[ReadCurve] = []
    taken: set[str] = set()
    for rows in rows_by_code(codes_of([run, curve], table.size)):
        rows = rows[value.present[rows]]
        if not rows.size:
            continue
        first = int(rows[0])
        id_ = f"{_name(word_at(run, first), is_shielded)}:{word_at(curve, first)}"
        name = _name(word_at(label, first), is_shielded)
        name = f"{name} ({id_})" if name in taken else name
        taken.add(name)
        found = {}
        for own in rows_by_code(codes_of([kind.of_rows(rows), metric.of_rows(rows)], rows.size)):
            at = rows[own]
            called = f"{word_at(kind, int(at[0]))}/{word_at(metric, int(at[0]))}"
            found[called] = _series(step.values[at], value.values[at])
        clocks = {
            clock: _series(step.values[known], column.values[known])
            for clock, column in sides.items()
            if (known := rows[column.present[rows]]).size
        }
        series, events = split_events(found)
        told = (settings or {}).get(id_, {})
        curves.append(ReadCurve(name, CurveData(series, clocks=clocks, events=events), told))
    return curves


def _name(text: str, is_shielded: bool) -> str:
    return unshielded(text) if is_shielded else text


def _check_steps(table: Table) -> None:
    step, value = table.columns[5], table.columns[10]
    if not step.is_number or not value.is_number:
        raise ImportRefused(_DAMAGED)
    at = step.values[value.present]
    if not np.all((at >= 0) & (at <= LARGEST_STEP) & (at == np.floor(at))):
        raise ImportRefused(_DAMAGED)


def _series(steps: np.ndarray, values: np.ndarray) -> Series:
    rising, ordered, _ = in_order(steps.astype(np.int64), values)
    return Series(rising, ordered)


def settings_in_metadata(text: bytes) -> dict[str, dict[str, str]]:
    """Return the settings that stand in the metadata of this app's Parquet, by "run:curve"."""
    try:
        told = json.loads(text)["curves"]
        return {
            f"{one['run']}:{one['curve']}": settings_of(one.get("config") or {}) for one in told
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ImportRefused(_DAMAGED) from error


def is_own_document(document: Any) -> bool:
    """Tell whether a JSON document says that this app wrote it."""
    return isinstance(document, dict) and document.get("format") == FORMAT


def read_own_document(document: Mapping[str, Any]) -> list[ReadCurve]:
    """Make the curves of a JSON document that this app wrote; see `json_export`.

    Raises:
        ImportRefused: It is damaged, or a later version of the app wrote it.
    """
    if document.get("version") != VERSION:
        raise ImportRefused("A later version of this app wrote the file: read it with that one.")
    try:
        return [
            ReadCurve(str(one["label"]), _data(one), settings_of(one.get("config") or {}))
            for one in document["curves"]
        ]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ImportRefused(_DAMAGED) from error


def _data(told: Mapping[str, Any]) -> CurveData:
    training, layers, evaluations = told["training"], told["layers"], told["evaluations"]
    steps = _steps(training["step"])
    series: dict[str, Series] = {}
    clocks: dict[str, Series] = {}
    if steps.size:
        series[f"{TRAIN}/{told.get('own_loss') or UNKNOWN_LOSS}"] = Series(
            steps, _numbers(training["loss"])
        )
        seconds, examples = _numbers(training["seconds"]), _numbers(training["examples"])
        if not np.isnan(seconds).all():
            clocks[SECONDS] = Series(steps, seconds)
        if examples.any():
            clocks[EXAMPLES] = Series(steps, examples)
    for metric, key in ((GRADIENT_NORM, "gradient_norms"), (DEAD_FRACTION, "dead_fractions")):
        columns = list(zip(*layers[key], strict=True))
        for place, column in enumerate(columns, 1):
            series[f"{LAYER}/{metric}{place}"] = Series(_steps(layers["step"]), _numbers(column))
    for kind, is_full in ((TEST, False), (TEST_FULL, True)):
        own = [one for one in evaluations if bool(one["full"]) == is_full]
        series |= _measured(kind, own)
    epochs = {one["step"]: one["epoch"] for one in evaluations}
    if known := {step: float(at) for step, at in epochs.items() if not np.isnan(float(at))}:
        clocks[EPOCH] = _by_step(known)
    events: dict[str, Series] = {}
    if told.get("diverged_at") is not None:
        events[DIVERGED] = _by_step({told["diverged_at"]: np.nan})
    if changes := {one["step"]: one["learning_rate"] for one in told["learning_rate_changes"]}:
        events[LEARNING_RATE] = _by_step(changes)
    return CurveData(series, clocks=clocks, snapshots=_snapshots(evaluations), events=events)


def _measured(kind: str, evaluations: Sequence[Mapping[str, Any]]) -> dict[str, Series]:
    found: dict[str, dict[int, float]] = {}
    for one in evaluations:
        accuracy = {ACCURACY: float(one["accuracy"])}
        for name, value in (accuracy | one["losses"]).items():
            if name != ACCURACY or not np.isnan(value):
                found.setdefault(name, {})[one["step"]] = float(value)
    return {f"{kind}/{name}": _by_step(values) for name, values in found.items()}


def _snapshots(evaluations: Sequence[Mapping[str, Any]]) -> dict[str, Snapshots]:
    found = {}
    for name in ("confusion", "digits_softmax"):
        # Where both were measured at a step, the one on the whole test set counts.
        by_step: dict[int, Any] = {}
        for one in sorted(evaluations, key=lambda one: bool(one["full"])):
            if one[name]:
                by_step[one["step"]] = [_numbers(row) for row in one[name]]
        if by_step:
            steps = sorted(by_step)
            arrays = np.array([by_step[step] for step in steps])
            arrays = arrays.astype(np.int64) if name == "confusion" else arrays
            found[name] = Snapshots(_steps(steps), arrays)
    return found


def _by_step(values: Mapping[int, float]) -> Series:
    steps = sorted(values)
    return Series(_steps(steps), _numbers([values[step] for step in steps]))


def _steps(steps: Sequence[int]) -> np.ndarray:
    return np.array(steps, np.int64)


def _numbers(values: Sequence[Any]) -> np.ndarray:
    # JSON has no NaN and no Infinity: they stand there as texts.
    return np.array([float(value) for value in values], np.float64)
