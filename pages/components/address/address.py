"""The state of a page as its address: read once when the page is opened, then kept up to date.

A page declares its parameters as one table. `visit` reads the address into the session when the
page is opened, or met again in an open tab; the page's parts take their values from there, and
`keep` writes the values of all of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import streamlit as st

from pages.components.address.parameters import Parameter, text, whole
from pages.components.escaping import escaped
from pages.components.frontend.frontend import component
from pages.components.preview import preview
from pages.components.registry import PAGES

_mount = component(__file__)
_mount_reconnection = component(str(Path(__file__).with_name("reconnection.js")))
OPEN_PAGE = "open page"
"""Where the session keeps the address of the page that is shown."""
TOUR_STOP = "tour stop"
"""Where the session keeps the stop of the guided tour, counted from 1, or None."""
TOUR_SAID = "tour predictions"
"""Where the session keeps the predictions of the tour: by stop the option from 1, "0" for none."""
TOUR_BEAT = "beat of the tour's stop"
"""Where the session keeps what the stop is at: 1 predict, 2 try, 3 say what was seen."""
PRESENTING = "presenting"
"""Where the session keeps 1 while the page is presented, else 0."""
EXERCISE = "exercise that is set"
"""Where the session keeps the number of the page's exercise, counted from 1, or None."""
_VISIT = "number of this visit"
_VIA = "link of this visit"
_NAME = "name of this session"
_TAB = "what the tab showed before this session"
_NEW = "the page was opened just now"
_EVERYWHERE = {
    TOUR_STOP: whole("tour"),
    TOUR_BEAT: whole("beat"),
    TOUR_SAID: text("predicted", 20),
    EXERCISE: whole("task"),
    PRESENTING: whole("present"),
}
"""Key of the session → the parameter that every page has for it."""
_TABLE = "parameters of the page shown"
_UNTAKEN = "what the address held and nobody has taken yet"
_KEPT = "what the address was told to hold"
_GOING = "address that the browser asked for"
_CLEARED = "parameters that the address asked for does not have"
_LONGEST_QUERY = 50_000


class LinkError(ValueError):
    """The address gives a parameter a value that it cannot have; `text` is that value."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(reason)
        self.text = text


def session_name() -> str:
    """Return the name of this session alone, by which a component notices that a new one began."""
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
        # Not in every run: a part that refreshes itself may cut a run short, and needs the table.
        declare()
    if turned or via not in ("", st.session_state.get(_VIA)):
        st.session_state[_VISIT] = st.session_state.get(_VISIT, 0) + 1
        st.session_state[EXERCISE] = None
        _open()
    elif asked := st.session_state.get(_GOING, {}).get(page):
        st.session_state[_VISIT] += 1
        st.session_state[EXERCISE] = None
        _restore(asked)
    st.session_state.pop(_GOING, None)
    st.session_state[OPEN_PAGE] = page
    st.session_state[_VIA] = via
    _meet_tab()


def go_to(page: object, search: object) -> None:
    """Let the next run show a page with the state of an address that the browser asks for."""
    if isinstance(page, str) and isinstance(search, str) and len(search) <= _LONGEST_QUERY:
        st.session_state[_GOING] = {page: f"?{search}"}


def kept() -> dict[str, str]:
    """Return what the page's address holds: name → text, of several the first."""
    return dict(reversed(st.session_state.get(_KEPT, [])))


def change(values: Mapping[str, str]) -> None:
    """Let the next run show the page that is open with some of its parameters changed."""
    pairs = [pair for pair in st.session_state.get(_KEPT, []) if pair[0] not in values]
    go_to(st.session_state.get(OPEN_PAGE), urlencode([*pairs, *values.items()]))


def _restore(search: str) -> None:
    """Read an address that the page had before; whatever it lacks goes back to its default."""
    parameters = _parsed(search)
    aside = {one.name for key, one in _EVERYWHERE.items() if key != EXERCISE}
    own = st.session_state[_TABLE].keys() - aside
    st.session_state[_UNTAKEN] = {name: texts for name, texts in parameters.items() if name in own}
    st.session_state[_CLEARED] = own - parameters.keys()
    st.session_state[_NEW] = True


def is_cleared(name: str) -> bool:
    """Tell once whether undo or the browser's Back resets a parameter to its default."""
    cleared: set[str] = st.session_state.get(_CLEARED, set())
    if name not in cleared:
        return False
    cleared.discard(name)
    return True


def _parsed(search: str) -> dict[str, list[str]]:
    try:
        return parse_qs(search.removeprefix("?"), keep_blank_values=True)
    except ValueError:  # more parameters than anyone's
        return {}


