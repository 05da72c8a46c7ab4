"""A line of text, kept across pages and in the address."""

from __future__ import annotations

import streamlit as st

from pages.components.address import address
from pages.components.inputs.shown_value import shown

LONGEST = 600
"""Characters that a field takes."""


def kept_text(label: str, default: str, *, key: str, link: str, help: str | None = None) -> str:
    """Show the field and return its text; what it must be is for the caller to say.

    Args:
        label: what is to be written.
        default: text at first.
        key: unique in the app; the text lives in the session beside it.
        link: parameter of the page's address that holds the text.
        help: shown on demand.
    """
    kept = f"{key} kept"
    asked = address.opened_with(key).get(link)
    if asked:
        st.session_state[kept] = asked[0][:LONGEST]
    return st.text_input(
        label,
        shown(key, st.session_state.get(kept, default)),
        key=key,
        help=help,
        max_chars=LONGEST,
        on_change=lambda: st.session_state.update({kept: st.session_state[key]}),
    )
