"""The end of the tour: five sentences to take home, and where to go on."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.figures.symbols import coloured
from explorer.teaching.tour import TAKE_HOME, TOUR, WAYS_ON
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.page_head import page_head
from pages.components.registry import PAGES
from pages.components.tour.tour import predictions, to_stop

address.declare()
st.html(Path(__file__).with_name("start.css"))
page_head("Take home", PAGES["recap"].summary)
address.keep({})
left, right = st.columns([4, 3], gap="medium")
with left, st.container(border=True, key="take-home"):
    told = "\n".join(f"{number}. {one}" for number, one in enumerate(TAKE_HOME, start=1))
    st.markdown(coloured(told))
with right, st.container(key="ways-on"):
    said = predictions()
    known = {
        number: stop.answer
        for number, stop in enumerate(TOUR, start=1)
        if number in said and stop.answer is not None
    }
    if known:
        came_true = sum(said[number] == answer for number, answer in known.items())
        st.markdown(f"**{came_true} of your {len(known)} predictions came true.**")
    st.header("Where to go on", anchor=False)
    with st.container(key="cards-2-ways"):
        for way in WAYS_ON:
            title, via = PAGES[way.page].title, f"recap-{way.page}"
            with st.container(border=True, key=f"card-{way.page}"):
                link_to(way.page, f"**{title}**", way.parameters, via=via)
                st.markdown(way.words)
    to_stop(1, "Take the tour again")
