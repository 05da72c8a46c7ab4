"""One stack in training: its step, its batches, and what it measured but has not said yet."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.runs.config import TrainingConfig
from explorer.runs.curve_data import (
    DEAD_FRACTION,
    DIVERGED,
    EXAMPLES,
    GRADIENT_NORM,
    LAYER,
    TRAIN,
)
from explorer.runs.records import CurveChunk, WeightsRecord
from explorer.runs.series import EPOCH, SECONDS, CurveData, Series
from explorer.trainer.cuda_step import CapturedSteps, can_capture
from explorer.trainer.data import TrainingData
from explorer.trainer.evaluation import Evaluation, evaluate
from explorer.trainer.model import NetworkStack
from explorer.trainer.objectives import MixedObjective
from explorer.trainer.optimizers import make_optimizer

CHUNK_STEPS = 50
"""Steps whose metrics stay on the device until they are read together."""
NORM_STEPS = 10
"""Gradient norms and dead units are measured at every tenth step."""


@dataclass(slots=True, eq=False)
class _Parcel:
    """What some consecutive steps measured, on its way from the device.

    Attributes:
        curves: Index in the race of each network.
        steps: Number of each step, int64 [n].
        examples: Images seen up to each of them, or up to step 0 before the first.
        losses: float32 [n, K].
        norm_steps: Steps at which norms were measured, int64 [m].
        norms: Of every layer the gradient's norm, then the dead share of every hidden one,
            float32 [m, K, layers + hidden layers].
        evaluation: Made after these steps.
        arrived: Set once all that is on the host; None where nobody need wait.
    """

    curves: list[int]
    steps: np.ndarray
    examples: Series
    losses: Tensor
    norm_steps: np.ndarray
    norms: Tensor
    evaluation: Evaluation | None
    arrived: torch.cuda.Event | None = None


class StackInTraining:
    """Networks that are trained as one tensor program.

    Args:
        configs: One per network, equal in their `stack_key`.
        curves: Index in the race of each network.
        data: Images on the device.

    Attributes:
        step: Steps made, on a GPU perhaps only asked for.
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
        self._evaluated_at = -1
        self._loss_names = {
            curve: f"{TRAIN}/{config.loss}" for curve, config in zip(curves, configs, strict=True)
        }
        self._network = NetworkStack(configs, self.device)
        self._optimizer = make_optimizer(configs, self._network.layout, self._network.parameters)
        # Weights and batches must not come from the same numbers.
        self._generators = {
            seed: torch.Generator(self.device).manual_seed(seed + 2**32)
            for seed in dict.fromkeys(config.seed for config in configs)
        }
        sizes = (CHUNK_STEPS, NORM_STEPS)
        self._captured = CapturedSteps(sizes, self.batch_size) if can_capture(self.device) else None
        self._diverged: set[int] = set()
        self._sent: deque[_Parcel] = deque()
        self._last_arrival: torch.cuda.Event | None = None
        self._read_at = 0.0
        self._arrange()

    def _arrange(self) -> None:
        self._objective = MixedObjective([c.loss for c in self.configs], self.device)
        seeds = list(self._generators)
        rows = [seeds.index(config.seed) for config in self.configs]
        self._batch_rows = torch.tensor(rows, device=self.device)
        stacked, layers = len(self.configs), len(self._network.layers)
        self._losses = torch.zeros(CHUNK_STEPS, stacked, device=self.device)
        # One more than the tenth steps among so many: the very first step.
        most = CHUNK_STEPS // NORM_STEPS + 1
        self._norms = torch.zeros(most, stacked, 2 * layers - 1, device=self.device)
        self._forget()

    def _forget(self) -> None:
        self._unsent_steps = 0
        self._norm_steps: list[int] = []
        self._evaluation: Evaluation | None = None

    def shuffle(self) -> None:
        """Begin an epoch: draw the order in which it shows the images.

        Networks with the same seed see the same batches.
        """
        count = len(self.data.train_labels)
        generators = self._generators.values()
        self._orders = torch.stack([shuffled(count, one, self.device) for one in generators])

    @property
    def steps_left_in_epoch(self) -> int:
        """Steps until every image was shown in the epoch that `shuffle` began."""
        return -self.step % self.steps_per_epoch

    def advance(self) -> None:
        """Make the next step; on a GPU as many as one graph makes."""
        at = self.step % self.steps_per_epoch
        whole_batches = len(self.data.train_labels) // self.batch_size - at
        count = self._captured.at_once(self.step, whole_batches) if self._captured else 1
        indices = self._orders[:, at * self.batch_size : (at + count) * self.batch_size]
        # With one seed, one row does for all networks.
        if len(indices) > 1:
            indices = indices[self._batch_rows]
        first = self._unsent_steps
        losses = self._losses[first : first + count]
        steps = range(self.step + 1, self.step + count + 1)
        norm_steps = [step for step in steps if step % NORM_STEPS == 0 or step == 1]
        known = len(self._norm_steps)
        norms = self._norms[known : known + len(norm_steps)]
        if self._captured and count > 1:
            self._captured.make(self._make_steps, indices, losses, norms)
        else:
            self._make_steps(indices, losses, norms)
        self.step += count
        self._unsent_steps += count
        self._norm_steps += norm_steps

    def _make_steps(self, indices: Tensor, losses: Tensor, norms: Tensor) -> None:
        """Make steps on indices [rows, steps · B]; norms are measured at the last of each part."""
        count = len(losses)
        chosen = self.data.train_labels.index_select(0, indices.reshape(-1)).view_as(indices)
        size = indices.shape[1] // count
        batches = zip(indices.split(size, 1), chosen.split(size, 1), losses, strict=True)
        for place, (batch, labels, mean_losses) in enumerate(batches):
            measured = len(norms) and (place + 1) % (count // len(norms)) == 0
            own_norms = norms[(place + 1) * len(norms) // count - 1] if measured else None
            self._make_step(batch, labels, mean_losses, own_norms)

    def _make_step(
        self, batch: Tensor, labels: Tensor, mean_losses: Tensor, norms: Tensor | None
    ) -> None:
        rows, size = batch.shape
        stacked = len(self._network)
        images = self.data.train_images.index_select(0, batch.reshape(-1)).view(rows, size, -1)
        activations = self._network.forward(images)
        by_example, gradient = self._objective(
            activations[-1], labels.unsqueeze(-1).expand(stacked, -1, -1)
        )
        torch.mean(by_example, 1, out=mean_losses)
        gradient.div_(size)
        if self._optimizer.is_plain and norms is None:
            # Backward and update at once: nobody asks for the gradient itself.
            self._network.descend(activations, gradient.mul_(-self._optimizer.learning_rates))
            return
        self._network.backward(activations, gradient)
        self._optimizer.step(self._network.gradients)
        if norms is not None:
            self._measure(activations, norms)

    def _measure(self, activations: Sequence[Tensor], norms: Tensor) -> None:
        measured = self._network.gradient_norms()
        measured += [1 - (layer > 0).any(1).float().mean(1) for layer in activations[1:-1]]
        torch.stack(measured, 1, out=norms)

    def evaluate(self, *, full: bool) -> None:
        """Measure the networks on test images, once at a step."""
        if self.step != self._evaluated_at:
            self._evaluated_at = self.step
            self._evaluation = evaluate(self._network, self.data, step=self.step, full=full)

    @property
    def seconds_ahead(self) -> float:
        """About how long a GPU takes for the steps that were not read yet; 0 on a CPU.

        Infinite as long as the time of a step is not known.
        """
        if not self._captured or not self._unsent_steps:
            return 0.0
        return self._unsent_steps * (self._captured.step_seconds or math.inf)

    def read(self, now: Callable[[], float], *, in_flight: int = 0) -> list[CurveChunk]:
        """Take what was measured from the device, all but what is still in flight.

        Args:
            now: Tells the training time.
            in_flight: On a GPU, how many of the newest readings may stay on their way.

        Returns:
            One chunk per reading and curve, by step; a curve ends with its first loss that is not
            finite.
        """
        if self._unsent_steps or self._evaluation:
            self._sent.append(self._parcel())
            self._forget()
        chunks: list[CurveChunk] = []
        while len(self._sent) > (in_flight if self._captured else 0):
            parcel = self._sent.popleft()
            if parcel.arrived:
                self._wait_for(parcel.arrived, len(parcel.steps))
            before, self._read_at = self._read_at, now()
            chunks += self._unpacked(parcel, (before, self._read_at))
        return chunks

    def _wait_for(self, arrived: torch.cuda.Event, steps: int) -> None:
        arrived.synchronize()
        if self._captured and self._last_arrival and steps:
            self._captured.took(self._last_arrival.elapsed_time(arrived) / 1000, steps)
        self._last_arrival = arrived

    def _parcel(self) -> _Parcel:
        count, known = self._unsent_steps, len(self._norm_steps)
        steps = np.arange(self.step - count, self.step, dtype=np.int64) + 1
        images = len(self.data.train_labels)
        # The untrained network has seen nothing.
        clock_steps = steps if self.step else np.zeros(1, np.int64)
        epochs, places = np.divmod(clock_steps - 1, self.steps_per_epoch)
        seen = epochs * images + np.minimum((places + 1) * self.batch_size, images)

        def sent(tensor: Tensor) -> Tensor:
            # From a GPU into pinned memory, while the next steps run.
            return tensor.to("cpu", non_blocking=tensor.device.type == "cuda", copy=True)

        parcel = _Parcel(
            curves=list(self.curves),
            steps=steps,
            examples=Series(clock_steps, seen),
            losses=sent(self._losses[:count]),
            norm_steps=np.array(self._norm_steps, np.int64),
            norms=sent(self._norms[:known]),
            evaluation=self._evaluation and self._evaluation.moved(sent),
        )
        if self.device.type == "cuda":
            parcel.arrived = torch.cuda.Event(enable_timing=True)
            parcel.arrived.record()
        return parcel

    def _unpacked(self, parcel: _Parcel, seconds: tuple[float, float]) -> list[CurveChunk]:
        losses = parcel.losses.double().numpy()
        norms = parcel.norms.double().numpy()
        layers = len(self._network.layers)
        names = [f"{LAYER}/{GRADIENT_NORM}{layer + 1}" for layer in range(layers)]
        names += [f"{LAYER}/{DEAD_FRACTION}{layer + 1}" for layer in range(layers - 1)]
        before, after = seconds
        at = before + (after - before) * np.arange(1, len(losses) + 1) / max(1, len(losses))
        examples = parcel.examples
        clocks = {}
        if len(examples):
            clocks = {
                SECONDS: examples.with_values(at if len(losses) else [0.0]),
                EXAMPLES: examples,
                EPOCH: examples.with_values(examples.steps / self.steps_per_epoch),
            }
        trained = Series(parcel.steps, np.empty(len(losses)))
        measured = Series(parcel.norm_steps, np.empty(len(norms)))
        evaluated = parcel.evaluation.by_network() if parcel.evaluation else None
        chunks = []
        for k, curve in enumerate(parcel.curves):
            if curve in self._diverged:
                continue
            series = {self._loss_names[curve]: trained.with_values(losses[:, k])}
            for place, name in enumerate(names):
                series[name] = measured.with_values(norms[:, k, place])
            data = CurveData({name: one for name, one in series.items() if len(one)}, clocks=clocks)
            wrong = np.flatnonzero(~np.isfinite(losses[:, k]))
            if wrong.size:
                self._diverged.add(curve)
                data = _ended(data, int(parcel.steps[wrong[0]]))
            elif evaluated:
                own = evaluated[k]
                data = CurveData(
                    {**data.series, **own.series},
                    clocks={**clocks, **own.clocks},
                    snapshots=own.snapshots,
                )
            chunks.append(CurveChunk(curve, data))
        return chunks

    def drop_diverged(self) -> None:
        """Go on without the networks that diverged; only between chunks, for the same result.

        On a GPU they stay until all have diverged: fewer networks would need new graphs, and the
        step takes hardly less.
        """
        members = [k for k, curve in enumerate(self.curves) if curve not in self._diverged]
        if len(members) == len(self.curves) or (members and self._captured):
            return
        self.curves = [self.curves[k] for k in members]
        self.configs = [self.configs[k] for k in members]
        if members:
            self._network.keep(members)
            self._optimizer.keep(members, self._network.layout, self._network.parameters)
            self._arrange()

    def weights(self) -> list[CurveChunk]:
        """Take the weights of the networks that have not diverged from the device."""
        return [
            CurveChunk(curve, weights=WeightsRecord(curve, self.step, self._network.arrays(k)))
            for k, curve in enumerate(self.curves)
            if curve not in self._diverged
        ]

    def set_learning_rate(self, curve: int, value: float) -> bool:
        """Change a curve's learning rate from the next step on; False when it is not here."""
        if curve not in self.curves or curve in self._diverged:
            return False
        self._optimizer.learning_rates[self.curves.index(curve)] = value
        return True


def shuffled(count: int, generator: torch.Generator, device: torch.device) -> Tensor:
    """Draw the order in which an epoch shows its images, int64 [count]."""
    return torch.randperm(count, generator=generator, device=device)


def _ended(data: CurveData, step: int) -> CurveData:
    """Return what was measured up to the step at which a curve diverged."""

    def cut(named: Mapping[str, Series]) -> dict[str, Series]:
        return {
            name: Series(one.steps[:end], one.values[:end])
            for name, one in named.items()
            if (end := int(np.searchsorted(one.steps, step, "right")))
        }

    diverged = Series(np.array([step]), np.array([np.nan]))
    return CurveData(cut(data.series), clocks=cut(data.clocks), events={DIVERGED: diverged})
