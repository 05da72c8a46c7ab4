"""The press on Train: the race that stands in the form is started, or it is said why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from explorer.training import launcher
from explorer.training.config import ConfigError, TrainingConfig
from explorer.training.run_store import StoreUnavailable
from pages.components import race_form
from pages.components.late_press import answer_press, forget_press

_PROBLEM = "live problem"


def start(button_key: str, run_key: str) -> None:
    """Start the race that stands in the form, if the button was pressed.

    Args:
        button_key: of the button, whose press is noted.
        run_key: where the session keeps the id of the race that is shown.
    """
    configs, errors = race_form.current_race()
    name = race_form.current_draft().preset
    answer = answer_press(button_key, lambda: _started(configs, errors, name))
    if answer is None:
        return
    run_id, problem = answer
    if run_id:
        st.session_state[run_key] = run_id
    st.session_state[_PROBLEM] = problem
    forget_press(button_key)


def say_problem() -> None:
    """Say why the last press started nothing, if so."""
    if text := st.session_state.get(_PROBLEM):
        st.error(text)


def _started(
    configs: Sequence[TrainingConfig], errors: Mapping[str, str], name: str
) -> tuple[str, str]:
    """Return the id of the race, and why there is none."""
    if errors:
        return "", "Nothing was started: correct the field marked in red first."
    try:
        return launcher.start(configs, name), ""
    except (ConfigError, StoreUnavailable) as error:
        return "", str(error)
