"""The plots of one logit: three losses and their derivatives, with the point z on each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explorer.core.loss_readings import gradient_ratio
from explorer.figures import binary_losses as figures
from explorer.figures.numbers import written
from pages.components import preview
from pages.components.plot import newest_edit, plots_of


def binary_plots(z: float, y: int, *, slider: str) -> Mapping[str, bytes]:
    """Return the plots for `drawn_plot`, and let them follow a slider that is `previewed`.

    Args:
        z: the logit.
        y: label, 0 or 1.
        slider: key of the slider of z.
    """
    dragged = newest_edit("binary-losses")
    preview.offer(slider, lambda moved: _plots(_logit(moved), y, dragged))
    return _plots(z, y, dragged)


def _logit(moved: Any) -> float:
    z = float(moved)
    if not figures.LOWEST_LOGIT <= z <= figures.HIGHEST_LOGIT:
        raise ValueError(f"{z} lies outside the slider.")
    return z


@preview.shared
def _plots(z: float, y: int, dragged: int) -> Mapping[str, bytes]:
    here = f"at z = {written(z, 4)}, y = {y}"
    pictures = {
        "binary-losses": (
            figures.binary_losses(z, y),
            f"Cross-entropy, squared error and hinge against the logit, {here}.",
        ),
        "binary-derivatives": (
            figures.binary_derivatives(z, y),
            f"Derivatives of the three losses by the logit; ratio {gradient_ratio(z, y):.4g} "
            f"{here}.",
        ),
    }
    return plots_of(pictures, edits={"binary-losses": dragged})
