"""The state of a page as its address: read once when the page is opened, then kept up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.components.frontend import component

_mount = component("page_link")
_PAGE = "open page"
_JUST_OPENED = "page was just opened"


def visit(page: str) -> None:
    """Note which page this run shows. Called by `app.py` before the page.

    Args:
        page: the last part of its address, empty for the first page.
    """
    st.session_state[_JUST_OPENED] = st.session_state.get(_PAGE) != page
    st.session_state[_PAGE] = page


def opened_with() -> Mapping[str, list[str]]:
    """Return the address's parameters on the run that opens the page, otherwise nothing.

    Later runs see the parameters that `keep` wrote, which are older than the session's own state.
    """
    if not st.session_state.get(_JUST_OPENED, True):
        return {}
    return {name: st.query_params.get_all(name) for name in st.query_params}


def keep(parameters: Mapping[str, str | Sequence[str]]) -> None:
    """Write the parameters into the address.

    Args:
        parameters: name → value, or values for a name that occurs more than once; an empty one is
            left out.
    """
    pairs = [
        (name, value)
        for name, values in parameters.items()
        for value in ([values] if isinstance(values, str) else values)
        if value != ""
    ]
    _mount(
        key="page_link",
        data={
            "page": st.session_state.get(_PAGE, ""),
            "own": list(parameters),
            "parameters": pairs,
        },
        height=1,
    )
