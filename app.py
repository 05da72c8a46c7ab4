"""The Cross-Entropy Explorer: `streamlit run app.py`.

The server imports this file for `app`; each session then runs it as its script.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.components import frontend, page_link

HERE = Path(__file__).parent
ICON = HERE / "pages" / "components" / "icon.svg"


def run_page() -> None:
    """Show the navigation and the page that the address names."""
    st.set_page_config(layout="wide", page_icon=str(ICON))
    sections = {
        "Information": [
            st.Page("pages/information/entropy.py", title="Entropy", default=True),
            st.Page("pages/information/divergence.py", title="KL and cross-entropy"),
        ],
        "Losses": [
            st.Page("pages/losses/binary.py", title="One logit"),
            st.Page("pages/losses/multiclass.py", title="Many classes"),
        ],
        "Training": [
            st.Page("pages/training/live.py", title="Live MNIST race"),
        ],
    }
    page = st.navigation(sections)
    page_link.visit(page.url_path)
    page.run()


if __name__ == "__main__":
    run_page()
else:
    app = st.App(__file__, routes=frontend.routes(), lifespan=frontend.lifespan)
