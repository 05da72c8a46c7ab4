"""The logit to drag, its examples, and its numbers."""

from __future__ import annotations

import streamlit as st

from explorer.core.loss_readings import gradient_ratio
from explorer.core.losses import sigmoid
from explorer.figures.binary_losses import HIGHEST_LOGIT, LOWEST_LOGIT
from explorer.figures.numbers import written
from explorer.teaching.binary_presets import BINARY_PRESETS
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.inputs.lasting_inputs import choose
from pages.components.quantities import quantities
from pages.components.slider.live_slider import live_slider, set_value

_CHOSEN = "binary example"
_SATURATED = EXAMPLES["vanishing_gradient"]
_BUTTONS = ((_SATURATED["z"], _SATURATED["y"]), (0.0, 1), (5.0, 0))


def logit_controls(z_key: str, y_key: str, y: int) -> float:
    """Show slider, examples and numbers of the one logit, and return it.

    Args:
        z_key: Of the slider of the logit.
        y_key: Of the choice of the label, which examples set too.
        y: Label, 0 or 1.
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

    def load() -> None:
        preset = BINARY_PRESETS[st.session_state[_CHOSEN]]
        show(preset.logit, preset.label)

    with st.container(horizontal=True, gap="small"):
        for z, y in _BUTTONS:
            label = f"z = {z:g}, y = {y}".replace("-", "−")
            st.button(label, on_click=show, args=(z, y), width="content")
        st.menu_button("Examples", list(BINARY_PRESETS), key=_CHOSEN, on_click=load)
