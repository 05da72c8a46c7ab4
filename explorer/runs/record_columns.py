"""The records of a run as columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from explorer.runs.records import (
    DivergenceRecord,
    EvalRecord,
    LearningRateRecord,
    NormRecord,
    Record,
    StepRecord,
)


@dataclass(slots=True, eq=False)
class CurveRecords:
    """The records of one curve as columns, oldest first.

    Attributes:
        steps: int64 [n].
        examples_seen: int64 [n].
        losses: float64 [n], training loss at each step.
        seconds: float64 [n].
        norm_steps: int64 [m].
        gradient_norms: float64 [m, layers].
        dead_fractions: float64 [m, hidden layers].
        evaluations: Measurements on test images.
        diverged_at: First step that was not finite, or None.
        learning_rates: Changes by hand.
    """

    steps: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    examples_seen: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    losses: np.ndarray = field(default_factory=lambda: np.empty(0))
    seconds: np.ndarray = field(default_factory=lambda: np.empty(0))
    norm_steps: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    gradient_norms: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    dead_fractions: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    evaluations: list[EvalRecord] = field(default_factory=list)
    diverged_at: int | None = None
    learning_rates: list[LearningRateRecord] = field(default_factory=list)

    @property
    def latest_evaluation(self) -> EvalRecord | None:
        """The newest measurement on test images."""
        return self.evaluations[-1] if self.evaluations else None


@dataclass(slots=True, eq=False)
class Records:
    """What was read from a run: one `CurveRecords` per curve, and where to read on.

    Attributes:
        curves: One per config of the race, in its order.
        cursor: Pass it as `after` to read only what is newer.
        is_whole: Whether they begin with the run although newer ones alone were asked for, because
            its batches were put together in the meantime.
    """

    curves: tuple[CurveRecords, ...]
    cursor: int = 0
    is_whole: bool = False

    def __bool__(self) -> bool:
        return any(curve.steps.size or curve.evaluations for curve in self.curves)

    def extended(self, newer: Records) -> Records:
        """Return these records followed by newer ones of the same run, each once."""
        if newer.is_whole:
            return newer
        pairs = zip(self.curves, newer.curves, strict=True)
        return Records(tuple(_joined([old, new]) for old, new in pairs), newer.cursor)


def join(parts: Sequence[Sequence[CurveRecords]], num_curves: int, cursor: int) -> Records:
    """Put consecutive parts of a run, each a sequence with one item per curve, after another."""
    curves = tuple(_joined([part[k] for part in parts]) for k in range(num_curves))
    return Records(curves, cursor)


COLUMNS = (
    "steps", "examples_seen", "losses", "seconds", "norm_steps", "gradient_norms", "dead_fractions",
)  # fmt: skip


def _joined(parts: Sequence[CurveRecords]) -> CurveRecords:
    joined = CurveRecords()
    for name in COLUMNS:
        columns = [column for part in parts if (column := getattr(part, name)).shape[0]]
        if columns:
            setattr(joined, name, columns[0] if len(columns) == 1 else np.concatenate(columns))
    for part in parts:
        joined.evaluations.extend(part.evaluations)
        joined.learning_rates.extend(part.learning_rates)
        if joined.diverged_at is None:
            joined.diverged_at = part.diverged_at
    return joined


def to_columns(records: Iterable[Record], num_curves: int) -> tuple[CurveRecords, ...]:
    """Sort single records into one set of columns per curve; weights are not part of them."""
    curves = tuple(CurveRecords() for _ in range(num_curves))
    steps: list[list[StepRecord]] = [[] for _ in curves]
    norms: list[list[NormRecord]] = [[] for _ in curves]
    for record in records:
        if isinstance(record, StepRecord):
            steps[record.curve].append(record)
        elif isinstance(record, NormRecord):
            norms[record.curve].append(record)
        elif isinstance(record, EvalRecord):
            curves[record.curve].evaluations.append(record)
        elif isinstance(record, LearningRateRecord):
            curves[record.curve].learning_rates.append(record)
        elif isinstance(record, DivergenceRecord) and curves[record.curve].diverged_at is None:
            curves[record.curve].diverged_at = record.step
    for curve, own_steps, own_norms in zip(curves, steps, norms, strict=True):
        if own_steps:
            curve.steps = np.array([r.step for r in own_steps], np.int64)
            curve.examples_seen = np.array([r.examples_seen for r in own_steps], np.int64)
            curve.losses = np.array([r.loss for r in own_steps])
            curve.seconds = np.array([r.seconds for r in own_steps])
        if own_norms:
            curve.norm_steps = np.array([r.step for r in own_norms], np.int64)
            curve.gradient_norms = np.array([r.gradient_norms for r in own_norms])
            curve.dead_fractions = np.array([r.dead_fraction for r in own_norms])
    return curves
