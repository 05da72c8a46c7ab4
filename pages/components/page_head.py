"""The head of every page: its title, what it shows, and the rest on demand, in one line."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.figures.symbols import coloured
from explorer.teaching.glossary import GLOSSARY, Term
from pages.components.address.address import link_to


def page_head(
    title: str, summary: str, *, more: str = "", terms: Sequence[str] = ()
) -> DeltaGenerator:
    """Show the head, at most 90 px between the navigation and the content on a wide screen.

    Args:
        summary: What to do here and what one then sees, in one sentence of Markdown; some 90
            characters stand beside a title of 30 at 1280 px.
        more: The prose of the page, Markdown, which a press on "More" unfolds.
        terms: Keys of `GLOSSARY`, explained below the prose.

    Returns:
        The line, for one small control at its end that the whole page depends on.
    """
    line = st.container(key="page-head", horizontal=True, vertical_alignment="center")
    with line:
        st.title(title, anchor=False, width="content")
        st.markdown(coloured(summary), width="stretch")
        if more or terms:
            with st.popover("More", type="tertiary"):
                if more:
                    st.markdown(coloured(more))
                if terms:
                    told = (explanation(GLOSSARY[name]) for name in terms)
                    st.markdown("\n\n".join(told))
                    link_to("glossary", "All terms", {}, via="terms")
    return line


def explanation(term: Term) -> str:
    """Return one entry as Markdown: both names, meaning, formula and unit."""
    unit = f" Unit: {term.unit}." if term.unit else ""
    formula = f"\n\n$$ {term.formula} $$" if term.formula else ""
    return coloured(f"**{term.name}** · {term.chinese}  \n{term.meaning}{unit}{formula}")
