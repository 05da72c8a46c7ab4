"""A list of what was trained before, newest first, to look at again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import streamlit as st

from pages.components.escaping import escaped


def earlier_list(
    entries: Sequence[tuple[str, float, str]],
    current: str | None,
    look_at: Callable[[str], None],
    *,
    kind: str,
) -> None:
    """Show a button for each entry.

    Args:
        entries: id, time of creation (seconds since 1970) and words of each.
        current: id of the one on screen, if any.
        look_at: called with the id of the one that was pressed, before the next run.
        kind: what one entry is, such as "race"; unique in the app.
    """
    if not entries:
        st.caption(f"No {kind} has been trained yet.")
    for one, created_at, words in entries:
        when = time.strftime("%d %b, %H:%M", time.localtime(created_at))
        st.button(
            escaped(f"{when}: {words}"),
            key=f"{kind} open {one}",
            type="tertiary",
            disabled=one == current,
            on_click=look_at,
            args=(one,),
        )
