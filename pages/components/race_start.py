"""The press on Train: the race that stands in the form is started, or it is said why not."""

from __future__ import annotations

import streamlit as st

from explorer.training import launcher
from explorer.training.config import ConfigError
from explorer.training.run_store import StoreUnavailable
from pages.components import race_form

_PROBLEM = "live problem"
_WANTED = "live race wanted"


def want() -> None:
    """Note that Train was pressed; runs before the page does."""
    st.session_state[_WANTED] = True


def start_if_wanted(run_key: str) -> None:
    """Start the race that stands in the form, if Train was pressed.

    The page does it, not the press itself: a field that was left for the button is taken by a
    callback of its own, and may be taken after the button.

    Args:
        run_key: where the session keeps the id of the race that is shown.
    """
    if not st.session_state.pop(_WANTED, False):
        return
    configs, errors = race_form.current_race()
    if errors:
        st.session_state[_PROBLEM] = "Nothing was started: correct the field marked in red first."
        return
    try:
        name = race_form.current_draft().preset
        st.session_state[run_key] = launcher.start(configs, name)
        st.session_state[_PROBLEM] = ""
    except (ConfigError, StoreUnavailable) as error:
        st.session_state[_PROBLEM] = str(error)


def say_problem() -> None:
    """Say why the last press started nothing, if so."""
    if text := st.session_state.get(_PROBLEM):
        st.error(text)
