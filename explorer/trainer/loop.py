"""Training as a stream of column chunks: no files, no processes, nothing of the page."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch

from explorer.runs.config import TrainingConfig
from explorer.runs.curve_data import LEARNING_RATE
from explorer.runs.records import CurveChunk
from explorer.runs.run import Control
from explorer.runs.series import CurveData, Series
from explorer.trainer.data import TrainingData
from explorer.trainer.stack import CHUNK_STEPS, StackInTraining

QUICK_EVALUATION_STEPS = 100
"""Steps between two measurements on 1,000 test images."""

_LONGEST_SILENCE = 0.2
_IN_FLIGHT = 2
"""Readings that a GPU may owe, so that it need not wait for the host."""


def train(
    configs: Sequence[TrainingConfig],
    data: TrainingData,
    control: Callable[[], Control] = Control,
    *,
    evaluate_every: int = QUICK_EVALUATION_STEPS,
) -> Iterator[CurveChunk]:
    """Train one curve per config and yield what is measured.

    Configs that stack are trained as one tensor program; several stacks take turns by chunks of
    steps. The same configs, data and device give the same records, their seconds apart.

    Args:
        configs: One per curve.
        data: Images on the device where the training will run.
        control: Looked at before every step; on a GPU before every launch, of at most 50 steps
            and about 0.1 seconds.
        evaluate_every: Steps between two measurements on 1,000 test images, a multiple of 50
            where a GPU makes several steps at once.

    Yields:
        What is measured of each curve, chunk after chunk: at first its untrained network, then
        each step's loss, norms at every tenth step, 1,000 test images in between, the whole
        test set after each epoch; at the end, also when stopped, the weights of every curve that
        has not diverged.
    """
    for burst in bursts(configs, data, control, evaluate_every=evaluate_every):
        yield from burst


def bursts(
    configs: Sequence[TrainingConfig],
    data: TrainingData,
    control: Callable[[], Control] = Control,
    *,
    evaluate_every: int = QUICK_EVALUATION_STEPS,
) -> Iterator[list[CurveChunk]]:
    """Train as `train` does, and yield together what the curves of a stack did at the same time."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for curve, config in enumerate(configs):
        groups.setdefault(config.stack_key, []).append(curve)
    clock = TrainingClock()
    stacks = [
        StackInTraining([configs[k] for k in curves], curves, data) for curves in groups.values()
    ]
    turns = [_train_stack(stack, control, clock, evaluate_every) for stack in stacks]
    while turns:
        for turn in list(turns):
            with torch.no_grad(), _current(data.train_images.device):
                burst = next(turn, None)
            if burst is None:
                turns.remove(turn)
            else:
                yield burst


def _current(device: torch.device) -> AbstractContextManager[object]:
    """Make a GPU the one that streams, graphs and events belong to."""
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


def total_steps(config: TrainingConfig, data: TrainingData) -> int:
    """Return the number of steps that a config takes."""
    return config.epochs * math.ceil(len(data.train_labels) / config.batch_size)


class TrainingClock:
    """Seconds since it was made, without those spent holding."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def now(self) -> float:
        """Return the training time in seconds."""
        return time.perf_counter() - self._start

    def hold(self, seconds: float) -> None:
        """Wait for a while that does not count."""
        before = time.perf_counter()
        time.sleep(seconds)
        self._start += time.perf_counter() - before


def _train_stack(
    stack: StackInTraining,
    control: Callable[[], Control],
    clock: TrainingClock,
    evaluate_every: int,
) -> Iterator[list[CurveChunk]]:
    """Yield what a stack measured, at the latest after a chunk of steps or a moment's silence."""
    epochs = stack.configs[0].epochs
    rates: dict[int, float] = {}
    said = clock.now()

    def news(in_flight: int = 0) -> list[CurveChunk]:
        nonlocal said
        said = clock.now()
        return stack.read(clock.now, in_flight=in_flight)

    stack.evaluate(full=False)
    yield news()
    for _ in range(epochs):
        stack.shuffle()
        while True:
            asked = control()
            while asked.pause and not asked.stop:
                yield news()
                clock.hold(0.02)
                asked = control()
            if asked.stop:
                yield news()
                stack.evaluate(full=False)
                yield [*news(), *stack.weights()]
                return
            if asked.learning_rates != rates:
                yield [*news(), *_change_rates(stack, rates, asked)]
                rates = dict(asked.learning_rates)
            stack.advance()
            at_epoch_end = not stack.steps_left_in_epoch
            at_chunk_end = stack.step % CHUNK_STEPS == 0
            ahead = stack.seconds_ahead
            silence = clock.now() - said + ahead
            if stack.step == 1:
                yield news()
            elif at_chunk_end or at_epoch_end or silence > _LONGEST_SILENCE:
                # What a GPU has yet to do must be done before it can hold or stop.
                yield news(_IN_FLIGHT if _IN_FLIGHT * ahead < _LONGEST_SILENCE else 0)
            if at_chunk_end:
                stack.drop_diverged()
                if not stack.curves:
                    return
            if at_epoch_end:
                break
            if stack.step % evaluate_every == 0:
                stack.evaluate(full=False)
                yield news(_IN_FLIGHT)
        stack.evaluate(full=True)
        yield news(_IN_FLIGHT)
    yield [*news(), *stack.weights()]


def _change_rates(
    stack: StackInTraining, known: dict[int, float], asked: Control
) -> list[CurveChunk]:
    at = np.array([stack.step + 1])
    return [
        CurveChunk(curve, CurveData(events={LEARNING_RATE: Series(at, np.array([value]))}))
        for curve, value in asked.learning_rates.items()
        if known.get(curve) != value and stack.set_learning_rate(curve, value)
    ]
