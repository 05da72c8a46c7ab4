"""The menu of examples from the notes, which sets the inputs of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st


def example_menu(names: Iterable[str], load: Callable[[str], None], *, key: str) -> None:
    """Show the menu; `load` puts the example that is chosen into place before the page runs."""
    st.menu_button("Examples", list(names), key=key, on_click=lambda: load(st.session_state[key]))
