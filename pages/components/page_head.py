"""The head of every page: its title, what it shows, and the rest on demand, in one line."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.components.terms import explanations


def page_head(title: str, summary: str, *, more: str = "", terms: Sequence[str] = ()) -> None:
    """Show the head, at most 90 px between the navigation and the content on a wide screen.

    Args:
        title: The page's only heading of the first level.
        summary: What to do here and what one then sees, in one sentence of Markdown; some 90
            characters stand beside a title of 30 at 1280 px.
        more: The prose of the page, Markdown, which a press on "More" unfolds.
        terms: Keys of `GLOSSARY`, explained below the prose.
    """
    with st.container(key="page-head", horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        st.markdown(summary, width="stretch")
        if more or terms:
            with st.popover("More", type="tertiary"):
                if more:
                    st.markdown(more)
                if terms:
                    explanations(*terms)
