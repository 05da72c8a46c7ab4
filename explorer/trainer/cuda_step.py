"""A training step captured as a CUDA graph: one launch instead of some forty."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Step = Callable[[Tensor], tuple[Tensor, list[Tensor]]]


class CapturedStep:
    """A step that is replayed from a graph, for batches of the shape it was captured with.

    Args:
        step: Takes indices, returns tensors; no value of the host may enter it.
        indices: An example batch on a CUDA device.
        state: Every tensor that the step changes for good; what warming up does is undone.
    """

    def __init__(self, step: Step, indices: Tensor, state: Sequence[Tensor]) -> None:
        self._indices = indices.clone()
        before = [tensor.clone() for tensor in state]
        # cuBLAS sets up its workspaces at the first calls, which may not be captured.
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):
                step(self._indices)
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._results = step(self._indices)
        for tensor, kept in zip(state, before, strict=True):
            tensor.copy_(kept)

    def fits(self, indices: Tensor) -> bool:
        """Tell whether a batch has the captured shape."""
        return indices.shape == self._indices.shape

    def __call__(self, indices: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Make the step; the results are overwritten by the next call."""
        self._indices.copy_(indices)
        self._graph.replay()
        return self._results