def _meet_tab() -> None:
    """Take the address of an open tab whose session is new.

    After a restart, or a break that the session does not survive, Streamlit's client asks for the
    page with the query that the tab was opened with, or for nothing at all if it was idle; it does
    not know what `history.replaceState` has written since. A component's state does come with every
    request: when the connection is lost, and when it is back, `reconnection` sets it to the address
    that the tab shows and the session that it belongs to.
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
    st.session_state[_TAB] = (st.session_state[_VISIT], search, _parsed(search))
    _open()


def _told(tab: object) -> tuple[str, str]:
    """Return the query and the session that a tab reports; "" for anything malformed."""
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
        parameters: of the page's address; several values for a name that occurs more than once.
        via: tells this link from the others on the page.
    """
    query = {**parameters, "via": via}
    st.page_link(PAGES[page].path, label=label, query_params=query)


def declare(*parameters: Parameter) -> None:
    """Say which parameters the page's address has, in the order in which they are written.

    Called by every page first of all.
    """
    st.session_state[_TABLE] = {one.name: one for one in (*parameters, *_EVERYWHERE.values())}


def is_asked(*names: str) -> bool:
    """Tell whether the address held one of these parameters that nobody has taken yet."""
    return any(name in _untaken() for name in names)


def suppose(values: Mapping[str, str | Sequence[str]]) -> None:
    """Read parameters as if the address held them, where it does not name them itself."""
    for name, texts in values.items():
        _untaken().setdefault(name, [texts] if isinstance(texts, str) else list(texts))


def is_new() -> bool:
    """Return True once after the page was opened."""
    return st.session_state.pop(_NEW, False)


def take(name: str, check: Callable[[Any], None] = lambda value: None) -> Any:
    """Return the value of a parameter once after the page was opened, and None later.

    What `keep` writes later is older than the session's own state and is not read.

    Args:
        check: raises ValueError for a value that the page cannot use.

    Raises:
        LinkError: the address held something else.
    """
    parameter: Parameter = st.session_state[_TABLE][name]
    texts = _untaken().pop(name, None)
    if texts is None:
        return None
    try:
        value = parameter.parse(texts if parameter.several else texts[0])
        if value is not None:
            check(value)
    except ValueError as error:
        raise LinkError(str(error), texts[0]) from error
    return value


def take_or_warn(name: str, check: Callable[[Any], None] = lambda value: None) -> Any:
    """Return the value of a parameter as `take` does; say in words what is wrong with it."""
    try:
        return take(name, check)
    except LinkError as error:
        asked, reason = escaped(error.text[:20]), escaped(str(error))
        st.warning(f"The link asks for “{asked}” as {name}; {reason} The last good choice is kept.")
        return None


def shared(name: str) -> list[str]:
    """Return the texts of a parameter that several parts of a page read when it is opened."""
    return _untaken().get(name, [])


def _open() -> None:
    """Read the whole address, for the parts of the page to take from."""
    told_in, _, parameters = st.session_state.get(_TAB, (None, "", {}))
    if told_in != st.session_state[_VISIT]:
        parameters = {name: st.query_params.get_all(name) for name in st.query_params}
    st.session_state[_UNTAKEN], st.session_state[_NEW] = dict(parameters), True
    st.session_state.pop(_CLEARED, None)


def _untaken() -> dict[str, list[str]]:
    return st.session_state.setdefault(_UNTAKEN, {})


def keep(values: Mapping[str, Any]) -> None:
    """Write the state of the page into its address.

    Args:
        values: name → value of the parameters that the page declared. Those left out, or None,
            leave the address too unless they stay.
    """
    table: dict[str, Parameter] = st.session_state[_TABLE]
    values = {
        **values,
        **{one.name: st.session_state.get(key) for key, one in _EVERYWHERE.items()},
    }
    texts: dict[str, str | list[str]] = {
        one.name: "" if (value := values.get(one.name)) is None else one.write(value)
        for one in table.values()
        if one.name in values or not one.stays
    }
    if unknown := values.keys() - texts.keys():
        raise KeyError(f"The page has not declared {', '.join(sorted(unknown))}.")
    texts["via"] = ""
    pairs = [
        (name, text)
        for name, several in texts.items()
        for text in ([several] if isinstance(several, str) else several)
        if text != ""
    ]
    st.session_state[_KEPT] = pairs
    _mount(
        key="address",
        data={
            "page": st.session_state.get(OPEN_PAGE, ""),
            "session": session_name(),
            "visit": st.session_state.get(_VISIT, 0),
            "own": list(texts),
            "parameters": pairs,
        },
        height=1,
    )
