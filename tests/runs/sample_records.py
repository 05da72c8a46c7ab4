"""Records and infos for tests of the run store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from explorer.runs.record_columns import CurveChunk, CurveRecords
from explorer.runs.records import EvalRecord, RunInfo, WeightsRecord
from explorer.runs.run import WorkerId

MARK = WorkerId("here", 12, 34.5)


def chunk_of_steps(
    curve: int, numbers: Iterable[int], seen: object, losses: object, seconds: object
) -> CurveChunk:
    """Return steps as the trainer hands them over; what is one number stands for every step."""
    own = np.array(list(numbers), np.int64)
    columns = {
        "examples_seen": np.asarray(seen, np.int64),
        "losses": np.asarray(losses, np.float64),
        "seconds": np.asarray(seconds, np.float64),
    }
    whole = {name: np.broadcast_to(column, own.shape) for name, column in columns.items()}
    return CurveChunk(curve, CurveRecords(steps=own, **whole))


def one_step(curve: int, step: int, seen: int, loss: float, seconds: float) -> CurveChunk:
    """Return a single step."""
    return chunk_of_steps(curve, [step], seen, loss, seconds)


def steps(first: int, count: int, curve: int = 0, loss: float = 1.0) -> list[CurveChunk]:
    """Return steps of 200 images, a tenth of a second each."""
    own = np.arange(first, first + count)
    return [chunk_of_steps(curve, own, 200 * own, loss, own / 10)]


def norms(
    curve: int, step: int, gradient_norms: Sequence[float], dead_fractions: Sequence[float]
) -> CurveChunk:
    """Return the norms of one step."""
    records = CurveRecords(
        norm_steps=np.array([step]),
        gradient_norms=np.array([gradient_norms]),
        dead_fractions=np.array([dead_fractions]),
    )
    return CurveChunk(curve, records)


def measured(*evaluations: EvalRecord) -> CurveChunk:
    """Return measurements of one curve on test images."""
    return CurveChunk(evaluations[0].curve, CurveRecords(evaluations=list(evaluations)))


def divergence(curve: int, step: int) -> CurveChunk:
    """Return that a curve diverged."""
    return CurveChunk(curve, CurveRecords(diverged_at=step))


def final_weights(curve: int, step: int, arrays: Mapping[str, np.ndarray]) -> CurveChunk:
    """Return a network at the end of its training."""
    return CurveChunk(curve, weights=WeightsRecord(curve, step, arrays))


def evaluation(step: int, accuracy: float, **details: Any) -> CurveChunk:
    """Return a measurement as the trainer hands it over; arguments as `eval_record`."""
    return measured(eval_record(step, accuracy, **details))


def eval_record(
    step: int, accuracy: float, *, curve: int = 0, full: bool = False, loss: float = 0.5
) -> EvalRecord:
    """Return a measurement after `step` steps, 100 of which are an epoch."""
    return EvalRecord(
        curve=curve,
        step=step,
        epoch=step / 100,
        full=full,
        examples=10_000 if full else 1_000,
        losses={"cross_entropy": loss},
        accuracy=accuracy,
        confusion=np.zeros((10, 10), np.int64),
        digits_softmax=np.full((20, 10), 0.1),
    )


def random_evaluation(curve: int = 0, step: int = 0, loss: float = 1.0) -> EvalRecord:
    """Return a measurement whose arrays are drawn anew for each step."""
    generator = np.random.default_rng(step)
    return EvalRecord(
        curve=curve,
        step=step,
        epoch=0.5,
        full=True,
        examples=100,
        losses={"cross_entropy": loss, "multiclass_hinge": 2.0},
        accuracy=0.25,
        confusion=generator.integers(0, 9, (10, 10)),
        digits_softmax=generator.random((20, 10)),
    )


def make_info(**changes: object) -> RunInfo:
    """Return what a run says of its data and machine."""
    values: dict[str, object] = {
        "dataset": "mnist",
        "dataset_description": "MNIST",
        "dataset_note": "",
        "train_images": 60_000,
        "test_images": 10_000,
        "data_md5": "0" * 32,
        "device": "cpu",
        "device_name": "A processor",
        "device_memory_bytes": None,
        "threads": 1,
        "versions": {"python": "3.11.4", "torch": "2.15.0"},
        "git_revision": "a" * 40,
        "pixel_mean": 33.3,
        "pixel_scale": 78.6,
        "digits": np.arange(20 * 784, dtype=np.uint8).reshape(20, 28, 28),
        "digit_labels": np.arange(20) % 10,
    }
    return RunInfo(**(values | changes))
