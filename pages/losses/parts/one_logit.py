"""One logit to drag: its examples and numbers, and three losses with their derivatives."""

from __future__ import annotations

import streamlit as st

from explorer.core.loss_readings import gradient_ratio
from explorer.core.losses import sigmoid
from explorer.figures import binary_losses as figures
from explorer.figures.binary_losses import HIGHEST_LOGIT, LOWEST_LOGIT
from explorer.figures.numbers import written
from explorer.teaching.binary_presets import BINARY_PRESETS
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.inputs.lasting_inputs import choose
from pages.components.payloads import newest_edit
from pages.components.plot.plot import drawn_plot, plots_of
from pages.components.preview import preview
from pages.components.quantities import quantities
from pages.components.slider.live_slider import live_slider, offer_plots, set_value
from pages.losses.parts.example_menu import example_menu

_SATURATED = EXAMPLES["vanishing_gradient"]
_BUTTONS = ((_SATURATED["z"], _SATURATED["y"]), (0.0, 1), (5.0, 0))


def logit_controls(z_key: str, y_key: str, y: int) -> float:
    """Show slider, examples and numbers of the one logit, and return it.

    Args:
        z_key: Of the slider of the logit.
    """
    z = live_slider(
        "Logit z",
        key=z_key,
        default=-4.0,
        low=LOWEST_LOGIT,
        high=HIGHEST_LOGIT,
        step=0.1,
        link="z",
        previewed=True,
    )
    _examples(z_key, y_key)
    quantities(
        {
            "σ(z), probability of y = 1": written(float(sigmoid(z))),
            "Cross-entropy pulls harder by": f"{written(round(gradient_ratio(z, y), 2), 7)} ×",
        }
    )
    return z


def _examples(z_key: str, y_key: str) -> None:
    """Show the examples; choosing one sets slider and label before the page runs again."""

    def show(z: float, y: int) -> None:
        set_value(z_key, z)
        choose(y_key, str(y))

    def load(name: str) -> None:
        show(BINARY_PRESETS[name].logit, BINARY_PRESETS[name].label)

    with st.container(horizontal=True, gap="small"):
        for z, y in _BUTTONS:
            label = f"z = {z:g}, y = {y}".replace("-", "−")
            st.button(label, on_click=show, args=(z, y), width="content")
        example_menu(BINARY_PRESETS, load, key="binary example")


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
        low=LOWEST_LOGIT,
        high=HIGHEST_LOGIT,
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
