"""The place at the lower edge of the screen that stays in view: the tour's and an exercise's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_PLACE = "place of what is pinned"


def make_place() -> None:
    """Make the place; called by `app.py` in each run, before anything is pinned."""
    st.session_state[_PLACE] = st.container(key="pinned")


@contextmanager
def pinned_bar(key: str) -> Iterator[DeltaGenerator]:
    """Draw what follows into a slim bar at the lower edge, from left to right.

    Of several bars the one that is drawn last is shown alone: an exercise covers the tour until it
    is put away.

    Args:
        key: Unique in the app; the bar's class is `st-key-pinned-<key>`.
    """
    place: DeltaGenerator = st.session_state[_PLACE]
    bar = place.container(key=f"pinned-{key}", horizontal=True, vertical_alignment="center")
    with bar:
        yield bar
