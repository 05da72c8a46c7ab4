"""The records of a training as named series, and records made of an imported curve's series.

A series is called by its kind and its metric, as in "train/cross_entropy" or "test/accuracy", in
every file format: as two columns of a table, or as a tag of TensorBoard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.runs.config import LOSS_LABELS
from explorer.runs.record_columns import CurveRecords, ImportedCurve
from explorer.runs.records import EvalRecord, LearningRateRecord
from explorer.runs.series import EPOCH, SECONDS, CurveData, Series, Snapshots

TRAIN, TEST, TEST_FULL, LAYER, EVENT = "train", "test", "test_full", "layer", "event"
"""Kinds of measurements: the loss that the curve minimises, before each step, averaged over its
batch; measured on the first 1,000 test images, or on an unknown number; measured on the whole test
set; norm of a layer's gradient, or share of a hidden layer's units that are dead; the first step
that is not finite, or a learning rate set by hand."""
UNKNOWN_LOSS = "loss"
ACCURACY, DIVERGED, LEARNING_RATE = "accuracy", "diverged", "learning_rate"
GRADIENT_NORM, DEAD_FRACTION = "gradient_norm_", "dead_fraction_"
CONFUSION, DIGITS_SOFTMAX = "confusion", "digits_softmax"
EXAMPLES = "examples"
IMAGES: Mapping[str, str] = {TEST: "test_images", TEST_FULL: "test_full_images"}
"""Kind of a measurement → the clock that tells on how many images it was made."""

_LOSSES = "|".join(LOSS_LABELS)
_OWN_NAME = re.compile(
    rf"{TRAIN}/({UNKNOWN_LOSS}|{_LOSSES})|({TEST}|{TEST_FULL})/({ACCURACY}|{_LOSSES})"
    rf"|{LAYER}/({GRADIENT_NORM}|{DEAD_FRACTION})[1-7]"
)

Column = NDArray[np.float64]
Steps = NDArray[np.int64]


def curve_data(
    records: CurveRecords, own_loss: str = "", steps_per_epoch: int | None = None
) -> CurveData:
    """Return everything that was measured of a curve, by name.

    Where something was measured twice at one step, as at a stop right after a measurement, the
    later one counts; of confusion and softmax outputs those on the whole test set.

    Args:
        records: Of the curve.
        own_loss: Key of LOSS_LABELS of the loss that it minimises, or "" where that is unknown.
        steps_per_epoch: Steps of an epoch, where known.
    """
    if records.imported is not None:
        return records.imported.data
    series: dict[str, Series] = {}
    if records.steps.size:
        series[f"{TRAIN}/{own_loss or UNKNOWN_LOSS}"] = Series(records.steps, records.losses)
    if records.norm_steps.size:
        columns = np.hstack([records.gradient_norms, records.dead_fractions])
        for place, name in enumerate(layer_names(records)):
            series[name] = Series(records.norm_steps, columns[:, place])
    images: dict[str, Series] = {}
    for kind, full in ((TEST, False), (TEST_FULL, True)):
        last = {one.step: one for one in records.evaluations if one.full == full}
        measured = [last[step] for step in sorted(last)]
        series |= _measured(kind, measured)
        if known := [one for one in measured if one.examples]:
            images[IMAGES[kind]] = _series([e.step for e in known], [e.examples for e in known])
    events: dict[str, Series] = {}
    if records.diverged_at is not None:
        events[DIVERGED] = _series([records.diverged_at], [np.nan])
    if rates := {change.step: change.learning_rate for change in records.learning_rates}:
        events[LEARNING_RATE] = _series(sorted(rates), [rates[step] for step in sorted(rates)])
    every = [one.steps for one in (*series.values(), *events.values())]
    steps = np.unique(np.concatenate([np.empty(0, np.int64), *every]))
    return CurveData(
        series,
        clocks=_clocks(records, steps, steps_per_epoch) | images,
        snapshots=_snapshots(records.evaluations),
        events=events,
    )


def layer_names(records: CurveRecords) -> list[str]:
    """Return what is measured of each layer, gradient norms before shares of dead units."""
    widths = {GRADIENT_NORM: records.gradient_norms, DEAD_FRACTION: records.dead_fractions}
    return [
        f"{LAYER}/{name}{layer + 1}"
        for name, columns in widths.items()
        for layer in range(columns.shape[1])
    ]


def _series(steps: Sequence[int], values: Sequence[float]) -> Series:
    return Series(np.array(steps, np.int64), np.array(values, np.float64))


def _measured(kind: str, evaluations: Sequence[EvalRecord]) -> dict[str, Series]:
    metrics: dict[str, dict[int, float]] = {}
    for one in evaluations:
        accuracy = {} if np.isnan(one.accuracy) else {ACCURACY: one.accuracy}
        for name, value in (accuracy | dict(one.losses)).items():
            metrics.setdefault(name, {})[one.step] = value
    return {
        f"{kind}/{name}": _series(list(values), list(values.values()))
        for name, values in metrics.items()
    }


def _clocks(records: CurveRecords, steps: Steps, steps_per_epoch: int | None) -> dict[str, Series]:
    clocks: dict[str, Series] = {}
    # What was seen, and the time that it took, up to each step; 0 before the first one.
    places = np.searchsorted(records.steps, steps, side="right")
    seconds = np.append(0.0, records.seconds)[places]
    # Of a run made elsewhere they may be unknown.
    if records.steps.size and (known := ~np.isnan(seconds)).any():
        clocks[SECONDS] = Series(steps[known], seconds[known])
    if np.any(records.examples_seen):
        clocks[EXAMPLES] = Series(steps, np.append(0.0, records.examples_seen)[places])
    epochs = steps / steps_per_epoch if steps_per_epoch else np.full(steps.size, np.nan)
    told = {one.step: one.epoch for one in records.evaluations if not np.isnan(one.epoch)}
    at = np.array(list(told), np.int64)
    inside = np.isin(at, steps)
    epochs[np.searchsorted(steps, at[inside])] = np.array(list(told.values()), np.float64)[inside]
    known = ~np.isnan(epochs)
    if known.any():
        clocks[EPOCH] = Series(steps[known], epochs[known])
    return clocks


def _snapshots(evaluations: Iterable[EvalRecord]) -> dict[str, Snapshots]:
    found: dict[str, Snapshots] = {}
    in_order = sorted(evaluations, key=lambda one: one.full)
    for name in (CONFUSION, DIGITS_SOFTMAX):
        by_step = {one.step: array for one in in_order if (array := getattr(one, name)).size}
        if by_step:
            steps = sorted(by_step)
            arrays = np.stack([by_step[step] for step in steps])
            found[name] = Snapshots(np.array(steps, np.int64), arrays)
    return found


def values_at(series: Series | None, steps: Steps) -> Column:
    """Return the values of a series at some steps.

    Args:
        series: Any, or None for one that there is not.
        steps: int64 [n].

    Returns:
        float64 [n]; NaN where nothing was measured.
    """
    found = np.full(steps.size, np.nan)
    if series is not None and len(series):
        places = np.minimum(np.searchsorted(series.steps, steps), len(series) - 1)
        known = series.steps[places] == steps
        found[known] = series.values[places[known]]
    return found


def are_own(names: Iterable[str]) -> bool:
    """Tell whether all series are called as this app calls them, with one training loss."""
    every = list(names)
    trained = [name for name in every if name.startswith(f"{TRAIN}/")]
    return len(trained) <= 1 and all(_OWN_NAME.fullmatch(name) for name in every)


def as_fractions(values: Column) -> Column | None:
    """Return accuracies from 0 to 1; those above 1 are percent. None where they are none."""
    if np.any((values < 0) | (values > 100)):
        return None
    return values / 100 if np.any(values > 1) else values


def imported_records(curve: ImportedCurve) -> CurveRecords:
    """Make of an imported curve the records that figures and tables know.

    What its mapping does not name stands in its data alone. Of a training loss whose images or
    seconds are unknown, `examples_seen` is 0 and `seconds` is NaN; a measurement whose confusion
    or softmax outputs are unknown has arrays of shape [0, 0], and 0 images.

    Args:
        curve: What a file told of it.
    """
    data = curve.data
    named = {own: data.series[name] for own, name in curve.mapping.items() if name in data.series}
    records = CurveRecords(imported=curve)
    for name, one in named.items():
        if name.startswith(f"{TRAIN}/"):
            records.steps, records.losses = one.steps, one.values
            records.seconds = values_at(data.clocks.get(SECONDS), one.steps)
            seen = values_at(data.clocks.get(EXAMPLES), one.steps)
            is_known = np.isfinite(seen).all()
            records.examples_seen = np.where(is_known, seen, 0).astype(np.int64)
    norms, dead = _layers(named, GRADIENT_NORM), _layers(named, DEAD_FRACTION)
    measured = norms or dead
    if measured and all(np.array_equal(one.steps, measured[0].steps) for one in norms + dead):
        records.norm_steps = measured[0].steps
        none = np.empty((records.norm_steps.size, 0))
        records.gradient_norms = np.stack([one.values for one in norms], 1) if norms else none
        records.dead_fractions = np.stack([one.values for one in dead], 1) if dead else none
    for kind, full in ((TEST, False), (TEST_FULL, True)):
        own = {
            name.partition("/")[2]: one
            for name, one in named.items()
            if name.startswith(f"{kind}/")
        }
        records.evaluations += _evaluations(own, data, full)
    # As a training makes them: at the end of an epoch the whole test set first.
    records.evaluations.sort(key=lambda one: (one.step, not one.full))
    if diverged := data.events.get(DIVERGED):
        records.diverged_at = int(diverged.steps[0])
    if rates := data.events.get(LEARNING_RATE):
        rows = zip(rates.steps.tolist(), rates.values.tolist(), strict=True)
        records.learning_rates = [LearningRateRecord(0, step, rate) for step, rate in rows]
    return records


def _layers(named: Mapping[str, Series], metric: str) -> list[Series]:
    """Return a metric of each layer, none if one of them is missing."""
    prefix = f"{LAYER}/{metric}"
    found = {name for name in named if name.startswith(prefix)}
    names = [f"{prefix}{place + 1}" for place in range(len(found))]
    return [named[name] for name in names] if found == set(names) else []


def _evaluations(metrics: Mapping[str, Series], data: CurveData, full: bool) -> list[EvalRecord]:
    steps = np.unique(np.concatenate([np.empty(0, np.int64), *(s.steps for s in metrics.values())]))
    epochs = values_at(data.clocks.get(EPOCH), steps)
    images = values_at(data.clocks.get(IMAGES[TEST_FULL if full else TEST]), steps)
    accuracy = metrics.get(ACCURACY)
    fractions = None if accuracy is None else as_fractions(accuracy.values)
    accuracies = np.full(steps.size, np.nan)
    if accuracy is not None and fractions is not None:
        accuracies = values_at(Series(accuracy.steps, fractions), steps)
    losses: list[dict[str, float]] = [{} for _ in steps]
    for name, one in metrics.items():
        if name != ACCURACY:
            places = np.searchsorted(steps, one.steps).tolist()
            for place, value in zip(places, one.values.tolist(), strict=True):
                losses[place][name] = value
    arrays = {name: _by_step(data.snapshots.get(name)) for name in (CONFUSION, DIGITS_SOFTMAX)}
    unknown = {CONFUSION: np.zeros((0, 0), np.int64), DIGITS_SOFTMAX: np.zeros((0, 0))}
    return [
        EvalRecord(
            curve=0,
            step=step,
            epoch=float(epochs[place]),
            full=full,
            examples=0 if np.isnan(images[place]) else int(images[place]),
            losses=losses[place],
            accuracy=float(accuracies[place]),
            confusion=arrays[CONFUSION].get(step, unknown[CONFUSION]),
            digits_softmax=arrays[DIGITS_SOFTMAX].get(step, unknown[DIGITS_SOFTMAX]),
        )
        for place, step in enumerate(steps.tolist())
    ]


def _by_step(snapshots: Snapshots | None) -> dict[int, np.ndarray[Any, Any]]:
    if snapshots is None:
        return {}
    return dict(zip(snapshots.steps.tolist(), snapshots.values, strict=True))
