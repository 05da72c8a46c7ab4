"""Inputs whose values outlive their page, stand in its address, and survive presses elsewhere.

Each value lives in the session under a key of its own beside the widget's. Streamlit's
`persist_state="session"` outlives the page too, but not this: a link or an example sets a value,
and before the run reaches the widget a press elsewhere begins another run, to which the browser
sends what the widget showed before. That undoes what was set; the value kept here stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TypeVar

import streamlit as st

from pages.components.address import address
from pages.components.address.parameters import LONGEST
from pages.components.escaping import escaped

Value = TypeVar("Value")


def shown(key: str, value: Value) -> Value:
    """Let the widget `key`, which is drawn next, show `value`; returns it, for its default.

    The session is set only where it holds something else. Every run that sets a value there
    overrides the browser, and a press that came while the run was under way would be undone.
    """
    if key in st.session_state and st.session_state[key] != value:
        st.session_state[key] = value
    return value


def choose(key: str, value: str | int | Sequence[int]) -> None:
    """Set an input from the server's side: an option, a text, an index or indices."""
    st.session_state[_kept(key)] = value if isinstance(value, str | int) else list(value)


def chosen(key: str, default: Value) -> Value:
    """Return the value of an input, also before it is drawn."""
    value: Value = st.session_state.get(_kept(key), default)
    return value


def lasting_choice(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    link: str,
    help: str | None = None,
    wraps: bool = False,
    is_tabs: bool = False,
    bare: bool = False,
    is_list: bool = False,
) -> str:
    """Show a choice among a few and return it; at first it is the first option.

    Args:
        key: unique in the app; the choice lives in the session beside it.
        link: parameter of the page's address that holds the choice.
        wraps: whether a narrow screen needs several rows for them.
        is_tabs: whether it chooses what is shown below: drawn as tabs, without the label.
        bare: whether the options need no label: it is not shown.
        is_list: whether the options stand in a list that opens: a setting of many in a form.
    """
    asked = address.take_or_warn(link)
    if asked in options or address.is_cleared(link):
        choose(key, asked or options[0])
    if is_list:
        return lasting_option(label, options, options[0], key=key, words=str, help=help)
    with st.container(key=f"tabs-{key}") if is_tabs else nullcontext():
        return st.segmented_control(
            label,
            options,
            default=shown(key, chosen(key, options[0])),
            key=key,
            required=True,
            help=help,
            label_visibility="collapsed" if is_tabs or bare else "visible",
            wrap=wraps or is_tabs or None,
            on_change=keeping(key),
        )


def lasting_option(
    label: str,
    options: Sequence[str],
    default: str,
    *,
    key: str,
    words: Callable[[str], str],
    help: str | None = None,
) -> str:
    """Show a list of many to choose one from, and return it: the default if it is not offered."""
    before = chosen(key, default)
    return st.selectbox(
        label,
        options,
        options.index(shown(key, before if before in options else default)),
        format_func=words,
        key=key,
        help=help,
        on_change=keeping(key),
    )


def lasting_text(
    label: str,
    default: str,
    *,
    key: str,
    link: str,
    help: str | None = None,
    placeholder: str | None = None,
) -> str:
    """Show a line of text and return it; the caller checks it."""
    asked = address.take_or_warn(link)
    if asked is not None or address.is_cleared(link):
        choose(key, default if asked is None else asked)
    return st.text_input(
        label,
        shown(key, chosen(key, default)),
        key=key,
        help=help,
        max_chars=LONGEST,
        placeholder=placeholder,
        on_change=keeping(key),
    )


def lasting_class(
    label: str, names: Sequence[str], *, key: str, link: str, default: int = 0
) -> int:
    """Show the choice of one class and return its index.

    Args:
        link: parameter of the page's address that holds its number, counted from 1.
    """
    asked = address.take_or_warn(link, _within(len(names)))
    if asked or address.is_cleared(link):
        choose(key, asked[0] if asked else default)
    index = chosen(key, default)
    if index >= len(names):
        index = len(names) - 1
        st.caption(f"“{label}”: the one chosen was removed; now it is “{escaped(names[index])}”.")
    choose(key, index)
    return st.selectbox(
        label,
        range(len(names)),
        shown(key, index),
        format_func=lambda place: _numbered(names, place),
        key=key,
        on_change=keeping(key),
    )


def lasting_classes(
    label: str,
    names: Sequence[str],
    *,
    key: str,
    link: str,
    default: Sequence[int] = (),
    help: str | None = None,
) -> tuple[int, ...]:
    """Show the choice of any number of classes and return their indices in order.

    Args:
        link: parameter of the page's address that holds the numbers, counted from 1, "0" for none.
    """
    asked = address.take_or_warn(link, _within(len(names)))
    if asked is not None or address.is_cleared(link):
        choose(key, default if asked is None else asked)
    before = set(chosen(key, default))
    now = sorted(index for index in before if index < len(names))
    if removed := len(before) - len(now):
        st.caption(f"{removed} of those chosen are gone: their classes were removed.")
    choose(key, now)
    # In the order of the presses, if it is the same choice.
    pressed = st.session_state.get(key, now)
    st.pills(
        label,
        range(len(names)),
        format_func=lambda place: escaped(_numbered(names, place)),
        selection_mode="multi",
        default=shown(key, pressed if sorted(pressed) == now else now),
        key=key,
        help=help,
        on_change=keeping(key),
    )
    return tuple(now)


def _kept(key: str) -> str:
    return f"{key} kept"


def keeping(key: str) -> Callable[[], None]:
    """Return what takes a press on the widget `key`: its `on_change`."""
    return lambda: choose(key, st.session_state[key])


def _within(count: int) -> Callable[[list[int]], None]:
    """Return a check that indices are of `count` things."""

    def check(indices: list[int]) -> None:
        if not all(0 <= index < count for index in indices):
            raise ValueError(f"there are 1 to {count}.")

    return check


def _numbered(names: Sequence[str], place: int) -> str:
    """Return the name, with its number where another class is called the same."""
    twice = list(names).count(names[place]) > 1
    return f"{names[place]} ({place + 1})" if twice else names[place]
