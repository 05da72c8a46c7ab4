"""The terms of a formula, explained where they stand."""

from __future__ import annotations

import streamlit as st

from explorer.teaching.glossary import GLOSSARY
from explorer.teaching.term import Term
from pages.components.page_link import link_to


def terms(*names: str) -> None:
    """Offer what these terms mean, in English and Chinese.

    Args:
        names: keys of `GLOSSARY`.
    """
    with st.popover(f"Terms: {', '.join(names)}", type="tertiary"):
        for name in names:
            show_term(GLOSSARY[name])
        link_to("glossary", "All terms", {}, via="terms")


def show_term(term: Term) -> None:
    """Show one entry: both names, meaning, formula and unit."""
    unit = f" Unit: {term.unit}." if term.unit else ""
    formula = f"\n\n$$ {term.formula} $$" if term.formula else ""
    st.markdown(f"**{term.name}** · {term.chinese}  \n{term.meaning}{unit}{formula}")
