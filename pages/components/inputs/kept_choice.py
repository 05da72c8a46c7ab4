"""A choice among a few, kept across pages and in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.components.address import address
from pages.components.inputs.shown_value import shown


def kept_choice(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    link: str,
    help: str | None = None,
    wraps: bool = False,
) -> str:
    """Show the choice and return it; at first it is the first option.

    Args:
        label: what is chosen.
        options: what there is to choose from.
        key: unique in the app; the choice lives in the session beside it.
        link: parameter of the page's address that holds the choice.
        help: shown on demand.
        wraps: whether there are so many that a narrow screen needs several rows of them.
    """
    kept = f"{key} kept"
    asked = address.opened_with(key).get(link, [""])[0]
    if asked in options:
        st.session_state[kept] = asked
    # A widget's own value is dropped on other pages, hence the second key.
    return st.segmented_control(
        label,
        options,
        default=shown(key, st.session_state.get(kept, options[0])),
        key=key,
        required=True,
        help=help,
        wrap=wraps or None,
        on_change=lambda: st.session_state.update({kept: st.session_state[key]}),
    )


def choose(key: str, option: str) -> None:
    """Set the choice from the server's side, before it is shown."""
    st.session_state[f"{key} kept"] = option
