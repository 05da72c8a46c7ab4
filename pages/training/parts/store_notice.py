"""A word at the top of a page on a run store that cannot be used."""

from __future__ import annotations

import streamlit as st

from explorer.jobs import launcher
from explorer.store.run_store import StoreReadOnly, StoreUnavailable
from pages.components.access.access import access_field
from pages.components.escaping import escaped


def store_notice() -> bool:
    """Say what is wrong with the run store, if anything is, and return whether it can be read."""
    problem = launcher.store_problem()
    # A place that is always there, so that what stands below keeps its own.
    with st.container():
        if problem:
            say_unusable(problem)
        access_field()
    return problem is None or isinstance(problem, StoreReadOnly)


def say_unusable(error: StoreUnavailable) -> None:
    """Say that the run store cannot be used now, and what becomes of what trains meanwhile."""
    st.error(escaped(" ".join(filter(None, (str(error), _waiting_words())))))


def _waiting_words() -> str:
    try:
        return launcher.waiting_words()
    except StoreUnavailable:
        # Its address itself is wrong, so that no worker can have begun.
        return ""
