"""The records of a run as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from explorer.runs.records import EvalRecord, LearningRateRecord, WeightsRecord
from explorer.runs.series import CurveData


@dataclass(frozen=True, slots=True, eq=False)
class ImportedCurve:
    """What a file told of a curve that was trained elsewhere.

    Attributes:
        data: Every series of the file under its own name.
        mapping: Which of them is what this app calls "train/cross_entropy", "test/accuracy" and
            so on: the app's name → the file's.
        settings: By name, in words, as the file tells them.
        units: By name of a series, the unit that the file itself names.
    """

    data: CurveData
    mapping: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class CurveRecords:
    """The records of one curve as columns, oldest first.

    Attributes:
        steps: int64 [n], numbers of the steps, the first of a run being 1.
        examples_seen: int64 [n], training images seen up to and including each step.
        losses: float64 [n], the curve's own loss before each step, averaged over the batch's
            examples; NaN or Inf where it is.
        seconds: float64 [n], training time since the run's first step, pauses left out.
        norm_steps: int64 [m], the steps at which norms were measured.
        gradient_norms: float64 [m, layers], input side first, the Euclidean norm of the gradient
            by a layer's weights and biases together.
        dead_fractions: float64 [m, hidden layers], the fraction of a layer's units that are 0 for
            every image of the batch.
        evaluations: Measurements on test images.
        diverged_at: First step whose loss is not finite, or None; the curve ends there.
        learning_rates: Changes by hand.
        imported: What a file told of a curve made elsewhere, of which the columns above are what
            its mapping names; None for one trained here.
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
    imported: ImportedCurve | None = None

    @property
    def latest_evaluation(self) -> EvalRecord | None:
        """The newest measurement on test images."""
        return self.evaluations[-1] if self.evaluations else None

    def until(self, seconds: float) -> CurveRecords:
        """Return what was recorded in the first seconds of training."""
        end = int(np.searchsorted(self.seconds, seconds, side="right"))
        last = int(self.steps[end - 1]) if end else 0
        norms_end = int(np.searchsorted(self.norm_steps, last, side="right"))
        diverged = self.diverged_at is not None and self.diverged_at <= last
        return CurveRecords(
            steps=self.steps[:end],
            examples_seen=self.examples_seen[:end],
            losses=self.losses[:end],
            seconds=self.seconds[:end],
            norm_steps=self.norm_steps[:norms_end],
            gradient_norms=self.gradient_norms[:norms_end],
            dead_fractions=self.dead_fractions[:norms_end],
            evaluations=[one for one in self.evaluations if one.step <= last],
            diverged_at=self.diverged_at if diverged else None,
            learning_rates=[one for one in self.learning_rates if one.step <= last],
        )


@dataclass(frozen=True, slots=True, eq=False)
class CurveChunk:
    """What one curve of a race recorded in some consecutive steps.

    Attributes:
        curve: Index of the curve in the race.
        records: Its records, those before this chunk left out.
        weights: Its network, at the end of its training.
    """

    curve: int
    records: CurveRecords = field(default_factory=CurveRecords)
    weights: WeightsRecord | None = None


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
        joined.imported = joined.imported or part.imported
    return joined


def by_curve(chunks: Iterable[CurveChunk], num_curves: int) -> tuple[CurveRecords, ...]:
    """Put the chunks of each curve after another; weights are not part of the records."""
    parts: list[list[CurveRecords]] = [[] for _ in range(num_curves)]
    for chunk in chunks:
        parts[chunk.curve].append(chunk.records)
    return tuple(_joined(own) for own in parts)
