"""CUDA graphs as far as a processor can play them: what is captured is repeated, nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from explorer.trainer import cuda_step, stack

# What makes a tensor of a number of the host, and what makes a number of the host of a tensor.
OF_THE_HOST = {
    torch.ops.aten.lift_fresh.default,
    torch.ops.aten._local_scalar_dense.default,
    torch.ops.aten.item.default,
    torch.ops.aten.is_nonzero.default,
}


def storage(tensor: torch.Tensor) -> int:
    """Tell what a tensor's numbers lie in."""
    return tensor.untyped_storage().data_ptr()


class FakeGraph:
    """Stands in for torch.cuda.CUDAGraph: holds calls with the very tensors they were made with.

    Attributes:
        replays: How often it was replayed.
        read: Storages from outside the capture that a replay reads.
        written: Storages from outside the capture that a replay writes.
        host_values: Calls that took a number from the host, or gave it one.
    """

    made: list[FakeGraph]

    def __init__(self) -> None:
        self.calls: list[
            tuple[Any, tuple[Any, ...], dict[str, Any], list[tuple[int, torch.Tensor]]]
        ] = []
        self.replays = 0
        self.read: set[int] = set()
        self.written: set[int] = set()
        self.host_values: list[str] = []
        type(self).made.append(self)

    def pool(self) -> object:
        return self

    def replay(self) -> None:
        self.replays += 1
        for func, args, kwargs, kept in self.calls:
            results = tree_leaves(func(*args, **kwargs))
            for place, old in kept:
                old.copy_(results[place])


class _Capture(TorchDispatchMode):
    """Writes down every call, and undoes what it changed: capturing runs nothing."""

    def __init__(self, graph: FakeGraph) -> None:
        super().__init__()
        self._graph = graph
        self._inside: set[int] = set()
        self._alive: list[torch.Tensor] = []
        self._before: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        graph = self._graph
        if func in OF_THE_HOST:
            graph.host_values.append(str(func))
        changed = [
            given
            for spec, given in zip(func._schema.arguments, args, strict=False)
            if spec.alias_info and spec.alias_info.is_write
        ] + [
            kwargs[spec.name]
            for spec in func._schema.arguments
            if spec.name in kwargs and spec.alias_info and spec.alias_info.is_write
        ]
        changed = [one for one in tree_leaves(changed) if isinstance(one, torch.Tensor)]
        for tensor in tree_leaves((args, kwargs)):
            if isinstance(tensor, torch.Tensor) and storage(tensor) not in self._inside:
                graph.read.add(storage(tensor))
        for tensor in changed:
            if storage(tensor) not in self._inside:
                graph.written.add(storage(tensor))
                whole = torch.empty(0, dtype=tensor.dtype).set_(tensor.untyped_storage())
                self._before.setdefault(storage(tensor), (whole, whole.clone()))
        given = {
            storage(one) for one in tree_leaves((args, kwargs)) if isinstance(one, torch.Tensor)
        }
        results = func(*args, **kwargs)
        new = [
            (place, one)
            for place, one in enumerate(tree_leaves(results))
            if isinstance(one, torch.Tensor) and storage(one) not in given
        ]
        for _, tensor in new:
            self._inside.add(storage(tensor))
            # A storage that was freed could come back as another's.
            self._alive.append(tensor)
        # A view is there for good.
        if new or changed:
            graph.calls.append((func, args, kwargs, new))
        return results

    def undo(self) -> None:
        for whole, before in self._before.values():
            whole.copy_(before)


@contextmanager
def _captured(graph: FakeGraph, *, pool: object, stream: object) -> Iterator[None]:
    capture = _Capture(graph)
    with capture:
        yield
    capture.undo()


def use_fake_graphs(patch: pytest.MonkeyPatch) -> list[FakeGraph]:
    """Let a processor's steps be captured; return the graphs that will be made."""
    made: list[FakeGraph] = []
    patch.setattr(FakeGraph, "made", made, raising=False)
    patch.setattr(torch.cuda, "CUDAGraph", FakeGraph)
    patch.setattr(torch.cuda, "graph", _captured)
    patch.setattr(torch.cuda, "Stream", object)
    patch.setattr(torch.cuda, "synchronize", lambda: None)
    patch.setattr(stack, "can_capture", lambda device: True)
    # A processor's eager steps are slow enough to be made one by one.
    patch.setattr(cuda_step, "LONGEST_REPLAY", float("inf"))
    return made
