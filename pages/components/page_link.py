"""The state of a page as its address: read once when the page is opened, then kept up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.components.frontend import component

_mount = component("page_link")
_PAGE = "open page"
_VISIT = "number of this visit"


def visit(page: str) -> None:
    """Note which page this run shows. Called by `app.py` before the page.

    Args:
        page: the last part of its address, empty for the first page.
    """
    if st.session_state.get(_PAGE) != page:
        st.session_state[_VISIT] = st.session_state.get(_VISIT, 0) + 1
    st.session_state[_PAGE] = page


def opened_with(reader: str) -> Mapping[str, list[str]]:
    """Return the address's parameters, once to each reader after the page was opened.

    Later runs see the parameters that `keep` wrote, which are older than the session's own state.

    Args:
        reader: who asks; unique in the app.

    Returns:
        Name → its values; empty when this reader has had them.
    """
    visit_now = st.session_state.get(_VISIT, 0)
    answered = st.session_state.setdefault("links read", {})
    if answered.get(reader) == visit_now:
        return {}
    answered[reader] = visit_now
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
