"""A button whose press the page acts on itself, once it has read its fields.

Not a callback: a field that is left for the button is taken by a callback of its own, which may
come after the button's, and the press would act on what the field held before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

Answer = TypeVar("Answer")


def note_press(key: str) -> None:
    """Note that the button `key` was pressed: its `on_click`."""
    st.session_state[_noted(key)] = []


def was_pressed(key: str) -> bool:
    """Tell whether a press on the button `key` waits for its answer, or the answer to be kept."""
    return _noted(key) in st.session_state


def answer_press(key: str, act: Callable[[], Answer]) -> Answer | None:
    """Answer a press on the button `key`, if there was one, and return the answer.

    A newer request may end the run wherever it asks Streamlit for something. The runs after it
    get the same answer, until `forget_press`: a press is neither lost nor acted on twice.

    Args:
        act: answers the press; asks Streamlit for nothing, so that it runs to its end.
    """
    answers: list[Answer] | None = st.session_state.get(_noted(key))
    if answers is None:
        return None
    if not answers:
        answers.append(act())
    return answers[0]


def forget_press(key: str) -> None:
    """Let the next press on the button `key` be a new one; called when the answer is kept."""
    st.session_state.pop(_noted(key), None)


def _noted(key: str) -> str:
    return f"{key} pressed"
