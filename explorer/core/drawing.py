"""A drawing made of strokes: checked, simplified, and written as short text."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from explorer.core.validation import FloatArray

Stroke = tuple[tuple[int, int], ...]
"""The points (x, y) that the pen passed, at least one; x to the right, y down, 0 to GRID."""
Strokes = tuple[Stroke, ...]

GRID = 255
"""Right and bottom edge of the canvas in the unit of the coordinates."""
PEN_WIDTH = 20
"""Width of the pen in the same unit; even, so that the ink ends at whole numbers."""
MOST_STROKES = 40
MOST_POINTS = 3_000
"""Points of all strokes together."""
TOLERANCE = 0.7
"""How far `simplified` may move the ink: less than a tenth of a pixel of a 28×28 image."""


def read_strokes(message: object) -> Strokes:
    """Check what somebody sent as a drawing.

    Args:
        message: A list of strokes, each a list of whole numbers x, y, x, y, … from 0 to GRID.

    Raises:
        ValueError: It is anything else, or larger than MOST_STROKES or MOST_POINTS allow.
    """
    if not isinstance(message, list) or not all(isinstance(stroke, list) for stroke in message):
        raise ValueError("A drawing must be a list of strokes, each a list of coordinates.")
    if len(message) > MOST_STROKES:
        raise ValueError(f"A drawing can have {MOST_STROKES} strokes at most.")
    if sum(map(len, message)) > 2 * MOST_POINTS:
        raise ValueError(f"A drawing can have {MOST_POINTS:,} points at most.")
    for stroke in message:
        if not stroke or len(stroke) % 2:
            raise ValueError("A stroke must be a list x, y, x, y, … of one point or more.")
        # Not isinstance: True is an int to Python.
        if not all(type(number) is int and 0 <= number <= GRID for number in stroke):
            raise ValueError(f"Coordinates must be whole numbers from 0 to {GRID}.")
    return tuple(tuple(zip(stroke[::2], stroke[1::2], strict=True)) for stroke in message)


def simplified(strokes: Strokes) -> Strokes:
    """Leave out points that lie within TOLERANCE of the line between those that stay.

    Simplifying twice is the same as once.

    Source:
        Douglas & Peucker (1973), "Algorithms for the reduction of the number of points required
        to represent a digitized line or its caricature".
    """
    return tuple(map(_simplified, strokes))


# Of a drawing that grows, all strokes but the last are met again with every message.
@lru_cache(maxsize=512)
def _simplified(stroke: Stroke) -> Stroke:
    points = np.array(stroke, dtype=np.float64)
    kept = {0, len(stroke) - 1}
    waiting = [(0, len(stroke) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        inner = points[first + 1 : last]
        away = distances_to_segment(inner[:, 0], inner[:, 1], points[first], points[last])
        farthest = int(away.argmax())
        if away[farthest] > TOLERANCE:
            split = first + 1 + farthest
            kept.add(split)
            waiting += [(first, split), (split, last)]
    return tuple(stroke[place] for place in sorted(kept))


def distances_to_segment(x: FloatArray, y: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    """Return how far points lie from a segment.

    Args:
        x: Of the points, any shape.
        y: Of the points, the same shape or one that broadcasts with it.
        a: One end (x, y), or several as [2, …] that broadcast with the points.
        b: The other end.

    Returns:
        Distances of the broadcast shape, in the unit of the coordinates.
    """
    along_x, along_y = b[0] - a[0], b[1] - a[1]
    length = along_x**2 + along_y**2
    # A point that was tapped is a segment without a length; its own end is the nearest place.
    share = ((x - a[0]) * along_x + (y - a[1]) * along_y) / np.where(length > 0, length, 1)
    share = np.clip(share, 0, 1)
    return np.hypot(x - a[0] - share * along_x, y - a[1] - share * along_y)


def stroke_text(strokes: Strokes) -> str:
    """Write a drawing as text that may stand in an address.

    Each point is four hexadecimal digits, two for x and two for y; a full stop lies between
    strokes.
    """
    return ".".join("".join(f"{x:02x}{y:02x}" for x, y in stroke) for stroke in strokes)


def read_stroke_text(text: str) -> Strokes:
    """Read what `stroke_text` wrote; the empty text is the empty drawing.

    Raises:
        ValueError: It is no such text, or its drawing is too large.
    """
    if not text:
        return ()
    if len(text) > 4 * MOST_POINTS + MOST_STROKES:
        raise ValueError(f"A drawing can have {MOST_POINTS:,} points at most.")
    pieces = text.split(".")
    if not all(re.fullmatch(r"([0-9a-f]{4})+", piece) for piece in pieces):
        raise ValueError(
            "A drawing in an address has four of the signs 0 to 9 and a to f for each point, and "
            "a full stop between strokes."
        )
    return read_strokes([list(bytes.fromhex(piece)) for piece in pieces])
