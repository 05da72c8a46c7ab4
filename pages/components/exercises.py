"""Three exercises for each page: listed at its end, and the one set, pinned to the screen."""

from __future__ import annotations

import streamlit as st

from explorer.teaching.exercises import EXERCISES
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.escaping import escaped
from pages.components.pinned import pinned_bar


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
    exercise = exercises[number - 1]
    with pinned_bar("exercise"):
        st.markdown(f"**{number} of {len(exercises)}** · {exercise.words}", width="stretch")
        with st.popover("Predict first"):
            guess = st.radio(
                "Before you touch anything: what will happen?",
                exercise.guesses,
                index=None,
                key=f"guess {page} {number}",
            )
        with st.popover("Answer"):
            if guess is None:
                st.markdown("Predict first: the answer waits for your guess.")
            else:
                is_right = guess == exercise.guesses[exercise.right]
                judged = "So it is." if is_right else "It is otherwise."
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
