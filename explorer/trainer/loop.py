"""Training as a stream of records: no files, no processes, nothing of the page."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence

import torch

from explorer.runs.config import TrainingConfig
from explorer.runs.records import LearningRateRecord, Record
from explorer.runs.run import Control
from explorer.trainer.data import TrainingData
from explorer.trainer.stack import CHUNK_STEPS, StackInTraining

QUICK_EVALUATION_STEPS = 100
"""Steps between two measurements on 1,000 test images."""

_LONGEST_SILENCE = 0.2
_NO_WISHES = Control()


def train(
    configs: Sequence[TrainingConfig],
    data: TrainingData,
    control: Callable[[], Control] = lambda: _NO_WISHES,
) -> Iterator[Record]:
    """Train one curve per config and yield what is measured.

    Configs that stack are trained as one tensor program; several stacks take turns by chunks of
    steps. The same configs, data and device give the same records, their seconds apart.

    Args:
        configs: One per curve.
        data: Images on the device where the training shall run.
        control: Looked at before every step.

    Yields:
        Records: at first every curve's untrained network, then each step's loss, norms at every
        tenth step, 1,000 test images every hundred, the whole test set after each epoch; at the
        end, also when stopped, the weights of every curve that has not diverged.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for curve, config in enumerate(configs):
        groups.setdefault(config.stack_key, []).append(curve)
    clock = TrainingClock()
    turns = [
        _train_stack(StackInTraining([configs[k] for k in curves], curves, data), control, clock)
        for curves in groups.values()
    ]
    while turns:
        for turn in list(turns):
            with torch.no_grad():
                burst = next(turn, None)
            if burst is None:
                turns.remove(turn)
            else:
                yield from burst


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
    stack: StackInTraining, control: Callable[[], Control], clock: TrainingClock
) -> Iterator[list[Record]]:
    """Yield what a stack measured, at the latest after a chunk of steps or a moment's silence."""
    epochs = stack.configs[0].epochs
    rates: dict[int, float] = {}
    said = clock.now()

    def news() -> list[Record]:
        nonlocal said
        before, said = said, clock.now()
        return stack.read_metrics((before, said))

    yield stack.evaluate(full=False)
    for _ in range(epochs):
        for batch in stack.epoch_batches():
            wish = control()
            while wish.pause and not wish.stop:
                yield news()
                clock.hold(0.02)
                wish = control()
            if wish.stop:
                yield news()
                yield [*stack.evaluate(full=False), *stack.weights()]
                return
            if wish.learning_rates != rates:
                yield [*news(), *_change_rates(stack, rates, wish)]
                rates = dict(wish.learning_rates)
            stack.train_batch(batch)
            at_chunk_end = stack.step % CHUNK_STEPS == 0
            if stack.step == 1 or at_chunk_end or clock.now() - said > _LONGEST_SILENCE:
                yield news()
            if at_chunk_end:
                stack.drop_diverged()
                if not stack.curves:
                    return
            if stack.step % QUICK_EVALUATION_STEPS == 0 and stack.step % stack.steps_per_epoch:
                yield stack.evaluate(full=False)
        yield news()
        yield stack.evaluate(full=True)
    yield stack.weights()


def _change_rates(
    stack: StackInTraining, known: dict[int, float], wish: Control
) -> list[LearningRateRecord]:
    return [
        LearningRateRecord(curve, stack.step + 1, value)
        for curve, value in wish.learning_rates.items()
        if known.get(curve) != value and stack.set_learning_rate(curve, value)
    ]
