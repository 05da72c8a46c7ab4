"""The test images of a run, found again without the library that trained it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.runs.known_images import known_test_images
from explorer.runs.mnist_files import DATA_VARIABLE
from explorer.trainer.data import digit_indices, embedded_digits
from tests.runs.sample_records import make_info


@pytest.fixture(scope="module")
def digits():
    return embedded_digits()


def info_of(images):
    shown = digit_indices(images.test_labels)
    return make_info(
        dataset="digits",
        digits=images.test_images[shown],
        digit_labels=images.test_labels[shown],
    )


def test_the_embedded_digits_are_those_that_the_trainer_tests_on(digits):
    known = known_test_images(info_of(digits))
    assert known is not None
    assert known.whole
    np.testing.assert_array_equal(known.labels, digits.test_labels)
    # Torch rounds some pixels the other way.
    assert np.abs(known.images.astype(int) - digits.test_images).max() <= 1


def test_images_among_which_the_shown_digits_are_not_found_are_others(digits):
    info = info_of(digits)
    other = info.digits.copy()
    other[7, 10, 10] ^= 128
    assert known_test_images(replace(info, digits=other)) is None
    assert known_test_images(replace(info, digits=info.digits[:10])) is None


def test_mnist_that_is_not_here_is_not_known(monkeypatch, tmp_path):
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    assert known_test_images(make_info()) is None
