from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.runs.mnist_files import FILES, DataError, Images, load_mnist
from tests.own_machine import write_idx, write_mnist

TRAIN_IMAGES, TRAIN_LABELS = FILES["train_images"], FILES["train_labels"]


@pytest.fixture
def folder(tmp_path: Path, images: Images) -> Path:
    write_mnist(tmp_path / "given", images)
    return tmp_path / "given"


def assert_same(read: Images, images: Images) -> None:
    for part in FILES:
        np.testing.assert_array_equal(getattr(read, part), getattr(images, part))


def test_unpacked_files_are_read_as_written(folder: Path, images: Images) -> None:
    assert_same(load_mnist(folder), images)


@pytest.mark.parametrize("below", ["", "raw", "MNIST/raw"])
def test_packed_files_are_read_in_torchvisions_folders_too(
    tmp_path: Path, images: Images, below: str
) -> None:
    write_mnist(tmp_path / below, images)
    for file in (tmp_path / below).glob("*ubyte"):
        file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    assert_same(load_mnist(tmp_path), images)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / TRAIN_LABELS).unlink()
    with pytest.raises(DataError, match=f"{TRAIN_LABELS} .* is missing"):
        load_mnist(folder)
    with pytest.raises(DataError, match="is missing"):
        load_mnist(folder / "nowhere")


@pytest.mark.parametrize("kept", [0, 3, 10, 1000])
def test_a_file_cut_short_is_named(folder: Path, kept: int) -> None:
    file = folder / TRAIN_IMAGES
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES} .*replace it"):
        load_mnist(folder)


@pytest.mark.parametrize("damage", ["cut short", "bytes changed", "no gzip"])
def test_a_damaged_packed_file_is_named(folder: Path, damage: str) -> None:
    file = folder / TRAIN_IMAGES
    packed = bytearray(gzip.compress(file.read_bytes()))
    if damage == "cut short":
        packed = packed[: len(packed) // 2]
    elif damage == "bytes changed":
        packed[len(packed) // 2 : len(packed) // 2 + 200] = bytes(200)
    else:
        packed = bytearray(b"<html>404</html>")
    file.unlink()
    file.with_name(file.name + ".gz").write_bytes(packed)
    with pytest.raises(DataError, match=rf"{TRAIN_IMAGES}\.gz is damaged or cut short"):
        load_mnist(folder)


def test_a_file_of_zeros_is_refused(folder: Path) -> None:
    file = folder / TRAIN_IMAGES
    file.write_bytes(bytes(file.stat().st_size))
    with pytest.raises(DataError, match="is not an MNIST file"):
        load_mnist(folder)


def test_blank_images_behind_a_right_head_are_refused(folder: Path, images: Images) -> None:
    pixels = images.train_images.copy()
    pixels[-7:] = 0
    write_idx(folder / TRAIN_IMAGES, pixels)
    with pytest.raises(DataError, match=f"7 of the 600 images of {TRAIN_IMAGES} .* are blank"):
        load_mnist(folder)


def test_a_head_that_announces_more_than_memory_is_refused(folder: Path) -> None:
    file = folder / TRAIN_IMAGES
    file.write_bytes(b"\0\0\x08\x03" + b"\xff" * 12 + bytes(100))
    with pytest.raises(DataError, match="should hold"):
        load_mnist(folder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"train_labels": np.zeros(599)}, "600 images in .* but 599 labels"),
        ({"train_labels": np.full(600, 10)}, "must be 0 to 9"),
        ({"train_images": np.ones((600, 27, 28))}, "must hold 28×28 images"),
        ({"test_labels": np.zeros(100)}, "every digit at least twice"),
        ({"train_images": np.ones((0, 28, 28)), "train_labels": np.ones(0)}, "28×28 images"),
    ],
)
def test_files_that_do_not_fit_are_told(
    tmp_path: Path, images: Images, changes: dict[str, np.ndarray], words: str
) -> None:
    write_mnist(tmp_path, replace(images, **changes))
    with pytest.raises(DataError, match=words):
        load_mnist(tmp_path)


@pytest.mark.parametrize("part", ["train", "test"])
def test_images_and_labels_that_changed_places_are_called_swapped(folder: Path, part: str) -> None:
    images, labels = (folder / FILES[f"{part}_{kind}"] for kind in ("images", "labels"))
    images.rename(folder / "kept")
    labels.rename(images)
    (folder / "kept").rename(labels)
    with pytest.raises(DataError, match="look swapped: the first holds labels, the second images"):
        load_mnist(folder)


def test_training_and_test_images_that_changed_places_are_called_swapped(tmp_path: Path) -> None:
    pixels, labels = np.ones((60_000, 1, 1), np.uint8), np.zeros(60_000)
    write_mnist(tmp_path, Images(pixels[:10_000], labels[:10_000], pixels, labels))
    with pytest.raises(DataError, match="look swapped: the first holds 10,000 images"):
        load_mnist(tmp_path)


@pytest.mark.parametrize(
    ("part", "values", "words"),
    [
        ("train_images", np.zeros(600), f"{TRAIN_IMAGES} in .* must hold 28×28 images, not labels"),
        ("train_labels", np.ones((600, 28, 28)), f"{TRAIN_LABELS} in .* labels, not images"),
        ("test_images", np.ones((100, 14, 14)), "must hold 28×28 images, not 14×14"),
    ],
)
def test_a_file_of_another_kind_is_said_to_be_one(
    folder: Path, part: str, values: np.ndarray, words: str
) -> None:
    write_idx(folder / FILES[part], values)
    with pytest.raises(DataError, match=words):
        load_mnist(folder)
