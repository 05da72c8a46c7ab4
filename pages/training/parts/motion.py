"""Whether the visitor asks for less motion."""

from __future__ import annotations

import streamlit as st

from pages.components.frontend.frontend import component

_mount = component(__file__)
_KEY = "motion"


def ask_for_motion() -> None:
    """Let the browser tell; for pages on which something moves by itself."""
    _mount(key=_KEY, data={"reduced": is_reduced()}, on_reduced_change=lambda: None, height=1)


def is_reduced() -> bool:
    """Tell whether the visitor's system is set to less motion; False until the browser told."""
    return bool(st.session_state.get(_KEY, {}).get("reduced"))
