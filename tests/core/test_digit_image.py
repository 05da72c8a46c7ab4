"""Drawings as images: placed and sized as MNIST's and as the embedded digits."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits

from explorer.core.digit_image import embedded_digit_image, enlarged, ink_box, mnist_image
from explorer.core.drawing import GRID, PEN_WIDTH

SEVEN = (((70, 60), (185, 60), (110, 205)),)
PLUS = (((60, 128), (196, 128)), ((128, 60), (128, 196)))

POINT = st.tuples(st.integers(40, 200), st.integers(40, 200))
STROKES = st.lists(st.lists(POINT, min_size=1, max_size=12).map(tuple), min_size=1, max_size=3).map(
    tuple
)


def moved(strokes, across: int, down: int):
    return tuple(tuple((x + across, y + down) for x, y in stroke) for stroke in strokes)


def mass_centre(image) -> np.ndarray:
    """Row and column of the centre of mass, the first pixel at 0."""
    rows, columns = np.indices(image.shape)
    return np.array([(image * rows).sum(), (image * columns).sum()]) / image.sum()


def extent(image) -> tuple[int, int]:
    rows, columns = np.nonzero(image)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


@pytest.mark.parametrize("image_of", [mnist_image, embedded_digit_image])
def test_nothing_drawn_is_a_black_image(image_of):
    image = image_of(())
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert not image.any()


@pytest.mark.parametrize("image_of", [mnist_image, embedded_digit_image])
@given(strokes=STROKES, across=st.integers(-40, 55), down=st.integers(-40, 55))
def test_the_place_on_the_canvas_does_not_count(image_of, strokes, across, down):
    assert_array_equal(image_of(moved(strokes, across, down)), image_of(strokes))


@given(STROKES)
def test_the_ink_fills_twenty_pixels_one_way_and_no_more_the_other(strokes):
    height, width = extent(mnist_image(strokes))
    assert max(height, width) == 20


@example((((40, 40), (40, 196)), ((161, 40),)))
@given(STROKES)
def test_the_mass_lies_in_the_middle_unless_ink_would_be_lost(strokes):
    image = mnist_image(strokes)
    rows, columns = np.nonzero(image)
    for centre, places in zip(mass_centre(image), (rows, columns), strict=True):
        at_an_edge = places.min() == 0 or places.max() == 27
        assert abs(centre - 14) <= 0.51 or at_an_edge


def test_proportions_are_kept():
    height, width = extent(mnist_image((((100, 40), (100, 220)),)))
    assert height == 20
    assert width == pytest.approx(20 * PEN_WIDTH / (180 + PEN_WIDTH), abs=1)


def test_a_symmetrical_drawing_gives_a_symmetrical_image():
    image = mnist_image(PLUS).astype(int)
    ink = image[image.any(axis=1)][:, image.any(axis=0)]
    assert_allclose(ink, ink[::-1], atol=1)
    assert_allclose(ink, ink.T, atol=1)


def test_the_ink_of_a_line_is_its_area():
    """Antialiased edges add up to what the pen covers: a rectangle and two half discs."""
    length, unit = 180, (180 + PEN_WIDTH) / 20
    image = mnist_image((((40, 128), (40 + length, 128)),))
    area = length * PEN_WIDTH + np.pi * PEN_WIDTH**2 / 4
    assert image.sum() / 255 == pytest.approx(area / unit**2, rel=0.02)


def test_the_box_of_the_ink_holds_the_width_of_the_pen():
    left, top, width, height = ink_box(SEVEN)
    assert (left, top) == (70 - PEN_WIDTH / 2, 60 - PEN_WIDTH / 2)
    assert (width, height) == (115 + PEN_WIDTH, 145 + PEN_WIDTH)


# ------------------------------------------------------------------- the embedded digits


def test_eight_by_eight_counts_are_enlarged_as_torch_does_it():
    counts = load_digits().images[:50]
    small = torch.tensor(counts, dtype=torch.float64).unsqueeze(1)
    large = torch.nn.functional.interpolate(small, size=(28, 28), mode="bilinear").squeeze(1)
    for one, expected in zip(counts, large.numpy() * 255 / 16, strict=True):
        assert_allclose(enlarged(one), expected, atol=0.5 + 1e-9)


@given(STROKES)
def test_a_drawing_for_the_embedded_digits_is_an_enlargement_of_counts(strokes):
    width, height = ink_box(strokes)[2:]
    assume(0.5 < width / height < 1)
    image = embedded_digit_image(strokes)
    # Stretched to the whole height, and to 20 of 32 columns.
    assert image[0].any()
    assert image[-1].any()
    columns = np.flatnonzero(image.any(axis=0))
    assert columns.min() < 7
    assert columns.max() > 20


def test_an_upright_line_stays_a_line():
    image = embedded_digit_image((((100, 10), (100, GRID - 10)),))
    assert extent(image)[1] < 14
