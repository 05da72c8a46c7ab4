"""The menu of prepared examples that stands above an editor."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st


def example_menu(
    label: str,
    names: Iterable[str],
    load: Callable[[str], None],
    *,
    key: str,
    is_labelled: bool = True,
) -> None:
    """Show the menu; `load` puts the example that is chosen into place before the page runs."""

    def take() -> None:
        if name := st.session_state[key]:
            load(name)

    st.selectbox(
        label,
        list(names),
        index=None,
        placeholder="Examples …",
        key=key,
        on_change=take,
        label_visibility="visible" if is_labelled else "collapsed",
    )
