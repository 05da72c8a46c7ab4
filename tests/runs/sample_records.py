"""Records and infos for tests of the run store."""

from __future__ import annotations

import numpy as np

from explorer.runs.records import EvalRecord, Record, RunInfo, StepRecord
from explorer.runs.run import WorkerMark

MARK = WorkerMark("here", 12, 34.5)


def steps(first: int, count: int, curve: int = 0, loss: float = 1.0) -> list[Record]:
    """Return steps of 200 images, a tenth of a second each."""
    return [StepRecord(curve, s, s * 200, loss, s / 10) for s in range(first, first + count)]


def evaluation(
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
