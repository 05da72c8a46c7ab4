"""A drawn digit as an image of 28×28 pixels, made as the images of a data set were made."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.core.drawing import PEN_WIDTH, Strokes, distances_to_segment
from explorer.core.validation import FloatArray

SIDE = 28
_BOX = 20
_CENTRE = 14
_CELLS, _CELL = 8, 4
_CHUNK = 128
_MOST_STRETCH = 2.0


def mnist_image(strokes: Strokes) -> NDArray[np.uint8]:
    """Return a drawing as MNIST would hold it.

    The ink's bounding box is scaled to fit 20×20 pixels, its proportions kept; grey levels are
    what antialiasing makes of the edges. It is then moved by whole pixels so that the centre of
    mass comes to lie in the pixel of row and column 14, counted from 0, as in all of MNIST's
    images, but never so far that ink would leave the image.

    Args:
        strokes: A drawing; the empty one gives a black image.

    Returns:
        uint8 [28, 28], 0 for the ground to 255 for ink.

    Source:
        LeCun, Cortes & Burges, "The MNIST database of handwritten digits".
    """
    image = np.zeros((SIDE, SIDE), dtype=np.uint8)
    if not strokes:
        return image
    strokes, width, height = _at_origin(strokes)
    unit = max(width, height) / _BOX
    # To the 9th place: rounding errors must not make a column for a billionth of a pixel.
    columns, rows = (int(np.ceil(round(size / unit, 9))) for size in (width, height))
    x, y = ((np.arange(count, dtype=np.float64) + 0.5) * unit for count in (columns, rows))
    pixels_away = _distances(strokes, x, y) / unit
    # How much of a pixel an edge covers that passes at this distance from its centre.
    ink = np.round(255 * np.clip(PEN_WIDTH / 2 / unit + 0.5 - pixels_away, 0, 1))
    # A round end may cover so little of the outermost pixels that none of it is left there.
    filled = np.nonzero(ink)
    ink = ink[tuple(slice(places.min(), places.max() + 1) for places in filled)]
    rows, columns = ink.shape
    centre_x = ink.sum(axis=0) @ np.arange(columns) / ink.sum()
    centre_y = ink.sum(axis=1) @ np.arange(rows) / ink.sum()
    across = min(max(round(_CENTRE - centre_x), 0), SIDE - columns)
    down = min(max(round(_CENTRE - centre_y), 0), SIDE - rows)
    image[down : down + rows, across : across + columns] = ink
    return image


def embedded_digit_image(strokes: Strokes) -> NDArray[np.uint8]:
    """Return a drawing as the embedded digits of scikit-learn are shown to a network.

    Those were stretched to 20×32 pixels, black or white, counted in blocks of 4×4, and the 8×8
    counts are enlarged to 28×28. Here neither direction is stretched more than twice as much as
    the other, so that an upright line stays one.

    Args:
        strokes: A drawing; the empty one gives a black image.

    Returns:
        uint8 [28, 28], 0 for the ground to 255 for ink.

    Source:
        Alpaydin & Kaynak (1998), "Optical Recognition of Handwritten Digits", UCI Machine
        Learning Repository; made by NIST's form-based handprint recognition system.
    """
    if not strokes:
        return np.zeros((SIDE, SIDE), dtype=np.uint8)
    strokes, width, height = _at_origin(strokes)
    across, down = 20 / width, _CELLS * _CELL / height
    across, down = min(across, _MOST_STRETCH * down), min(down, _MOST_STRETCH * across)
    centres = np.arange(_CELLS * _CELL, dtype=np.float64) + 0.5 - _CELLS * _CELL / 2
    x, y = width / 2 + centres / across, height / 2 + centres / down
    ink = _distances(strokes, x, y) <= PEN_WIDTH / 2
    return enlarged(ink.reshape(_CELLS, _CELL, _CELLS, _CELL).sum(axis=(1, 3)))


def enlarged(counts: NDArray[np.integer] | FloatArray) -> NDArray[np.uint8]:
    """Return counts of ink [8, 8], 0 to 16, as pixels [28, 28], 0 to 255.

    They are interpolated linearly in both directions.

    Source:
        `torch.nn.functional.interpolate(mode="bilinear", align_corners=False)`.
    """
    weights = _interpolation()
    return np.round(weights @ counts @ weights.T * (255 / 16)).astype(np.uint8)


def ink_box(strokes: Strokes) -> tuple[int, int, int, int]:
    """Return left, top, width and height of the ink of a drawing that is not empty.

    They are in the unit of the coordinates; the pen's width makes both sizes larger than 0.
    """
    points = np.array([point for stroke in strokes for point in stroke])
    low, high = points.min(axis=0), points.max(axis=0)
    left, top = (low - PEN_WIDTH // 2).tolist()
    width, height = (high - low + PEN_WIDTH).tolist()
    return left, top, width, height


def _at_origin(strokes: Strokes) -> tuple[Strokes, int, int]:
    """Return the drawing with its ink's box at 0, 0, and the width and height of that box.

    Exact, so that rounding cannot make a difference between two places on the canvas.
    """
    left, top, width, height = ink_box(strokes)
    moved = tuple(tuple((x - left, y - top) for x, y in stroke) for stroke in strokes)
    return moved, width, height


def _distances(strokes: Strokes, x: FloatArray, y: FloatArray) -> FloatArray:
    """Return how far each place [len(y), len(x)] lies from the nearest line of the pen."""
    ends = [(*a, *b) for s in strokes for a, b in zip(s, s[1:] or s, strict=False)]
    segments = np.array(ends, dtype=np.float64).T[:, :, None, None]
    nearest = np.full((len(y), len(x)), np.inf)
    # In parts, so that the longest drawing needs no more than a few megabytes.
    for start in range(0, len(ends), _CHUNK):
        part = segments[:, start : start + _CHUNK]
        away = distances_to_segment(x, y[:, None], part[:2], part[2:])
        np.minimum(nearest, away.min(axis=0), out=nearest)
    return nearest


@lru_cache(maxsize=1)
def _interpolation() -> FloatArray:
    """Return how much each of 8 counts (column) adds to each of 28 pixels (row)."""
    places = np.clip((np.arange(SIDE) + 0.5) * _CELLS / SIDE - 0.5, 0, _CELLS - 1)
    return np.maximum(0, 1 - np.abs(places[:, None] - np.arange(_CELLS)))
