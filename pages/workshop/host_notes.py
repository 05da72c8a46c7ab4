"""The host's notes: the whole tour on one page, for a second screen or for paper."""

from __future__ import annotations

import streamlit as st

from explorer.teaching.tour import TOUR, Stop
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.page_head import page_head
from pages.components.registry import PAGES
from pages.components.tour.tour import notes_of, to_stop

BEFORE = """
1. Open this page on a phone or a second screen, or print it.
2. On the projector open **Start** and press **P**, which presents the page as large as the screen.
3. **PageDown** starts the tour. At each stop it goes from the prediction to the action, and then to
   what was seen; **PageUp** goes back. What nobody has done by then, the tour does for you.
4. Let people commit themselves before anything moves: a show of hands is enough. Nothing has to be
   trained for the tour, and no network is needed.
"""


def _clock(minutes: float) -> str:
    return f"{int(minutes)}:{round(minutes % 1 * 60):02d}"


def _stop(number: int, stop: Stop, begins: float) -> None:
    with st.container(border=True, key=f"host-{number}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{_clock(begins)}**", width="content")
            st.subheader(f"{number} · {stop.title}", anchor=False, width="stretch")
            to_stop(number, "Open this stop")
        options = (
            f"**{option}**" if place == stop.answer else option
            for place, option in enumerate(stop.options)
        )
        told = (
            f"**On screen:** {stop.setting}\n\n"
            f"**Predict:** {stop.question} ({' / '.join(options)})\n\n"
            f"**Then:** {stop.action}\n\n**Seen:** {stop.outcome}\n\n{notes_of(stop)}"
        )
        st.markdown(told.replace("\n\n", "  \n"))


address.declare()
page_head("Host's notes", PAGES["host_notes"].summary)
address.keep({})
st.header("Before you begin", anchor=False)
st.markdown(BEFORE)
link_to("room", "**Let everybody predict by phone: open a room →**", {}, via="host-room")
st.header("The tour, stop by stop", anchor=False)
at = 0.0
for count, one in enumerate(TOUR, start=1):
    _stop(count, one, at)
    at += one.minutes
st.markdown(f"**{_clock(at)}** The end.")
