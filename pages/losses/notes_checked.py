"""What the lecture notes get wrong: statement, what it implies, what is right, where to try it."""

from __future__ import annotations

import streamlit as st

from explorer.teaching.note_checks import NOTE_CHECKS, TOPICS
from pages.components.address import address
from pages.components.address.parameters import Parameter, option
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.page_head import page_head
from pages.losses.parts.note_card import guessed_well, guesses, note_card

ALONE = "note shown alone"


def show_alone(key: str | None) -> None:
    st.session_state[ALONE] = key


def lesson(given: str) -> str | None:
    """Return the key of the card that an address names."""
    keys = {check.lesson: key for key, check in NOTE_CHECKS.items()}
    if given and given.upper() not in keys:
        raise ValueError(f"the cards are B1 to B{len(keys)}.")
    return keys.get(given.upper())


address.declare(
    option("topic", ("all", *TOPICS)),
    Parameter("note", lesson, lambda key: NOTE_CHECKS[key].lesson),
)
page_head(
    "What the notes get wrong",
    "Guess before you read: does the statement hold? The card then tells you, and says why.",
    more="""Even good notes contain slips. Each card takes a statement at its word, computes what
follows from it and what is true instead, and links to the page where you can try it. A statement is
**wrong**, **sloppy**, which is not right as it stands, or **right under a condition**.""",
    terms=("entropy", "cross-entropy", "KL divergence", "gradient vanishing"),
)
asked = address.take_or_warn("note")
if asked or address.is_cleared("note"):
    show_alone(asked)
alone: str | None = st.session_state.get(ALONE)
if alone:
    topic = "all"
    shown = [alone]
    st.button("Show all cards", on_click=show_alone, args=(None,))
else:
    topic = lasting_choice(
        "Topic", ("all", *TOPICS), key="notes topic", link="topic", bare=True, wraps=True
    )
    shown = [key for key, check in NOTE_CHECKS.items() if topic in ("all", check.topic)]
address.keep({"topic": None if topic == "all" else topic, "note": alone})
if guesses():
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{guessed_well()} of {len(guesses())}** guesses were right.")
        st.button("Hide all verdicts", type="tertiary", on_click=guesses().clear)
# Rows are full: three cards in each, or two where three would leave one alone.
columns = 1 if alone else 3 if len(shown) % 3 == 0 else 2
with st.container(key=f"note-grid-{columns}"):
    for key in shown:
        note_card(key, narrow_to=None if alone else show_alone)
if not alone:
    st.caption(f"{len(shown)} of {len(NOTE_CHECKS)} statements.")
