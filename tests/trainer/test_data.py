from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from explorer.runs.mnist_files import FILES, DataError, Images, cache_folder
from explorer.trainer.data import (
    DIGITS_DESCRIPTION,
    digit_indices,
    embedded_digits,
    load_source,
    prepare,
)
from tests.own_machine import write_mnist

GIVEN = os.environ.get("EXPLORER_DATA_DIR", "")


def test_auto_without_any_files_takes_the_embedded_digits_and_says_so() -> None:
    source = load_source("auto")
    assert source.dataset == "digits"
    assert source.description == DIGITS_DESCRIPTION
    assert "not MNIST" in source.description
    assert "not available" in source.note


def test_a_given_folder_is_read_and_not_called_mnist_when_it_is_not(
    tmp_path: Path, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_mnist(tmp_path / "given", images)
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path / "given"))
    for dataset in ("auto", "mnist"):
        source = load_source(dataset)
        assert source.dataset == "mnist"
        assert "not MNIST itself (600 training and 100 test images" in source.description
    assert load_source("digits").dataset == "digits"


def test_a_damaged_given_folder_is_told_not_passed_over(
    tmp_path: Path, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_mnist(tmp_path / "given", images)
    (tmp_path / "given" / FILES["test_images"]).write_bytes(b"")
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path / "given"))
    with pytest.raises(DataError, match=FILES["test_images"]):
        load_source("auto")


def test_downloaded_files_are_taken_and_damaged_ones_told(images: Images) -> None:
    write_mnist(cache_folder(), images)
    assert "downloaded earlier" in load_source("auto").description
    (cache_folder() / FILES["test_images"]).write_bytes(b"")
    source = load_source("auto")
    assert source.dataset == "digits"
    assert "The downloaded MNIST is damaged" in source.note
    with pytest.raises(DataError, match=r"Removing .* makes the next run download it"):
        load_source("mnist")


def test_mnist_asked_for_where_it_may_not_be_downloaded_is_told() -> None:
    with pytest.raises(DataError, match="MNIST is not available"):
        load_source("mnist")


def test_the_embedded_digits_are_all_there_and_of_every_class() -> None:
    images = embedded_digits()
    assert images.train_images.shape == (1437, 28, 28)
    assert images.test_images.shape == (360, 28, 28)
    assert np.bincount(images.test_labels, minlength=10).min() >= 20
    assert images.train_images.max() == 255
    assert images.md5() == embedded_digits().md5()


def test_pixels_are_normalised_by_the_training_images(images: Images) -> None:
    data = prepare(images)
    assert abs(float(data.train_images.mean())) < 1e-4
    assert float(data.train_images.std()) == pytest.approx(1, abs=1e-4)
    pixel = images.test_images.reshape(-1, 784)[3, 5]
    expected = (pixel - images.train_images.mean()) / images.train_images.std()
    assert float(data.test_images[3, 5]) == pytest.approx(expected, rel=1e-5)


def test_the_twenty_digits_are_the_first_two_of_each_class() -> None:
    labels = np.random.default_rng(1).integers(0, 10, 200)
    chosen = digit_indices(labels)
    assert labels[chosen].tolist() == sorted([*range(10), *range(10)])
    for digit in range(10):
        assert chosen[2 * digit] == np.flatnonzero(labels == digit)[0]
        assert chosen[2 * digit + 1] == np.flatnonzero(labels == digit)[1]


@pytest.mark.skipif(not GIVEN, reason="EXPLORER_DATA_DIR names no MNIST folder")
def test_real_mnist_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_DATA_DIR", GIVEN)
    source = load_source("auto")
    assert source.description.startswith("MNIST (60,000 training and 10,000 test images")
