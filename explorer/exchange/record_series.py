"""The records of a curve as named series, and records made of such series again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.exchange.refusal import ImportRefused, quoted
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
    Column,
    Series,
    series,
)
from explorer.runs.config import LOSS_LABELS
from explorer.runs.record_columns import CurveRecords
from explorer.runs.records import EvalRecord, LearningRateRecord

Steps = NDArray[np.int64]
_LOSSES = "|".join(LOSS_LABELS)
_OWN_NAME = re.compile(
    rf"{TRAIN}/({UNKNOWN_LOSS}|{_LOSSES})|({TEST}|{TEST_FULL})/({ACCURACY}|{_LOSSES})"
    rf"|{LAYER}/({GRADIENT_NORM}|{DEAD_FRACTION})[1-7]|{EVENT}/({DIVERGED}|{LEARNING_RATE})"
)


def series_of(
    records: CurveRecords, own_loss: str = "", steps_per_epoch: int | None = None
) -> dict[str, Series]:
    """Return what was recorded of a curve, but for confusion and softmax outputs.

    Where something was measured twice, as at a stop right after it, the later one counts.

    Args:
        records: Of the curve.
        own_loss: Key of LOSS_LABELS of the loss that it minimises, or "" where that is unknown.
        steps_per_epoch: Steps of an epoch, where known.
    """
    has_examples = bool(np.any(records.examples_seen))

    def by_step(steps: Steps, values: Sequence[float] | Column, **more: object) -> Series:
        # What was seen, and the time that it took, up to each step; 0 before the first one.
        places = np.searchsorted(records.steps, steps, side="right")
        known: dict[str, object] = {}
        if records.steps.size:
            known["seconds"] = np.append(0.0, records.seconds)[places]
        if has_examples:
            known["examples"] = np.append(0.0, records.examples_seen)[places]
        if steps_per_epoch:
            known["epochs"] = steps / steps_per_epoch
        return series(steps, values, **(known | more))

    found: dict[str, Series] = {}
    if records.steps.size:
        found[f"{TRAIN}/{own_loss or UNKNOWN_LOSS}"] = by_step(records.steps, records.losses)
    by_layer = {GRADIENT_NORM: records.gradient_norms, DEAD_FRACTION: records.dead_fractions}
    for name, columns in by_layer.items():
        for layer in range(columns.shape[1] if records.norm_steps.size else 0):
            column = by_step(records.norm_steps, columns[:, layer])
            found[f"{LAYER}/{name}{layer + 1}"] = column
    for kind, full in ((TEST, False), (TEST_FULL, True)):
        last = {e.step: e for e in records.evaluations if e.full == full}
        found |= _measured(kind, list(last.values()), by_step)
    if records.diverged_at is not None:
        found[f"{EVENT}/{DIVERGED}"] = by_step(np.array([records.diverged_at]), [np.nan])
    if rates := {change.step: change.learning_rate for change in records.learning_rates}:
        found[f"{EVENT}/{LEARNING_RATE}"] = by_step(np.array(list(rates)), list(rates.values()))
    return found


def _measured(
    kind: str, evaluations: Sequence[EvalRecord], by_step: Callable[..., Series]
) -> dict[str, Series]:
    metrics: dict[str, list[tuple[EvalRecord, float]]] = {}
    for one in evaluations:
        accuracy = {} if np.isnan(one.accuracy) else {ACCURACY: one.accuracy}
        for name, value in (accuracy | dict(one.losses)).items():
            metrics.setdefault(name, []).append((one, value))
    return {
        f"{kind}/{name}": by_step(
            np.array([e.step for e, _ in rows], np.int64),
            [value for _, value in rows],
            epochs=[e.epoch for e, _ in rows],
            images=[e.examples or np.nan for e, _ in rows],
        )
        for name, rows in metrics.items()
    }


def are_own(names: Sequence[str]) -> bool:
    """Tell whether all series are called as `series_of` calls them, with one training loss."""
    trained = [name for name in names if name.startswith(f"{TRAIN}/")]
    return len(trained) <= 1 and all(_OWN_NAME.fullmatch(name) for name in names)


def own_loss_of(named: Mapping[str, Series]) -> str:
    """Return the key of LOSS_LABELS that the training loss is called by, or ""."""
    metrics = (name.removeprefix(f"{TRAIN}/") for name in named if name.startswith(f"{TRAIN}/"))
    return next((metric for metric in metrics if metric in LOSS_LABELS), "")


def records_of(named: Mapping[str, Series], curve: int = 0) -> CurveRecords:
    """Make records of series that are called as `series_of` calls them.

    Of a training loss whose images or seconds are unknown, `examples_seen` is 0 and `seconds` is
    NaN throughout. A measurement has no confusion and no softmax outputs, both of shape [0, 0];
    what else is unknown of it is left out of `losses`, NaN, or 0 images.

    Args:
        named: The series.
        curve: Index that the curve is to have in its run.

    Raises:
        ImportRefused: The series do not fit together.
    """
    records = CurveRecords()
    for name, one in named.items():
        if name.startswith(f"{TRAIN}/"):
            records.steps, records.losses = one.steps, one.values.copy()
            records.seconds = _complete(one.seconds, "seconds").copy()
            seen = _complete(one.examples, "numbers of examples")
            records.examples_seen = np.nan_to_num(seen).astype(np.int64)
    norms, dead = _layers(named, GRADIENT_NORM), _layers(named, DEAD_FRACTION)
    if norms or dead:
        records.norm_steps = (norms or dead)[0].steps
        if any(not np.array_equal(one.steps, records.norm_steps) for one in norms + dead):
            raise ImportRefused("The layers of a curve are measured at different steps.")
        none = np.empty((records.norm_steps.size, 0))
        records.gradient_norms = np.stack([one.values for one in norms], 1) if norms else none
        records.dead_fractions = np.stack([one.values for one in dead], 1) if dead else none
    for kind, full in ((TEST, False), (TEST_FULL, True)):
        own = {
            name.partition("/")[2]: s for name, s in named.items() if name.startswith(f"{kind}/")
        }
        records.evaluations += _evaluations(own, full, curve)
    # As a training makes them: at the end of an epoch the whole test set first.
    records.evaluations.sort(key=lambda e: (e.step, not e.full))
    if diverged := named.get(f"{EVENT}/{DIVERGED}"):
        records.diverged_at = int(diverged.steps[0])
    if rates := named.get(f"{EVENT}/{LEARNING_RATE}"):
        records.learning_rates = [
            LearningRateRecord(curve, int(step), float(rate))
            for step, rate in zip(rates.steps, rates.values, strict=True)
        ]
    return records


def _layers(named: Mapping[str, Series], metric: str) -> list[Series]:
    prefix = f"{LAYER}/{metric}"
    found = sorted((name, one) for name, one in named.items() if name.startswith(prefix))
    if [name for name, _ in found] != [f"{prefix}{k + 1}" for k in range(len(found))]:
        raise ImportRefused(f"The layers in {quoted(f'{prefix}1')} and so on are not complete.")
    return [one for _, one in found]


def _complete(column: Column, what: str) -> Column:
    unknown = np.isnan(column)
    if unknown.any() and not unknown.all():
        raise ImportRefused(f"The {what} of a training loss are given at some steps only.")
    return column


def _evaluations(metrics: Mapping[str, Series], full: bool, curve: int) -> list[EvalRecord]:
    values: dict[int, dict[str, float]] = {}
    epochs: dict[int, float] = {}
    images: dict[int, int] = {}
    for name, one in metrics.items():
        if name == ACCURACY and np.any((one.values < 0) | (one.values > 1)):
            raise ImportRefused("An accuracy must be a fraction from 0 to 1.")
        rows = zip(one.steps, one.values, one.epochs, one.images, strict=True)
        for step, value, epoch, count in rows:
            values.setdefault(int(step), {})[name] = float(value)
            epochs.setdefault(int(step), float(epoch))
            images.setdefault(int(step), 0 if np.isnan(count) else int(count))
    return [
        EvalRecord(
            curve=curve,
            step=step,
            epoch=epochs[step],
            full=full,
            examples=images[step],
            losses={name: value for name, value in own.items() if name != ACCURACY},
            accuracy=own.get(ACCURACY, np.nan),
            confusion=np.zeros((0, 0), np.int64),
            digits_softmax=np.zeros((0, 0)),
        )
        for step, own in values.items()
    ]
