"""The press on Train: the race that stands in the form is started, or it is said why not."""

from __future__ import annotations

import streamlit as st

from explorer.training import launcher
from explorer.training.config import ConfigError
from explorer.training.run_store import StoreUnavailable
from pages.components import race_form

_PROBLEM = "live problem"


def start(run_key: str) -> None:
    """Start the race that stands in the form.

    Args:
        run_key: where the session keeps the id of the race that is shown.
    """
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
