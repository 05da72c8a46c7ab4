"""The terms of a formula, explained where they stand."""

from __future__ import annotations

import streamlit as st

from explorer.figures.symbols import coloured
from explorer.teaching.glossary import GLOSSARY
from explorer.teaching.term import Term
from pages.components.address.address import link_to


def explanations(*names: str) -> None:
    """Show what these terms mean, with the way to all the others.

    Args:
        names: Keys of `GLOSSARY`.
    """
    st.markdown("\n\n".join(explanation(GLOSSARY[name]) for name in names))
    link_to("glossary", "All terms", {}, via="terms")


def explanation(term: Term) -> str:
    """Return one entry as Markdown: both names, meaning, formula and unit."""
    unit = f" Unit: {term.unit}." if term.unit else ""
    formula = f"\n\n$$ {term.formula} $$" if term.formula else ""
    return coloured(f"**{term.name}** · {term.chinese}  \n{term.meaning}{unit}{formula}")
