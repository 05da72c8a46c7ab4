"""What a widget shows when the server holds its value, without taking back a press."""

from __future__ import annotations

from typing import TypeVar

import streamlit as st

Value = TypeVar("Value")


def shown(key: str, value: Value) -> Value:
    """Let the widget `key`, which is drawn next, show `value`; returns it, for its default.

    The session is set only where it holds something else. The browser takes a value that is set
    there for an order, in every run that sets it, and a press that came while the run was under
    way would be undone.
    """
    if key in st.session_state and st.session_state[key] != value:
        st.session_state[key] = value
    return value
