"""The terms of the field, in English and Chinese."""

from __future__ import annotations

import streamlit as st

from explorer.teaching.glossary import GLOSSARY
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.escaping import escaped
from pages.components.inputs.shown_value import shown
from pages.components.terms import explanation

WORDS, FIELD = "glossary words", "glossary field"

st.title("Glossary")
if asked := address.opened_with("glossary").get("term"):
    slugs = {term.slug: name for name, term in GLOSSARY.items()}
    st.session_state[WORDS] = slugs.get(asked[0], asked[0][:80])
words = st.text_input(
    "Search, in English or Chinese",
    shown(FIELD, st.session_state.get(WORDS, "")),
    key=FIELD,
    placeholder="entropy, 熵, gradient …",
    on_change=lambda: st.session_state.update({WORDS: st.session_state[FIELD]}),
)
address.keep({"term": words})
found = [term for term in GLOSSARY.values() if term.matches(words)]
if not found:
    st.info(f"No entry holds “{escaped(words[:80])}”. Clear the field to see all terms.")
for number, term in enumerate(found):
    with st.container(border=True):
        st.markdown(explanation(term))
        link_to(term.page, "See it", term.parameters, via=f"term-{number}-{term.slug}")
