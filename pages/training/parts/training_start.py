"""The press that trains what stands in a form, or a word on why it cannot."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.runs.config import ConfigError
from explorer.store.run_store import StoreUnavailable
from pages.components.access import access
from pages.components.escaping import escaped
from pages.training.parts.deferred_click import answer_press, forget_press


def start(button_key: str, shown_key: str, begin: Callable[[], str] | None) -> bool:
    """Start what stands in the form if the button was pressed, and tell whether it has begun.

    Args:
        button_key: of the button, whose press is noted.
        shown_key: where the session keeps the id of what is shown.
        begin: starts it and returns its id, asking Streamlit for nothing; None while a field of
            the form cannot be used.
    """
    answer = answer_press(button_key, lambda: _begun(begin))
    if answer is None:
        return False
    begun, problem = answer
    if begun:
        st.session_state[shown_key] = begun
    st.session_state[_problem(button_key)] = problem
    forget_press(button_key)
    return bool(begun)


def say_problem(button_key: str) -> None:
    """Say why the last press started nothing, if so."""
    if text := st.session_state.get(_problem(button_key)):
        st.error(escaped(text))


def _begun(begin: Callable[[], str] | None) -> tuple[str, str]:
    """Return the id of what has begun, and why nothing has."""
    if begin is None:
        return "", "Nothing was started: correct the field marked in red first."
    try:
        access.require_holder()
        return begin(), ""
    except (ConfigError, StoreUnavailable) as error:
        return "", str(error)


def _problem(button_key: str) -> str:
    return f"{button_key} problem"
