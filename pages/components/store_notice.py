"""A word at the top of a page on a run store that cannot be used."""

from __future__ import annotations

import streamlit as st

from explorer.training import launcher
from explorer.training.run_store import StoreUnavailable
from pages.components.escaping import escaped


def store_notice() -> bool:
    """Say what is wrong with the run store, if anything is, and return whether it can be used."""
    sentence = launcher.store_problem()
    with st.container():
        if sentence:
            st.error(escaped(sentence))
    return not sentence


def unusable(error: StoreUnavailable) -> None:
    """Say that the run store cannot be used now, and what becomes of what trains meanwhile."""
    st.error(escaped(f"{error} {launcher.waiting_words()}".rstrip()))
