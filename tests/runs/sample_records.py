"""What runs record, made for tests, and asked for by them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from explorer.runs import curve_data as of
from explorer.runs.config import TrainingConfig
from explorer.runs.records import CurveChunk, RunInfo, WeightsRecord
from explorer.runs.run import WorkerId
from explorer.runs.series import EPOCH, NOTHING, SECONDS, CurveData, Series, Snapshots
from explorer.runs.sweep_grid import DIMENSIONS, SweepGrid

MARK = WorkerId("here", 12, 34.5)


@dataclass(frozen=True, eq=False)
class Measured:
    """A measurement on test images; what is NaN, 0 or None was not told."""

    step: int
    accuracy: float = math.nan
    full: bool = False
    epoch: float = math.nan
    examples: int = 0
    losses: Mapping[str, float] = field(default_factory=dict)
    confusion: np.ndarray | None = None
    digits_softmax: np.ndarray | None = None


def series(values: Mapping[int, float]) -> Series:
    """Return a series of values by step."""
    steps = np.array(sorted(values), np.int64)
    return Series(steps, np.array([values[step] for step in steps.tolist()], np.float64))


def recorded(
    *,
    steps: Iterable[int] = (),
    losses: object = 1.0,
    examples_seen: object = None,
    seconds: object = None,
    norm_steps: Iterable[int] = (),
    gradient_norms: object = (),
    dead_fractions: object = (),
    evaluations: Iterable[Measured] = (),
    diverged_at: int | None = None,
    learning_rates: Mapping[int, float] | None = None,
    loss: str = "cross_entropy",
    steps_per_epoch: int | None = None,
) -> CurveData:
    """Return a curve as a training records it; what is one number stands for every step.

    Epochs are told at every step where it is known how many steps are one, else where something
    was measured on test images.
    """
    at, norms_at = (np.array(list(given), np.int64) for given in (steps, norm_steps))
    every = sorted(evaluations, key=lambda one: (one.step, one.full))
    found: dict[str, Series] = {}
    clocks: dict[str, Series] = {}

    def column(values: object) -> Series:
        return Series(at, np.broadcast_to(np.asarray(values, np.float64), at.shape))

    if at.size:
        found[f"train/{loss}"] = column(losses)
        begun = [0] if every and every[0].step == 0 < at[0] else []
        told = {
            of.EXAMPLES: column(200 * at if examples_seen is None else examples_seen),
            SECONDS: column(at / 10 if seconds is None else seconds),
        }
        clocks = {
            name: Series(np.append(np.int64(begun), at), np.append(np.float64(begun), one.values))
            for name, one in told.items()
        }
    layers = (of.GRADIENT_NORM, gradient_norms), (of.DEAD_FRACTION, dead_fractions)
    for name, values in layers:
        for place, one in enumerate(np.asarray(values, np.float64).T if norms_at.size else ()):
            found[f"layer/{name}{place + 1}"] = Series(norms_at, one)
    epochs = {one.step: one.epoch for one in every if not math.isnan(one.epoch)}
    if steps_per_epoch:
        epochs |= {step: step / steps_per_epoch for step in (*epochs, *at.tolist())}
    if epochs:
        clocks[EPOCH] = series(epochs)
    for kind, clock in of.IMAGES.items():
        own = [one for one in every if one.full == (kind == of.TEST_FULL)]
        metrics: dict[str, dict[int, float]] = {}
        for one in own:
            told = {} if math.isnan(one.accuracy) else {of.ACCURACY: one.accuracy}
            for name, value in (told | dict(one.losses)).items():
                metrics.setdefault(f"{kind}/{name}", {})[one.step] = value
        found |= {name: series(values) for name, values in metrics.items()}
        if images := {one.step: one.examples for one in own if one.examples}:
            clocks[clock] = series(images)
    snapshots = {}
    for name in (of.CONFUSION, of.DIGITS_SOFTMAX):
        arrays = {one.step: own for one in every if (own := getattr(one, name)) is not None}
        if arrays:
            snapshots[name] = Snapshots(np.array(list(arrays)), np.stack(list(arrays.values())))
    events = {of.LEARNING_RATE: series(learning_rates)} if learning_rates else {}
    if diverged_at is not None:
        events[of.DIVERGED] = series({diverged_at: math.nan})
    return CurveData(found, clocks=clocks, snapshots=snapshots, events=events)


class Seen:
    """What was measured of a curve, as tests ask for it.

    Args:
        data: The curve.
    """

    def __init__(self, data: CurveData) -> None:
        self.data = data
        loss = of.training_loss(data)
        self.steps, self.losses = loss.steps, loss.values
        self.seconds = of.values_at(data.clocks.get(SECONDS), self.steps)
        self.examples_seen = of.values_at(data.clocks.get(of.EXAMPLES), self.steps)
        self.diverged_at = of.diverged_at(data)
        rates = data.events.get(of.LEARNING_RATE, NOTHING)
        self.learning_rates = dict(zip(rates.steps.tolist(), rates.values.tolist(), strict=True))
        norms, dead = (of.by_layer(data, name) for name in (of.GRADIENT_NORM, of.DEAD_FRACTION))
        self.norm_steps = norms[0].steps if norms else NOTHING.steps
        self.gradient_norms = np.stack([one.values for one in norms] or [np.empty(0)], 1)
        self.dead_fractions = np.stack([one.values for one in dead] or [np.empty(0)], 1)

    @cached_property
    def evaluations(self) -> list[Measured]:
        """The measurements on test images, oldest first, of two at a step the smaller last."""
        return sorted(
            (one for kind in of.IMAGES for one in self._of_kind(kind)),
            key=lambda one: (one.step, not one.full),
        )

    def _of_kind(self, kind: str) -> list[Measured]:
        metrics = {
            name.partition("/")[2]: one
            for name, one in self.data.known.items()
            if name.startswith(f"{kind}/")
        }
        clocks = {name: _by_step(one) for name, one in self.data.clocks.items()}
        arrays = {name: _by_step(one) for name, one in self.data.snapshots.items()}
        values = {name: _by_step(one) for name, one in metrics.items()}
        return [
            Measured(
                step=step,
                accuracy=values.get(of.ACCURACY, {}).get(step, math.nan),
                full=kind == of.TEST_FULL,
                epoch=clocks.get(EPOCH, {}).get(step, math.nan),
                examples=int(clocks.get(of.IMAGES[kind], {}).get(step, 0)),
                losses={
                    name: own[step]
                    for name, own in values.items()
                    if name != of.ACCURACY and step in own
                },
                confusion=arrays.get(of.CONFUSION, {}).get(step),
                digits_softmax=arrays.get(of.DIGITS_SOFTMAX, {}).get(step),
            )
            for step in sorted({step for own in values.values() for step in own})
        ]


def _by_step(one: Series | Snapshots) -> dict:
    return dict(zip(one.steps.tolist(), one.values, strict=True))


def one_step(curve: int, step: int, seen: int, loss: float, seconds: float) -> CurveChunk:
    """Return a single step."""
    data = recorded(steps=[step], losses=loss, examples_seen=seen, seconds=seconds)
    return CurveChunk(curve, data)


def steps(first: int, count: int, curve: int = 0, loss: float = 1.0) -> list[CurveChunk]:
    """Return steps of 200 images, a tenth of a second each."""
    return [CurveChunk(curve, recorded(steps=range(first, first + count), losses=loss))]


def norms(
    curve: int, step: int, gradient_norms: Sequence[float], dead_fractions: Sequence[float]
) -> CurveChunk:
    """Return the norms of one step."""
    own = {"gradient_norms": [gradient_norms], "dead_fractions": [dead_fractions]}
    return CurveChunk(curve, recorded(norm_steps=[step], **own))


def divergence(curve: int, step: int) -> CurveChunk:
    """Return that a curve diverged."""
    return CurveChunk(curve, recorded(diverged_at=step))


def final_weights(curve: int, step: int, arrays: Mapping[str, np.ndarray]) -> CurveChunk:
    """Return a network at the end of its training."""
    return CurveChunk(curve, weights=WeightsRecord(curve, step, arrays))


def evaluation(step: int, accuracy: float, *, curve: int = 0, **details: object) -> CurveChunk:
    """Return a measurement as the trainer hands it over; arguments as `a_measurement`."""
    return CurveChunk(curve, recorded(evaluations=[a_measurement(step, accuracy, **details)]))


def a_measurement(step: int, accuracy: float, *, full: bool = False, loss: float = 0.5) -> Measured:
    """Return a measurement after `step` steps, 100 of which are an epoch."""
    return Measured(
        step=step,
        epoch=step / 100,
        full=full,
        examples=10_000 if full else 1_000,
        losses={"cross_entropy": loss},
        accuracy=accuracy,
        confusion=np.zeros((10, 10), np.int64),
        digits_softmax=np.full((20, 10), 0.1),
    )


def random_measurement(step: int = 0, loss: float = 1.0) -> Measured:
    """Return a measurement whose arrays are drawn anew for each step."""
    generator = np.random.default_rng(step)
    return Measured(
        step=step,
        epoch=0.5,
        full=True,
        examples=100,
        losses={"cross_entropy": loss, "multiclass_hinge": 2.0},
        accuracy=0.25,
        confusion=generator.integers(0, 9, (10, 10)),
        digits_softmax=generator.random((20, 10)),
    )


def grid_of(config: TrainingConfig, **values: tuple[object, ...]) -> SweepGrid:
    """Return a grid whose one cell is this config, but for the values given by name."""
    own = {name: (getattr(config, name),) for name in DIMENSIONS}
    return SweepGrid(own | values, config)


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
