"""Where the parameters of K networks lie in one row of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

_ALIGNMENT = 32


class Layout:
    """Layer by layer: the weights of all networks, then the biases of all.

    One layer's weights of all networks are one matrix, so that a batch that all networks see
    passes a layer in one product. Tensors begin at multiples of 32 numbers, on which a GPU's
    matrix units insist; what lies between them stays 0.

    Args:
        layers: Inputs and outputs of each layer.
        networks: K.

    Attributes:
        size: Numbers in a row.
    """

    def __init__(self, layers: Sequence[tuple[int, int]], networks: int) -> None:
        self.layers, self.networks = tuple(layers), networks
        self._places: list[tuple[int, tuple[int, int, int]]] = []
        self.size = 0
        for before, after in self.layers:
            for shape in ((networks, after, before), (networks, 1, after)):
                self._places.append((self.size, shape))
                self.size = math.ceil((self.size + math.prod(shape)) / _ALIGNMENT) * _ALIGNMENT

    def weights(self, row: Tensor) -> list[Tensor]:
        """Return views of a row, one [K, out, in] per layer."""
        return self._tensors(row)[0::2]

    def biases(self, row: Tensor) -> list[Tensor]:
        """Return views of a row, one [K, 1, out] per layer."""
        return self._tensors(row)[1::2]

    def parts(self, row: Tensor) -> list[Tensor]:
        """Return views of a row, each [K, ·, ·], for what is one number per network."""
        return [row[None, None]] if self.networks == 1 else self._tensors(row)

    def _tensors(self, row: Tensor) -> list[Tensor]:
        return [row[start : start + math.prod(shape)].view(shape) for start, shape in self._places]

    def chosen(self, row: Tensor, members: Sequence[int]) -> Tensor:
        """Return a row for only some of the networks, as a layout of so many has it."""
        fewer = Layout(self.layers, len(members))
        chosen = row.new_zeros(fewer.size)
        for all_of_them, kept in zip(self._tensors(row), fewer._tensors(chosen), strict=True):
            torch.index_select(all_of_them, 0, torch.tensor(members, device=row.device), out=kept)
        return chosen
