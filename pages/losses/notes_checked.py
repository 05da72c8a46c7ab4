"""What the lecture notes get wrong: statement, what it implies, what is right, where to try it."""

from __future__ import annotations

import streamlit as st

from explorer.teaching.note_checks import NOTE_CHECKS, TOPICS
from pages.components.address import address
from pages.components.address.parameters import option, text
from pages.components.escaping import escaped
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.terms import terms
from pages.losses.parts.note_card import note_card

ALONE = "note shown alone"


def show_alone(row: str) -> None:
    st.session_state[ALONE] = row


address.declare(option("topic", ("all", *TOPICS)), text("note"))
st.title("What the notes get wrong")
st.markdown(
    "Good notes have slips too. Each card takes a statement at its word, computes what follows "
    "and what is so instead, and opens the page where you can try it."
)
terms("entropy", "cross-entropy", "KL divergence", "gradient vanishing")
asked = address.take("note") or ""
if asked.upper() in NOTE_CHECKS:
    show_alone(asked.upper())
elif asked:
    st.warning(f"The link asks for the card “{escaped(asked[:20])}”; there are B1 to B21.")
alone: str | None = st.session_state.get(ALONE)
if alone:
    topic = "all"
    shown = [alone]
    st.button("Show all cards", on_click=show_alone, args=(None,))
else:
    topic = lasting_choice("Topic", ("all", *TOPICS), key="notes topic", link="topic")
    shown = [row for row, check in NOTE_CHECKS.items() if topic in ("all", check.topic)]
address.keep({"topic": None if topic == "all" else topic, "note": alone})
for row in shown:
    note_card(row, narrow_to=None if alone else show_alone)
if not alone:
    st.caption(f"{len(shown)} of {len(NOTE_CHECKS)} statements.")
