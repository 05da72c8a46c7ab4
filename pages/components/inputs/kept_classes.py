"""A choice of one class, or of any number of them, kept across pages and in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.components.address import address
from pages.components.escaping import escaped
from pages.components.inputs.shown_value import shown


def kept_class(label: str, names: Sequence[str], *, key: str, link: str, default: int = 0) -> int:
    """Show the choice of one class and return its index.

    Args:
        label: what is chosen.
        names: of the classes, C of them.
        key: unique in the app; the choice lives in the session beside it.
        link: parameter of the page's address that holds its number, counted from 1.
        default: index chosen at first.
    """
    kept = f"{key} kept"
    asked = _asked(key, link, len(names))
    if asked:
        st.session_state[kept] = asked[0]
    index = st.session_state.get(kept, default)
    if index >= len(names):
        index = len(names) - 1
        st.caption(f"“{label}”: the one chosen was removed; now it is “{escaped(names[index])}”.")
    st.session_state[kept] = index
    return st.selectbox(
        label,
        range(len(names)),
        shown(key, index),
        format_func=lambda place: _numbered(names, place),
        key=key,
        on_change=lambda: st.session_state.update({kept: st.session_state[key]}),
    )


def kept_classes(
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
        label: what is chosen.
        names: of the classes, C of them.
        key: unique in the app; the choice lives in the session beside it.
        link: parameter of the page's address that holds the numbers, counted from 1, "0" for none.
        default: indices chosen at first.
        help: shown on demand.
    """
    kept = f"{key} kept"
    asked = _asked(key, link, len(names))
    if asked is not None:
        st.session_state[kept] = asked
    before = set(st.session_state.get(kept, default))
    chosen = sorted(index for index in before if index < len(names))
    if removed := len(before) - len(chosen):
        st.caption(f"{removed} of those chosen went with the classes that were removed.")
    st.session_state[kept] = chosen
    # In the order of the presses, if it is the same choice.
    pressed = st.session_state.get(key, chosen)
    st.pills(
        label,
        range(len(names)),
        format_func=lambda place: escaped(_numbered(names, place)),
        selection_mode="multi",
        default=shown(key, pressed if sorted(pressed) == chosen else chosen),
        key=key,
        help=help,
        on_change=lambda: st.session_state.update({kept: list(st.session_state[key])}),
    )
    return tuple(chosen)


def choose_classes(key: str, indices: int | Sequence[int]) -> None:
    """Set the choice from the server's side, before it is shown."""
    st.session_state[f"{key} kept"] = indices if isinstance(indices, int) else list(indices)


def linked(indices: int | Sequence[int]) -> str:
    """Return the choice as the address holds it."""
    if isinstance(indices, int):
        return str(indices + 1)
    return ",".join(str(index + 1) for index in indices) or "0"


def _asked(reader: str, link: str, count: int) -> list[int] | None:
    """Return what the address asks for; None where it asks nothing that there is."""
    text = address.opened_with(reader).get(link, [""])[0]
    if not text:
        return None
    if text == "0":
        return []
    pieces = text.split(",")
    if all(piece.isdecimal() and len(piece) < 4 for piece in pieces):
        numbers = [int(piece) for piece in pieces]
        if all(1 <= number <= count for number in numbers):
            return [number - 1 for number in numbers]
    st.warning(
        f"The link asks for “{escaped(text[:20])}” as {link}; there are 1 to {count}. "
        "The last good choice is kept."
    )
    return None


def _numbered(names: Sequence[str], place: int) -> str:
    """Return the name, with its number where another class is called the same."""
    twice = list(names).count(names[place]) > 1
    return f"{names[place]} ({place + 1})" if twice else names[place]
