"""The state of a page as its address: read once when the page is opened, then kept up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.components import preview
from pages.components.frontend import component
from pages.components.page_paths import PAGE_PATHS

_mount = component("page_link")
OPEN_PAGE = "open page"
"""Where the session keeps the address of the page that is shown."""
TOUR_STOP = "tour stop"
"""Where the session keeps the stop of the guided tour, counted from 1, or None."""
_VISIT = "number of this visit"
_VIA = "link of this visit"


def visit(page: str) -> None:
    """Note which page this run shows. Called by `app.py` before the page.

    Args:
        page: the last part of its address, empty for the first page.
    """
    # A link inside the app says which one it is, or following one to the page that is open could
    # not be told from an edit.
    via = st.query_params.get("via", "")
    turned = st.session_state.get(OPEN_PAGE) != page
    if turned:
        preview.withdraw()
    if turned or via not in ("", st.session_state.get(_VIA)):
        st.session_state[_VISIT] = st.session_state.get(_VISIT, 0) + 1
    st.session_state[OPEN_PAGE] = page
    st.session_state[_VIA] = via


def link_to(
    page: str, label: str, parameters: Mapping[str, str | Sequence[str]], *, via: str
) -> None:
    """Show a link that opens a page with values set, also from that page itself.

    Args:
        page: address of the page.
        label: of the link, Markdown.
        parameters: of the page's address; several values for a name that occurs more than once.
        via: tells this link from the others on the page.
    """
    query = {**parameters, "via": via}
    st.page_link(PAGE_PATHS[page], label=label, query_params=query)


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
    stop = st.session_state.get(TOUR_STOP)
    everywhere = {"tour": str(stop) if stop else "", "via": ""}
    pairs = [
        (name, value)
        for name, values in {**parameters, **everywhere}.items()
        for value in ([values] if isinstance(values, str) else values)
        if value != ""
    ]
    _mount(
        key="page_link",
        data={
            "page": st.session_state.get(OPEN_PAGE, ""),
            "visit": st.session_state.get(_VISIT, 0),
            "own": [*parameters, *everywhere],
            "parameters": pairs,
        },
        height=1,
    )
