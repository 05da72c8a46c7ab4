"""The plots of one logit: three losses and their derivatives, with the point z on each."""

from __future__ import annotations

from explorer.core.loss_readings import gradient_ratio
from explorer.figures import binary_losses as figures
from explorer.figures.numbers import written
from pages.components.plot.plot import plots_of
from pages.components.preview import preview


@preview.shared
def binary_plots(z: float, y: int, dragged: int) -> preview.Plots:
    """Return the plots of a logit, for `drawn_plot`.

    Args:
        z: The logit.
        y: Label, 0 or 1.
        dragged: `newest_edit` of "binary-losses", whose point can be dragged.
    """
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
    return plots_of(pictures, edits={"binary-losses": dragged}, links={"binary-losses": "z"})
