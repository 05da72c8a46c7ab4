"""MNIST's files: where they may lie, and reading them with everything checked that can be wrong."""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

DATA_VARIABLE = "EXPLORER_DATA_DIR"
FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
_SIZES = {"train_images": 60_000, "test_images": 10_000}
MNIST_PIXELS_MD5 = "6510e85a72c3e9475c492d559d3770d2"
"""md5 of the 60,000 training images' pixels, to tell MNIST from other data in its format."""


class DataError(ValueError):
    """Training images that cannot be used; its text is a plain sentence saying what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Labelled images, as read.

    Attributes:
        train_images: uint8 [n, 28, 28], 0 to 255.
        train_labels: int64 [n], 0 to 9.
        test_images: uint8 [m, 28, 28].
        test_labels: int64 [m].
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def md5(self) -> str:
        """Return the md5 of the training images' pixels."""
        return hashlib.md5(self.train_images.tobytes(), usedforsecurity=False).hexdigest()


def cache_folder() -> Path:
    """Return the folder that holds MNIST once it was downloaded."""
    return Path(platformdirs.user_cache_dir("cross-entropy-explorer", appauthor=False)) / "mnist"


def given_folder() -> Path | None:
    """Return the folder that EXPLORER_DATA_DIR names, or None when it is not set."""
    text = os.environ.get(DATA_VARIABLE)
    return Path(text).expanduser().absolute() if text else None


def is_at_hand() -> bool:
    """Tell whether "auto" means MNIST now: a folder is given, or MNIST was downloaded."""
    return given_folder() is not None or cache_folder().is_dir()


def load_mnist(folder: Path) -> Images:
    """Read MNIST's four files from a folder.

    Args:
        folder: Holds the files, packed (.gz) or not, itself or in raw/ or MNIST/raw/ below.

    Raises:
        DataError: A file is missing, damaged, or does not fit the others.
    """
    arrays = {part: _read_idx(_find(folder, name)) for part, name in FILES.items()}
    _check_order(arrays, folder)
    for part in ("train", "test"):
        images, labels = arrays[f"{part}_images"], arrays[f"{part}_labels"]
        name = FILES[f"{part}_images"]
        if images.ndim != 3 or images.shape[1:] != (28, 28) or not len(images):
            found = "×".join(map(str, images.shape[1:])) if images.ndim == 3 else "labels"
            found = found if len(images) else "none"
            raise DataError(f"{name} in {folder} must hold 28×28 images, not {found}.")
        if labels.ndim != 1:
            name = FILES[f"{part}_labels"]
            raise DataError(f"{name} in {folder} must hold labels, not images.")
        if labels.shape != images.shape[:1]:
            raise DataError(
                f"{folder} holds {len(images):,} images in {name} but {labels.size:,} labels: "
                "copy all four files from the same source."
            )
        if labels.max() > 9:
            raise DataError(f"The labels of {name} in {folder} must be 0 to 9: replace that file.")
        if blank := int((~images.any(axis=(1, 2))).sum()):
            raise DataError(
                f"{blank:,} of the {len(images):,} images of {name} in {folder} are blank, so the "
                "file is damaged: replace it."
            )
        arrays[f"{part}_labels"] = labels.astype(np.int64)
    if np.bincount(arrays["test_labels"], minlength=10).min() < 2:
        raise DataError(f"The test labels in {folder} must hold every digit at least twice.")
    return Images(**arrays)


def _check_order(arrays: dict[str, np.ndarray], folder: Path) -> None:
    """Check that no two of the four files have changed places."""
    for part in ("train", "test"):
        images, labels = f"{part}_images", f"{part}_labels"
        if arrays[images].ndim == 1 and arrays[labels].ndim == 3:
            raise DataError(_swapped(FILES[images], FILES[labels], folder, "labels", "images"))
    train, test = "train_images", "test_images"
    if len(arrays[train]) == _SIZES[test] and len(arrays[test]) == _SIZES[train]:
        words = (f"{_SIZES[test]:,} images", f"{_SIZES[train]:,}")
        raise DataError(_swapped(FILES[train], FILES[test], folder, *words))


def _swapped(first: str, second: str, folder: Path, in_first: str, in_second: str) -> str:
    return (
        f"{first} and {second} in {folder} look swapped: the first holds {in_first}, the second "
        f"{in_second}. Give each the other's name."
    )


def _find(folder: Path, name: str) -> Path:
    for place in (folder, folder / "raw", folder / "MNIST" / "raw"):
        for ending in ("", ".gz"):
            if (file := place / f"{name}{ending}").is_file():
                return file
    raise DataError(
        f"{name} (or {name}.gz) is missing in {folder}: put MNIST's four files there, or unset "
        f"{DATA_VARIABLE}."
    )


def _read_idx(file: Path) -> np.ndarray:
    """Read an idx file of bytes: two zero bytes, type 8, number of sizes, the sizes, the values."""
    try:
        content = file.read_bytes()
        if file.suffix == ".gz":
            content = gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{file} is damaged or cut short ({error}): replace it.") from error
    except OSError as error:
        reason = f"{file} cannot be read ({error.strerror}): check its permissions."
        raise DataError(reason) from error
    if len(content) < 4 or content[:3] != b"\0\0\x08" or content[3] not in (1, 3):
        raise DataError(f"{file} is not an MNIST file (its first bytes are wrong): replace it.")
    sizes_end = 4 + 4 * content[3]
    if len(content) < sizes_end:
        raise DataError(f"{file} is cut short: replace it.")
    shape = struct.unpack_from(f">{content[3]}I", content, 4)
    announced, found = math.prod(shape), len(content) - sizes_end
    if announced != found:
        raise DataError(f"{file} should hold {announced:,} bytes but holds {found:,}: replace it.")
    return np.frombuffer(content, np.uint8, offset=sizes_end).reshape(shape)
