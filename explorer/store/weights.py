"""Final weights of trained curves, as safetensors: a format that cannot run code when read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import safetensors
import safetensors.numpy
import sqlalchemy as sa

from explorer.runs.config import TrainingConfig
from explorer.runs.records import WeightsRecord
from explorer.store.rows import StorePart, is_kept, unknown_run
from explorer.store.tables import runs, weights

_LONGEST_HEAD = 65_536
"""Bytes of a file beside its numbers; the names and shapes of seven layers take far less."""


class WeightsError(LookupError):
    """There are no weights of a curve, or none that can be used; its text is a plain sentence."""


class RunWeights(StorePart):
    """The networks that were trained, as `RunStore.weights`."""

    def get(self, run_id: str, curve: int) -> dict[str, np.ndarray]:
        """Return the final weights of a curve, checked against its network's layers.

        Args:
            run_id: The run, finished or stopped.

        Returns:
            float32 arrays as `torch.nn.Sequential(Linear, ReLU, Linear, …)` names them: for the
            layer at place k, "k.weight" [out, in] and "k.bias" [out], with k = 0, 2, 4, …

        Raises:
            WeightsError: None are kept, or they are damaged or of another network.
        """
        return read_weights(self.file(run_id, curve), self._config(run_id, curve))

    def file(self, run_id: str, curve: int) -> bytes:
        """Return the final weights of a curve as a safetensors file, unchecked but in its size.

        Args:
            run_id: The run, finished or stopped.

        Raises:
            WeightsError: None are kept, or there are more bytes than the network can have.
        """
        config = self._config(run_id, curve)
        if self._shipped.has(run_id):
            if (file := self._shipped.weights_file(run_id, curve)) is None:
                raise WeightsError("The weights of this curve did not come with the app.")
            return file
        own = (weights.c.run_id == run_id) & (weights.c.curve == curve)
        with self._database.transaction() as connection:
            size = sa.select(sa.func.length(weights.c.payload)).where(own)
            length = connection.execute(size).scalar_one_or_none()
            if length is None:
                raise WeightsError(
                    "The weights of this curve are not kept: it has not ended, it diverged, or its "
                    "training was cut off."
                )
            # Before they are read: what is stored may have been put there by anything.
            _check_size(length, config)
            return bytes(connection.execute(sa.select(weights.c.payload).where(own)).scalar_one())

    def _config(self, run_id: str, curve: int) -> TrainingConfig:
        if self._shipped.has(run_id):
            shipped = self._shipped.run(run_id).configs
            if curve not in range(len(shipped)):
                raise WeightsError("There is no such curve.")
            return shipped[curve]
        row = self._one(sa.select(runs.c.configs, runs.c.origin).where(is_kept(run_id)))
        if row is None:
            raise unknown_run(run_id)
        configs: Sequence[TrainingConfig] = row.configs
        if curve not in range(len(configs)) or row.origin:
            raise WeightsError("There is no such curve that was trained here.")
        return configs[curve]


def write_weights(connection: sa.Connection, run_id: str, record: WeightsRecord) -> None:
    """Keep the final weights of a curve in place of earlier ones."""
    own = (weights.c.run_id == run_id) & (weights.c.curve == record.curve)
    connection.execute(sa.delete(weights).where(own))
    arrays = {name: np.ascontiguousarray(array) for name, array in record.arrays.items()}
    payload = safetensors.numpy.save(arrays, {"step": str(record.step)})
    row = {"run_id": run_id, "curve": record.curve, "payload": payload}
    connection.execute(sa.insert(weights).values(row))


def read_weights(file: bytes, config: TrainingConfig) -> dict[str, np.ndarray]:
    """Read a safetensors file that must hold the weights of this config's network.

    Returns:
        As `RunWeights.get`, input side first.

    Raises:
        WeightsError: The file is damaged or holds something else.
    """
    _check_size(len(file), config)
    try:
        arrays = safetensors.numpy.load(file)
    except (safetensors.SafetensorError, LookupError, ValueError) as error:
        raise WeightsError(f"The weights of this curve are damaged ({error}).") from error
    shapes = weight_shapes(config)
    found = {name: (array.dtype.name, array.shape) for name, array in arrays.items()}
    if found != {name: ("float32", shape) for name, shape in shapes.items()}:
        raise WeightsError("The weights kept for this curve are those of another network.")
    return {name: arrays[name] for name in shapes}


def weight_shapes(config: TrainingConfig) -> Mapping[str, tuple[int, ...]]:
    """Return the shape of each weight and bias by name, input side first."""
    shapes: dict[str, tuple[int, ...]] = {}
    for place, (before, after) in enumerate(pairwise(config.layer_sizes)):
        shapes |= {f"{2 * place}.weight": (after, before), f"{2 * place}.bias": (after,)}
    return shapes


def _check_size(length: int, config: TrainingConfig) -> None:
    if not 0 < length - 4 * config.num_parameters <= _LONGEST_HEAD:
        raise WeightsError("The weights kept for this curve are those of another network.")
