"""A button whose press the page acts on itself, once it has read its fields.

Not a callback: a field that is left for the button is taken by a callback of its own, which may
come after the button's, and the press would act on what the field held before.
"""

from __future__ import annotations

import streamlit as st


def note_press(key: str) -> None:
    """Note that the button `key` was pressed: its `on_click`."""
    st.session_state[_noted(key)] = True


def was_pressed(key: str) -> bool:
    """Tell, once for each press, whether the button `key` was pressed."""
    return st.session_state.pop(_noted(key), False)


def _noted(key: str) -> str:
    return f"{key} pressed"
