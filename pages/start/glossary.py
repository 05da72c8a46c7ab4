"""The terms of the field, in English and Chinese."""

from __future__ import annotations

import streamlit as st

from explorer.teaching.glossary import GLOSSARY
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.address.parameters import Parameter
from pages.components.escaping import escaped
from pages.components.inputs.lasting_inputs import lasting_text
from pages.components.page_head import explanation, page_head
from pages.components.registry import PAGES

SLUGS = {term.slug: name for name, term in GLOSSARY.items()}

address.declare(Parameter("term", lambda text: SLUGS.get(text, text[:80]), str))
page_head("Glossary", PAGES["glossary"].summary)
words = lasting_text(
    "Search, in English or Chinese",
    "",
    key="glossary field",
    link="term",
    placeholder="entropy, 熵, gradient …",
)
address.keep({"term": words})
found = [term for term in GLOSSARY.values() if term.matches(words)]
if not found:
    st.info(f"No entry contains “{escaped(words[:80])}”. Clear the field to see all terms.")
for number, term in enumerate(found):
    with st.container(border=True):
        st.markdown(explanation(term))
        link_to(term.page, "See it", term.parameters, via=f"term-{number}-{term.slug}")
