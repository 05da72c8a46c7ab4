"""One stack in training: its step, its batches, and what it measured but has not said yet."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from explorer.runs.config import TrainingConfig
from explorer.runs.records import DivergenceRecord, NormRecord, Record, StepRecord, WeightsRecord
from explorer.trainer.cuda_step import CapturedStep
from explorer.trainer.data import TrainingData
from explorer.trainer.evaluation import evaluate
from explorer.trainer.model import NetworkStack
from explorer.trainer.objectives import MixedObjective
from explorer.trainer.optimizers import make_optimizer

CHUNK_STEPS = 50
"""Steps whose metrics stay on the device until they are read together."""
NORM_STEPS = 10
"""Gradient norms and dead units are measured at every tenth step."""


class StackInTraining:
    """Networks that are trained as one tensor program.

    Args:
        configs: One per network, equal in their `stack_key`.
        curves: Index in the race of each network.
        data: Images on the device.
    """

    def __init__(
        self, configs: Sequence[TrainingConfig], curves: Sequence[int], data: TrainingData
    ) -> None:
        self.data = data
        self.configs, self.curves = list(configs), list(curves)
        self.device = data.train_images.device
        self.batch_size = configs[0].batch_size
        self.steps_per_epoch = math.ceil(len(data.train_labels) / self.batch_size)
        self.step = 0
        self.examples_seen = 0
        self._network = NetworkStack(configs, self.device)
        self._optimizer = make_optimizer(configs, self._network.parameters)
        # Weights and batches must not come from the same numbers.
        self._generators = {
            seed: torch.Generator(self.device).manual_seed(seed + 2**32)
            for seed in dict.fromkeys(config.seed for config in configs)
        }
        self._diverged: set[int] = set()
        self._forget()
        self._arrange()

    def _arrange(self) -> None:
        self._objective = MixedObjective([c.loss for c in self.configs], self.device)
        seeds = list(self._generators)
        rows = [seeds.index(config.seed) for config in self.configs]
        self._batch_rows = torch.tensor(rows, device=self.device)
        self._losses = torch.zeros(CHUNK_STEPS, len(self.configs), device=self.device)
        self._captured: CapturedStep | None = None

    def _forget(self) -> None:
        self._steps: list[tuple[int, int]] = []
        self._norms: list[tuple[int, Tensor, Tensor]] = []

    def epoch_batches(self) -> list[Tensor]:
        """Shuffle, and return the epoch's batches as indices, int64 [seeds, B].

        Networks with the same seed see the same batches.
        """
        count = len(self.data.train_labels)
        orders = [
            torch.randperm(count, generator=generator, device=self.device)
            for generator in self._generators.values()
        ]
        return list(torch.stack(orders).split(self.batch_size, dim=1))

    def train_batch(self, batch: Tensor) -> None:
        """Make one step on a batch of `epoch_batches`."""
        # With one seed, one row does for all networks.
        indices = batch if len(batch) == 1 else batch[self._batch_rows]
        self.step += 1
        self.examples_seen += indices.shape[1]
        losses, activations = self._run_step(indices)
        self._losses[len(self._steps)] = losses
        self._steps.append((self.step, self.examples_seen))
        if self.step % NORM_STEPS == 0 or self.step == 1:
            self._norms.append((self.step, *self._measure(activations)))

    def _run_step(self, indices: Tensor) -> tuple[Tensor, list[Tensor]]:
        if self.device.type != "cuda":
            return self._compute_step(indices)
        if self._captured is None and self.step > 1:
            state = [self._network.parameters, *self._optimizer.state()]
            self._captured = CapturedStep(self._compute_step, indices, state)
        if self._captured is None or not self._captured.fits(indices):
            return self._compute_step(indices)
        return self._captured(indices)

    def _compute_step(self, indices: Tensor) -> tuple[Tensor, list[Tensor]]:
        rows, size = indices.shape
        chosen = indices.reshape(-1)
        stacked = len(self._network)
        images = self.data.train_images.index_select(0, chosen).view(rows, size, -1)
        labels = self.data.train_labels.index_select(0, chosen).view(rows, size, 1)
        activations = self._network.forward(images.expand(stacked, -1, -1))
        losses, gradient = self._objective(activations[-1], labels.expand(stacked, -1, -1))
        self._network.backward(activations, gradient.div_(size))
        self._optimizer.step(self._network.gradients)
        return losses.mean(1), activations

    def _measure(self, activations: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        gradients = self._network.gradients
        norms = [gradients[:, part].norm(dim=1) for part in self._network.layer_slices]
        dead = [1 - (layer > 0).any(1).float().mean(1) for layer in activations[1:-1]]
        none = gradients.new_zeros(len(self.configs), 0)
        return torch.stack(norms, 1), torch.stack(dead, 1) if dead else none

    @property
    def chunk_is_full(self) -> bool:
        """Whether the metrics must be read before the next step."""
        return len(self._steps) == CHUNK_STEPS

    def read_metrics(self, seconds: tuple[float, float]) -> list[Record]:
        """Take the metrics of the last steps from the device.

        Args:
            seconds: Training time before the first and after the last of these steps.

        Returns:
            Step and norm records by step; a curve ends with its first loss that is not finite.
        """
        count = len(self._steps)
        losses = self._losses[:count].tolist()
        norms = {s: (layers.tolist(), dead.tolist()) for s, layers, dead in self._norms}
        records: list[Record] = []
        for row, (step, seen) in enumerate(self._steps):
            at = seconds[0] + (seconds[1] - seconds[0]) * (row + 1) / count
            for k, curve in enumerate(self.curves):
                if curve in self._diverged:
                    continue
                loss = losses[row][k]
                records.append(StepRecord(curve, step, seen, loss, at))
                if step in norms:
                    layers, dead = norms[step]
                    records.append(NormRecord(curve, step, tuple(layers[k]), tuple(dead[k])))
                if not math.isfinite(loss):
                    self._diverged.add(curve)
                    records.append(DivergenceRecord(curve, step))
        self._forget()
        return records

    def drop_diverged(self) -> None:
        """Go on without the networks that diverged; only between chunks, for the same result."""
        members = [k for k, curve in enumerate(self.curves) if curve not in self._diverged]
        if len(members) == len(self.curves):
            return
        self.curves = [self.curves[k] for k in members]
        self.configs = [self.configs[k] for k in members]
        if members:
            self._network.keep(members)
            self._optimizer.keep(members, self._network.parameters)
            self._arrange()

    def evaluate(self, *, full: bool) -> list[Record]:
        """Measure the networks that have not diverged on test images."""
        measured = evaluate(
            self._network,
            self.data,
            self.curves,
            step=self.step,
            epoch=self.step / self.steps_per_epoch,
            full=full,
        )
        return [record for record in measured if record.curve not in self._diverged]

    def weights(self) -> list[Record]:
        """Take the weights of the networks that have not diverged from the device."""
        return [
            WeightsRecord(curve, self.step, self._network.arrays(k))
            for k, curve in enumerate(self.curves)
            if curve not in self._diverged
        ]

    def set_learning_rate(self, curve: int, value: float) -> bool:
        """Change a curve's learning rate from the next step on; False when it is not here."""
        if curve not in self.curves or curve in self._diverged:
            return False
        self._optimizer.learning_rates[self.curves.index(curve)] = value
        return True
