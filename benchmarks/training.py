"""How fast is training: our trainer against the notes' DataLoader loop, as ratios.

    python benchmarks/training.py [--json] [--rounds 3] [--images 60000] [--device cpu]

One epoch of MNIST-shaped random images in batches of 200 through 784-200-200-10 with SGD. The
variants take turns within each round and the best round of each counts, so that what else the
machine does touches all of them alike. Samples per second count a curve's images once for every
curve.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.trainer.worker import limit_spinning

limit_spinning()

import itertools

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision import transforms

from explorer.runs.config import TrainingConfig
from explorer.runs.curve_data import last_step
from explorer.runs.mnist_files import Images
from explorer.store.run_store import RunStore
from explorer.trainer.data import TrainingData, prepare
from explorer.trainer.loop import total_steps, train
from explorer.trainer.recording import Recorder

BATCH_SIZE = 200
LEARNING_RATE = 0.01
STACKED = 8
BARS = (
    ("trainer", "notes_loop", 9.0),
    ("trainer_observed", "trainer", 0.97),
    ("stacked_8", "sequential_8", 1.2),
)


class NotesDataset(torch.utils.data.Dataset[tuple[torch.Tensor, int]]):
    """Images as torchvision's MNIST hands them out: each one through PIL and the transforms."""

    def __init__(self, images: np.ndarray, labels: np.ndarray) -> None:
        self._images, self._labels = torch.from_numpy(images), torch.from_numpy(labels)
        self._transform = transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]
        )

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        picture = Image.fromarray(self._images[index].numpy(), mode="L")
        return self._transform(picture), int(self._labels[index])


def notes_loop(images: Images, device: torch.device) -> None:
    """Train one epoch as the notes do: weights by hand, DataLoader, autograd, torch.optim.SGD."""
    loader = torch.utils.data.DataLoader(
        NotesDataset(images.train_images, images.train_labels), BATCH_SIZE, shuffle=True
    )
    sizes = (784, 200, 200, 10)
    weights = [
        torch.empty(after, before, device=device, requires_grad=True)
        for before, after in itertools.pairwise(sizes)
    ]
    biases = [torch.zeros(after, device=device, requires_grad=True) for after in sizes[1:]]
    for weight in weights:
        nn.init.kaiming_normal_(weight)
    optimizer = torch.optim.SGD([*weights, *biases], lr=LEARNING_RATE)
    criterion = nn.CrossEntropyLoss()
    for batch, target in loader:
        outputs = batch.view(-1, 784).to(device)
        for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            outputs = outputs @ weight.t() + bias
            if layer < 2:
                outputs = torch.relu(outputs)
        loss = criterion(outputs, target.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def trainer(configs: Sequence[TrainingConfig], data: TrainingData) -> None:
    """Train one epoch with every measurement made and nobody looking."""
    for _ in train(configs, data):
        pass


def trainer_observed(config: TrainingConfig, data: TrainingData, recorder: Recorder) -> None:
    """Train one epoch with live records to a run store, as a worker does."""
    for chunk in train([config], data):
        recorder.add(chunk)
    recorder.flush()


def floor(data: TrainingData) -> None:
    """Compute an epoch's matrix products alone, on batches already gathered."""
    device = data.train_images.device
    sizes = (784, 200, 200, 10)
    layers = [torch.randn(a, b, device=device) for b, a in itertools.pairwise(sizes)]
    images = data.train_images[:BATCH_SIZE]
    grads = [torch.randn(BATCH_SIZE, after, device=device) for after in sizes[1:]]
    hidden = [images, *(torch.relu(gradient) for gradient in grads[:-1])]
    for _ in range(0, len(data.train_labels), BATCH_SIZE):
        for layer, (weight, below) in enumerate(zip(layers, hidden, strict=True)):
            below @ weight.t()
            grads[layer].t() @ below
            if layer:
                grads[layer] @ weight


def measure(images: Images, device: torch.device, rounds: int) -> dict[str, list[float]]:
    """Time every variant once per round.

    Args:
        images: What to train on.
        device: Where.
        rounds: How often; a short round ahead of them warms everything up.

    Returns:
        Samples per second of each round, by name of the variant.
    """
    data = prepare(images, device)
    race = [
        TrainingConfig(epochs=1, batch_size=BATCH_SIZE, learning_rate=LEARNING_RATE / 2**k)
        for k in range(STACKED)
    ]
    one = race[0]
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{folder}/runs.sqlite3")
        observed: list[str] = []

        def one_after_another() -> None:
            for config in race:
                trainer([config], data)

        def observe() -> Callable[[], None]:
            # The page creates the run, a worker records it: only the second is timed.
            observed.append(store.runs.create([one]))
            recorder = Recorder(store, observed[-1], [total_steps(one, data)])
            return lambda: trainer_observed(one, data, recorder)

        variants: dict[str, tuple[int, Callable[[], Callable[[], None]]]] = {
            "notes_loop": (1, lambda: lambda: notes_loop(images, device)),
            "trainer": (1, lambda: lambda: trainer([one], data)),
            "trainer_observed": (1, observe),
            "stacked_8": (STACKED, lambda: lambda: trainer(race, data)),
            "sequential_8": (STACKED, lambda: one_after_another),
            "floor": (1, lambda: lambda: floor(data)),
        }
        speeds: dict[str, list[float]] = {name: [] for name in variants}
        for _ in range(rounds):
            for name, (curves, prepared) in variants.items():
                # Short variants are repeated, so that a hiccup of the machine is not the result.
                for _ in range(3 if curves == 1 and name != "notes_loop" else 1):
                    variant = prepared()
                    start = time.perf_counter()
                    variant()
                    if device.type == "cuda":
                        torch.cuda.synchronize()
                    seconds = time.perf_counter() - start
                    speeds[name].append(curves * len(images.train_labels) / seconds)
        for run_id in observed:
            if last_step(store.records.read(run_id).curves[0]) != total_steps(one, data):
                raise RuntimeError("An observed training lost records.")
        store.close()
    return speeds


def random_images(count: int) -> Images:
    """Return random images in MNIST's shape, a sixth as many to test as to train."""
    generator = np.random.default_rng(0)

    def part(size: int) -> tuple[np.ndarray, np.ndarray]:
        pixels = generator.integers(0, 256, (size, 28, 28), dtype=np.uint8)
        return pixels, np.arange(size) % 10

    return Images(*part(count), *part(max(20, count // 6)))


def main() -> None:
    """Measure, and print a table or one JSON object on the last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of all variants")
    parser.add_argument("--images", type=int, default=60_000, help="training images")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda", "mps"])
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="CPU threads")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    device = torch.device(arguments.device)
    measure(random_images(2_000), device, 1)
    speeds = measure(random_images(arguments.images), device, arguments.rounds)
    best = {name: max(values) for name, values in speeds.items()}
    print(f"{arguments.images:,} images on {device}, {arguments.threads} threads, samples/s:")
    for name, speed in best.items():
        print(f"  {name:18}{speed:12,.0f}{speed / best['notes_loop']:9.2f} × notes_loop")
    for name, base, bar in BARS:
        print(f"  {name} / {base} = {best[name] / best[base]:.3f} (bar {bar})")
    if arguments.json:
        print(json.dumps({name: round(speed, 1) for name, speed in best.items()}))


if __name__ == "__main__":
    main()
