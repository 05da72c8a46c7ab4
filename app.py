"""The Cross-Entropy Explorer: `streamlit run app.py`.

The server imports this file for `app`; each session then runs it as its script.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.components import pinned
from pages.components.access import access
from pages.components.address import address
from pages.components.exercises import exercise_bar, exercises
from pages.components.frontend import frontend
from pages.components.push import push
from pages.components.registry import PAGES, SECTIONS
from pages.components.rooms import room_socket
from pages.components.rooms.follow import follow
from pages.components.top_tools.top_tools import top_tools
from pages.components.tour.tour import tour_bar

HERE = Path(__file__).parent
PICTURES = HERE / "pages" / "components" / "frontend"
HOME = next(iter(PAGES.values()))


def run_page() -> None:
    """Show the navigation and the page that the address names."""
    st.set_page_config(layout="wide", page_icon=str(PICTURES / "icon.svg"))
    st.logo(str(PICTURES / "logo.svg"), size="large")
    st.html(PICTURES / "page.css")
    page = st.navigation(
        {
            section: [st.Page(page.path, title=page.title, default=page is HOME) for page in pages]
            for section, pages in SECTIONS.items()
        },
        position="top",
    )
    address.visit(page.url_path)
    top_tools(page.url_path)
    pinned.make_place()
    follow(page.url_path)
    tour_bar()
    exercise_bar(page.url_path)
    page.run()
    exercises(page.url_path)


if __name__ == "__main__":
    run_page()
else:
    access.say_at_start()
    app = st.App(
        __file__,
        routes=frontend.routes(room_socket.route, push.route, access.route),
        lifespan=frontend.lifespan,
        middleware=frontend.MIDDLEWARE,
    )
