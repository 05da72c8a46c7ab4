"""Buttons and a menu that put an example's logit and label onto the page of one logit."""

from __future__ import annotations

import streamlit as st

from explorer.teaching.binary_presets import BINARY_PRESETS
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.inputs.lasting_inputs import choose
from pages.components.slider.live_slider import set_value

_CHOSEN = "binary example"
_SATURATED = EXAMPLES["vanishing_gradient"]
_BUTTONS = ((_SATURATED["z"], _SATURATED["y"]), (0.0, 1), (5.0, 0))


def binary_examples(z_key: str, y_key: str) -> None:
    """Show the examples; choosing one sets slider and label before the page runs again.

    Args:
        z_key: Of the slider of the logit.
        y_key: Of the choice of the label.
    """

    def show(z: float, y: int) -> None:
        set_value(z_key, z)
        choose(y_key, str(y))

    def load() -> None:
        if name := st.session_state[_CHOSEN]:
            show(BINARY_PRESETS[name].logit, BINARY_PRESETS[name].label)

    with st.container(horizontal=True, gap="small"):
        for z, y in _BUTTONS:
            label = f"z = {z:g}, y = {y}".replace("-", "−")
            st.button(label, on_click=show, args=(z, y), width="content")
    st.selectbox(
        "Load an example of the lecture",
        list(BINARY_PRESETS),
        index=None,
        placeholder="Examples of the lecture …",
        key=_CHOSEN,
        on_change=load,
        label_visibility="collapsed",
    )
