"""Three exercises for each page: listed at its end, and the one set, pinned to the screen."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.teaching.exercises import EXERCISES
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.escaping import escaped
from pages.components.pinned import pinned_bar

_ASKS = Path(__file__).with_name("exercise_asks.css")
"""Hides what would answer an exercise while it asks."""


def exercises(page: str) -> None:
    """Show the exercises of a page, if it has some."""
    if page not in EXERCISES:
        return
    # Plain text: what stands outside a fragment is rendered again with every answer to an edit, and
    # Streamlit's frames and expanders would take a sixth of the script's time.
    st.header("Try this", anchor=False)
    for number, exercise in enumerate(EXERCISES[page], start=1):
        st.markdown(f"**{number}.** {exercise.words}")
        _set(page, number, "Set the page", via=f"task-{number}")


def exercise_bar(page: str) -> None:
    """Keep the exercise that is set in view: what to do, a prediction first, the answer after."""
    exercises = EXERCISES.get(page, ())

    def check(number: int) -> None:
        if not 1 <= number <= len(exercises):
            raise ValueError(f"there are exercises 1 to {len(exercises)}.")

    if asked := address.take_or_warn("task", check):
        st.session_state[address.EXERCISE] = asked
    number: int | None = st.session_state.get(address.EXERCISE)
    if number is None:
        return
    exercise, key = exercises[number - 1], f"guess {page} {number}"
    asks = st.session_state.get(key) is None
    with pinned_bar("exercise"):
        with st.container(key="exercise-asks" if asks else "exercise-words"):
            if asks:
                st.html(_ASKS)
            st.markdown(f"**{number} of {len(exercises)}** · {exercise.words}")
            with st.container(key="guesses", horizontal=True, vertical_alignment="center"):
                st.markdown(":small[Predict first:]", width="content")
                guess = st.segmented_control(
                    "What will happen?",
                    exercise.guesses,
                    key=key,
                    label_visibility="collapsed",
                    wrap=True,
                )
        if guess is not None:
            with st.popover("Answer", type="primary"):
                is_right = guess == exercise.guesses[exercise.right]
                judged = "That is right." if is_right else "That is not so."
                st.markdown(f"You predicted: “{escaped(guess)}”. **{judged}**")
                st.markdown(exercise.answer)
        if number < len(exercises):
            _set(page, number + 1, "Next", via=f"next-{number}")
        st.button("Done", type="tertiary", on_click=_put_away)


def _set(page: str, number: int, label: str, *, via: str) -> None:
    """Link to the page with the values of an exercise, and the exercise pinned."""
    parameters = {**EXERCISES[page][number - 1].parameters, "task": str(number)}
    link_to(page, label, parameters, via=via)


def _put_away() -> None:
    st.session_state[address.EXERCISE] = None
