"""The Cross-Entropy Explorer: `streamlit run app.py`.

The server imports this file for `app`; each session then runs it as its script.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.components import frontend, page_link
from pages.components.tour import tour_bar
from pages.components.try_this import try_this

HERE = Path(__file__).parent
PICTURES = HERE / "pages" / "components"


def run_page() -> None:
    """Show the navigation and the page that the address names."""
    st.set_page_config(layout="wide", page_icon=str(PICTURES / "icon.svg"))
    st.logo(str(PICTURES / "logo.svg"), size="large", icon_image=str(PICTURES / "icon.svg"))
    st.html(PICTURES / "page.css")
    sections = {
        "": [
            st.Page("pages/start/home.py", title="Start", default=True),
            st.Page("pages/start/glossary.py", title="Glossary"),
        ],
        "Information": [
            st.Page("pages/information/self_information.py", title="Self-information"),
            st.Page("pages/information/entropy.py", title="Entropy"),
            st.Page("pages/information/divergence.py", title="KL and cross-entropy"),
        ],
        "Losses": [
            st.Page("pages/losses/binary.py", title="One logit"),
            st.Page("pages/losses/multiclass.py", title="Many classes"),
            st.Page("pages/losses/three_forms.py", title="Three forms"),
            st.Page("pages/losses/stability.py", title="Numerical stability"),
            st.Page("pages/losses/notes_checked.py", title="What the notes get wrong"),
        ],
        "Training": [
            st.Page("pages/training/live.py", title="Live MNIST race"),
            st.Page("pages/training/sweep.py", title="Sweep"),
            st.Page("pages/training/compare.py", title="Compare runs"),
            st.Page("pages/training/draw.py", title="Draw a digit"),
        ],
    }
    page = st.navigation(sections)
    page_link.visit(page.url_path)
    tour_bar()
    page.run()
    try_this(page.url_path)


if __name__ == "__main__":
    run_page()
else:
    app = st.App(__file__, routes=frontend.routes(), lifespan=frontend.lifespan)
