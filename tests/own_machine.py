"""Shared pieces: a small learnable data set, its files, and a store of the test's own."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.runs.mnist_files import FILES, Images
from explorer.store.run_store import RunStore
from explorer.trainer.data import TrainingData, prepare


@pytest.fixture(autouse=True)
def machine_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No network, no folders of the user, one thread."""
    monkeypatch.setenv("EXPLORER_DOWNLOAD", "0")
    monkeypatch.setenv("EXPLORER_THREADS", "1")
    for variable in ("EXPLORER_DATA_DIR", "EXPLORER_MAX_WORKERS", "EXPLORER_IDLE_MINUTES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("EXPLORER_DATABASE_URL", f"sqlite:///{tmp_path}/store/runs.sqlite3")
    for variable in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    torch.set_num_threads(1)


def make_images(train: int = 600, test: int = 100, seed: int = 0) -> Images:
    """Return a blurred pattern per class with noise: easy to learn, hard to mistake."""
    generator = np.random.default_rng(seed)
    patterns = generator.integers(0, 200, (10, 28, 28))

    def part(size: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.arange(size) % 10
        noise = generator.integers(0, 56, (size, 28, 28))
        return (patterns[labels] + noise).astype(np.uint8), labels.astype(np.int64)

    return Images(*part(train), *part(test))


def write_idx(file: Path, values: np.ndarray) -> None:
    """Write bytes in MNIST's format."""
    head = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    file.write_bytes(head + values.astype(np.uint8).tobytes())


def write_mnist(folder: Path, images: Images) -> None:
    """Write the four files of a data set."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, name in FILES.items():
        write_idx(folder / name, getattr(images, part))


@pytest.fixture(scope="session")
def images() -> Images:
    return make_images()


@pytest.fixture(scope="session")
def data(images: Images) -> TrainingData:
    return prepare(images)


@pytest.fixture
def fresh_url(tmp_path: Path) -> Callable[[], str]:
    """Return addresses of databases that nobody has used yet."""
    count = itertools.count()
    return lambda: f"sqlite:///{tmp_path}/store/runs{next(count)}.sqlite3"


@pytest.fixture
def store(fresh_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    monkeypatch.setenv("EXPLORER_DATABASE_URL", fresh_url())
    store = RunStore()
    yield store
    store.close()
