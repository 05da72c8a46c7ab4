"""The press that trains the grid in the form, or a word on why it cannot."""

from __future__ import annotations

import streamlit as st

from explorer.training import sweeps
from explorer.training.config import ConfigError
from explorer.training.run_store import StoreUnavailable
from explorer.training.sweep_grid import SweepGrid
from pages.components.escaping import escaped
from pages.components.late_press import answer_press, forget_press

_PROBLEM = "sweep start problem"


def start(grid: SweepGrid | None, button_key: str, sweep_key: str) -> None:
    """Start the sweep that stands in the form, if the button was pressed.

    Args:
        grid: what stands in the form; None if a field of it cannot be used.
        button_key: of the button, whose press is noted.
        sweep_key: where the session keeps the id of the sweep that is shown.
    """
    answer = answer_press(button_key, lambda: _started(grid))
    if answer is None:
        return
    sweep_id, problem = answer
    if sweep_id:
        st.session_state[sweep_key] = sweep_id
    st.session_state[_PROBLEM] = problem
    forget_press(button_key)
    if sweep_id:
        st.rerun()


def say_problem() -> None:
    """Say why the last press started nothing, if so."""
    if text := st.session_state.get(_PROBLEM):
        st.error(escaped(text))


def _started(grid: SweepGrid | None) -> tuple[str, str]:
    """Return the id of the sweep, and why there is none."""
    if grid is None:
        return "", "Nothing was started: correct the field marked in red first."
    try:
        return sweeps.start(grid), ""
    except (ConfigError, StoreUnavailable) as error:
        return "", str(error)
