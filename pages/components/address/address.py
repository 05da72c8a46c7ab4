"""The state of a page as its address: read once when the page is opened, then kept up to date."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs

import streamlit as st

from pages.components.frontend.frontend import component
from pages.components.preview import preview
from pages.components.registry import PAGES

_mount = component(__file__)
_mount_reconnection = component(str(Path(__file__).with_name("reconnection.js")))
OPEN_PAGE = "open page"
"""Where the session keeps the address of the page that is shown."""
TOUR_STOP = "tour stop"
"""Where the session keeps the stop of the guided tour, counted from 1, or None."""
_VISIT = "number of this visit"
_VIA = "link of this visit"
_NAME = "name of this session"
_TAB = "what the tab showed before this session"
_LONGEST_QUERY = 50_000


def session_name() -> str:
    """Return a name that no other session has, by which a component knows that one began anew."""
    return st.session_state.setdefault(_NAME, uuid.uuid4().hex)


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
    _meet_tab()


def _meet_tab() -> None:
    """Let the present address count where an open tab meets a session that began anew.

    After a restart, or a cut that a session does not outlive, Streamlit's client asks for the page
    with the query that the tab was opened with, and it asks for nothing at all where it had nothing
    to do; what `history.replaceState` wrote since then it does not know. A component's state does
    come with whatever it asks for: `reconnection` sets it when the connection is lost and when it
    is back, to the address that the tab shows and the session that it shows it of.
    """
    told = _mount_reconnection(
        key="reconnection", data={"session": session_name()}, on_tab_change=lambda: None
    ).get("tab")
    search, session = _told(told)
    if session in ("", session_name()):
        return
    if known := st.session_state.get(_TAB):
        if known[1] == search:
            return
        st.session_state[_VISIT] += 1
    try:
        parameters = parse_qs(search.removeprefix("?"), keep_blank_values=True)
    except ValueError:  # more parameters than anyone's
        parameters = {}
    st.session_state[_TAB] = (st.session_state[_VISIT], search, parameters)


def _told(tab: object) -> tuple[str, str]:
    """Return the query and the session that a tab tells of; "" for what is nothing of the kind."""
    if not isinstance(tab, Mapping):
        return "", ""
    search, session = tab.get("search"), tab.get("session")
    if not isinstance(search, str) or not isinstance(session, str):
        return "", ""
    return (search, session) if len(search) <= _LONGEST_QUERY else ("", "")


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
    st.page_link(PAGES[page].path, label=label, query_params=query)


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
    told_in, _, parameters = st.session_state.get(_TAB, (None, "", {}))
    if told_in == visit_now:
        return parameters
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
        key="address",
        data={
            "page": st.session_state.get(OPEN_PAGE, ""),
            "session": session_name(),
            "visit": st.session_state.get(_VISIT, 0),
            "own": [*parameters, *everywhere],
            "parameters": pairs,
        },
        height=1,
    )
