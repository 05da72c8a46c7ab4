"""The entropy of every distribution over three outcomes, as a grid to draw."""

from __future__ import annotations

import operator

import numpy as np

from explorer.core.information import entropy
from explorer.core.validation import FloatArray


def simplex_entropy(resolution: int, base: float = 2.0) -> tuple[FloatArray, FloatArray]:
    """Return the entropy over a regular grid on the simplex of three outcomes.

    Args:
        resolution: Number of steps along an edge, at least 1.
        base: Base of the logarithm.

    Returns:
        Points [m, 3] in barycentric coordinates, that is the distributions themselves, with
        m = (resolution + 1)(resolution + 2)/2, and their entropies [m] in units of the base.

    Raises:
        ValueError: Resolution below 1, or an unusable base.
    """
    steps = operator.index(resolution)
    if steps < 1:
        raise ValueError(f"The grid needs at least one step along an edge, not {steps}.")
    first, second = np.indices((steps + 1, steps + 1)).reshape(2, -1)
    inside = first + second <= steps
    first, second = first[inside], second[inside]
    points = np.stack([first, second, steps - first - second], axis=-1) / steps
    return points, entropy(points, base=base)
