"""The plots of one logit: three losses and their derivatives, with the point z on each."""

from __future__ import annotations

import streamlit as st

from explorer.core.loss_readings import gradient_ratio
from explorer.figures import binary_losses as figures
from explorer.figures.numbers import written
from pages.components.payloads import newest_edit
from pages.components.plot.plot import drawn_plot, plots_of
from pages.components.preview import preview
from pages.components.slider.live_slider import offer_plots, set_value


def losses_and_derivatives(z_key: str, z: float, y: int) -> None:
    """Show the losses and their derivatives beside each other, following the slider.

    Args:
        z_key: Of the slider of the logit, which the point on cross-entropy moves.
    """
    dragged = newest_edit("binary-losses")
    plots = binary_plots(z, y, dragged)
    offer_plots(
        z_key,
        lambda moved: binary_plots(moved, y, dragged),
        low=figures.LOWEST_LOGIT,
        high=figures.HIGHEST_LOGIT,
    )
    with st.container(key="narrow-cells"):
        first, second = st.columns(2, gap="small")
    with first:
        drawn_plot(plots, "binary-losses", on_drag=lambda x: set_value(z_key, x))
    with second:
        drawn_plot(plots, "binary-derivatives")


@preview.shared
def binary_plots(z: float, y: int, dragged: int) -> preview.Plots:
    """Return the plots of a logit, for `drawn_plot`.

    Args:
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
