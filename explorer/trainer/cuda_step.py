"""Training steps captured as CUDA graphs: one launch for many steps of some thirty kernels."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

LONGEST_REPLAY = 0.1
"""Seconds; pausing and stopping wait for the steps that are under way."""

Steps = Callable[[Tensor, Tensor, Tensor], None]


def can_capture(device: torch.device) -> bool:
    """Tell whether steps on a device can be captured."""
    return device.type == "cuda"


@dataclass(frozen=True, slots=True, eq=False)
class _Captured:
    graph: torch.cuda.CUDAGraph
    indices: Tensor
    losses: Tensor
    norms: Tensor


class CapturedSteps:
    """Steps that are replayed from graphs, one graph for each number of steps at once.

    A replay repeats the captured kernels on the captured addresses. So no value of the host may
    enter a step, and whatever changes from step to step lies in a tensor that stays where it is.
    Capturing runs nothing. What a kernel needs to be loaded for its first use cannot be captured;
    therefore the first `sizes[-1]` steps of a training are made eagerly.

    Args:
        sizes: Numbers of steps that may be made at once, falling, each a multiple of the next.
        batch_size: Images per step.
    """

    def __init__(self, sizes: tuple[int, ...], batch_size: int) -> None:
        self._sizes, self._batch_size = sizes, batch_size
        self._captured: dict[int, _Captured] = {}
        self._pool: Any = None
        self._stream: torch.cuda.Stream | None = None
        self._begun = 0.0
        self._broken = False
        self.step_seconds = 0.0

    def at_once(self, step: int, whole_batches: int) -> int:
        """Return how many steps to make at once, after `step` steps; 1 stands for an eager one."""
        self._time_eager_steps(step)
        if step < self._sizes[-1] or self._broken:
            return 1
        for size in self._sizes:
            fits = step % size == 0 and size <= whole_batches
            if fits and size * self.step_seconds <= LONGEST_REPLAY:
                return size
        return 1

    def _time_eager_steps(self, step: int) -> None:
        """Take the time of the eager steps after the first."""
        if step == 1 or step == self._sizes[-1]:
            torch.cuda.synchronize()
            if step == 1:
                self._begun = time.perf_counter()
            else:
                self.step_seconds = (time.perf_counter() - self._begun) / (step - 1)

    def took(self, seconds: float, steps: int) -> None:
        """Learn how long a GPU took for some steps; the eager ones waited for the host."""
        if self.step_seconds:
            self.step_seconds = min(self.step_seconds, seconds / steps)

    def make(self, steps: Steps, indices: Tensor, losses: Tensor, norms: Tensor) -> None:
        """Make steps on indices [rows, steps · B], which fill losses and norms.

        Args:
            steps: Makes them, from the other arguments. Not kept, or what it belongs to would hold
                a GPU's memory until Python looks for circles.
        """
        count = indices.shape[1] // self._batch_size
        known = self._captured.get(count)
        captured = known or self._capture(steps, indices, losses, norms)
        if captured is None:
            steps(indices, losses, norms)
            return
        self._captured[count] = captured
        captured.indices.copy_(indices)
        captured.graph.replay()
        losses.copy_(captured.losses)
        norms.copy_(captured.norms)

    def _capture(
        self, steps: Steps, indices: Tensor, losses: Tensor, norms: Tensor
    ) -> _Captured | None:
        held = [tensor.clone() for tensor in (indices, losses, norms)]
        graph = torch.cuda.CUDAGraph()
        try:
            # Of the current GPU: torch's own belongs to the one on which it was first used.
            self._stream = self._stream or torch.cuda.Stream()
            with torch.cuda.graph(graph, pool=self._pool, stream=self._stream):
                steps(*held)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            if _ran_out_of_memory(error):
                raise torch.OutOfMemoryError(str(error)) from error
            # Nothing was run, so nothing is lost but speed.
            print(f"Steps are made one by one, because they cannot be captured: {error}",
                  file=sys.stderr)  # fmt: skip
            self._broken = True
            return None
        # Graphs that never run at the same time can share their memory.
        self._pool = self._pool or graph.pool()
        return _Captured(graph, *held)


def _ran_out_of_memory(error: BaseException | None) -> bool:
    # Leaving a capture after it ran out of memory raises an error of its own.
    while error is not None:
        if isinstance(error, torch.OutOfMemoryError):
            return True
        error = error.__cause__ or error.__context__
    return False
