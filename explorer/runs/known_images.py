"""The test images of a run where they are at hand, read without the library that trained it."""

from __future__ import annotations

import gzip
import importlib.util
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.core.digit_image import enlarged
from explorer.runs.mnist_files import DataError, cache_folder, given_folder, load_mnist
from explorer.runs.records import RunInfo

_TRAINING_DIGITS = 1437


@dataclass(frozen=True, slots=True, eq=False)
class LabelledImages:
    """Test images and their true classes.

    Attributes:
        images: uint8 [n, 28, 28], 0 to 255.
        labels: int64 [n].
        whole: Whether these are all of the run's test images.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    whole: bool = True


def known_test_images(info: RunInfo) -> LabelledImages | None:
    """Return all test images of a run, in the order of its data; None where they are not at hand.

    Args:
        info: What the run was trained on, with the twenty digits that it shows: other images than
            these are those of other data.
    """
    for images in _at_hand(info.dataset, info.data_md5):
        if _are_shown(info, images):
            return images
    return None


def _at_hand(dataset: str, md5: str) -> Iterator[LabelledImages]:
    if dataset == "digits":
        if file := _digits_file():
            yield _embedded_digits(file)
        return
    for folder in (given_folder(), cache_folder()):
        if folder is None or not folder.is_dir():
            continue
        try:
            images = load_mnist(folder)
        except DataError:
            # Whoever trains on it is told; here another folder may do.
            continue
        if images.md5() == md5:
            yield LabelledImages(images.test_images, images.test_labels)


def _are_shown(info: RunInfo, known: LabelledImages) -> bool:
    """Tell whether the run's twenty digits are the first two of each class here."""
    first = [np.flatnonzero(known.labels == digit)[:2] for digit in range(10)]
    places = np.concatenate(first)
    if places.size != len(info.digits):
        return False
    # Torch enlarges the embedded digits in float32, which rounds some pixels the other way.
    apart = known.images[places].astype(np.int16) - info.digits
    return bool(np.abs(apart).max() <= 1)


def _digits_file() -> Path | None:
    """Return scikit-learn's file of digits; to import the library would cost a server seconds."""
    spec = importlib.util.find_spec("sklearn")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (file := Path(folder) / "datasets" / "data" / "digits.csv.gz").is_file():
            return file
    return None


def _embedded_digits(file: Path) -> LabelledImages:
    """Return the embedded digits that the trainer keeps for testing."""
    with gzip.open(file, "rb") as packed:
        table = np.loadtxt(io.BytesIO(packed.read()), delimiter=",")
    order = np.random.default_rng(0).permutation(len(table))[_TRAINING_DIGITS:]
    images = np.stack([enlarged(row[:64].reshape(8, 8)) for row in table[order]])
    return LabelledImages(images, table[order, 64].astype(np.int64))
