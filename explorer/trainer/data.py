"""Training images: found, checked, normalised and put on the device once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.runs.mnist_files import (
    DATA_VARIABLE,
    MNIST_PIXELS_MD5,
    DataError,
    Images,
    cache_folder,
    given_folder,
    load_mnist,
)
from explorer.trainer.mnist_download import download_mnist, is_allowed

DIGITS_DESCRIPTION = "scikit-learn digits (1,797 images, 8×8 enlarged to 28×28), not MNIST"
QUICK_TEST_IMAGES = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Images and where they come from.

    Attributes:
        images: Pixels and labels, to train and to test.
        dataset: "mnist" or "digits".
        description: Plain words for the screen.
        note: Why it is not what one might expect, or "".
        md5: md5 of the training images' pixels.
    """

    images: Images
    dataset: str
    description: str
    note: str
    md5: str


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """Images on the device, normalised by the training images' mean and standard deviation.

    Attributes:
        train_images: float32 [n, 784].
        train_labels: int64 [n].
        test_images: float32 [m, 784].
        test_labels: int64 [m].
        digit_indices: int64 [20] into the test images: the first two of each class, 0 to 9.
        pixel_mean: Mean of the training images' pixels, 0 to 255, that was taken off.
        pixel_scale: Their standard deviation, by which was divided.
    """

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    digit_indices: Tensor
    pixel_mean: float
    pixel_scale: float


def make_from_mnist(make: Callable[[Source], None]) -> int:
    """Make what ships with the app from MNIST itself, on one thread; return the exit status."""
    try:
        source = load_source("mnist")
        if source.md5 != MNIST_PIXELS_MD5:
            raise DataError("These are not the images of MNIST.")
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    torch.set_flush_denormal(True)
    torch.set_num_threads(1)
    make(source)
    return 0


def load_source(
    dataset: str,
    report: Callable[[str], None] = lambda words: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Source:
    """Find and read a data set.

    "auto" takes the folder that EXPLORER_DATA_DIR names, else MNIST downloaded earlier, else the
    embedded digits: it never waits for a network. "mnist" downloads when it must.

    Args:
        dataset: auto, mnist or digits.
        report: Takes plain words on a download's progress.
        stopped: Whether to give up the download.

    Raises:
        DataError: The images cannot be had or are damaged; a damaged folder is never passed over.
        DownloadStopped: `stopped` became true.
    """
    if dataset == "digits":
        return _digits("")
    if folder := given_folder():
        return _mnist(load_mnist(folder), f"read from {DATA_VARIABLE}")
    folder = cache_folder()
    if not folder.is_dir():
        if dataset == "auto":
            return _digits("MNIST is not available yet, so the embedded digits are used.")
        if not is_allowed():
            raise DataError(f"MNIST is not available: put its files where {DATA_VARIABLE} says.")
        download_mnist(folder, report, stopped)
    try:
        return _mnist(load_mnist(folder), "downloaded earlier")
    except DataError as error:
        if dataset == "mnist":
            raise DataError(f"{error} Removing {folder} makes the next run download it.") from error
        return _digits(f"The downloaded MNIST is damaged: {error}")


def prepare(images: Images, device: torch.device | str = "cpu") -> TrainingData:
    """Normalise images and put them on a device."""
    scale = float(images.train_images.std(dtype=np.float64))
    mean = float(images.train_images.mean(dtype=np.float64))

    def flat(pixels: np.ndarray) -> Tensor:
        # Copied as bytes: a quarter of the way to the device that floats would take.
        on_device = torch.tensor(pixels.reshape(len(pixels), -1)).to(device)
        return on_device.float().sub_(mean).div_(scale)

    return TrainingData(
        train_images=flat(images.train_images),
        train_labels=torch.tensor(images.train_labels).to(device),
        test_images=flat(images.test_images),
        test_labels=torch.tensor(images.test_labels).to(device),
        digit_indices=torch.tensor(digit_indices(images.test_labels)).to(device),
        pixel_mean=mean,
        pixel_scale=scale,
    )


def digit_indices(labels: np.ndarray) -> np.ndarray:
    """Return the indices of the first two images of each class, 0 0 1 1 … 9 9, int64 [20]."""
    return np.concatenate([np.flatnonzero(labels == digit)[:2] for digit in range(10)])


def embedded_digits() -> Images:
    """Return scikit-learn's handwritten digits, 1,437 to train and 360 to test, as 28×28 bytes."""
    # Here, because a worker that has MNIST would wait more than a second for it.
    from sklearn.datasets import load_digits

    bunch = load_digits()
    small = torch.tensor(bunch.images, dtype=torch.float32).unsqueeze(1)
    large = torch.nn.functional.interpolate(small, size=(28, 28), mode="bilinear")
    pixels = large.squeeze(1).mul_(255 / 16).round_().to(torch.uint8).numpy()
    # The order goes by writer, so that the last ones would be a test on other hands: shuffled.
    order = np.random.default_rng(0).permutation(len(pixels))
    pixels, labels = pixels[order], bunch.target.astype(np.int64)[order]
    return Images(pixels[:1437], labels[:1437], pixels[1437:], labels[1437:])


def _digits(note: str) -> Source:
    images = embedded_digits()
    return Source(images, "digits", DIGITS_DESCRIPTION, note, images.md5())


def _mnist(images: Images, origin: str) -> Source:
    md5 = images.md5()
    counts = f"{len(images.train_images):,} training and {len(images.test_images):,} test images"
    name = "MNIST" if md5 == MNIST_PIXELS_MD5 else "Images in MNIST's format, not MNIST itself"
    return Source(images, "mnist", f"{name} ({counts}, {origin})", "", md5)
