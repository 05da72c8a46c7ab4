"""The first page: what there is to see, and where."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.teaching.tour import TOUR
from pages.components import page_link
from pages.components.page_cards import PAGES
from pages.components.thumbnails import thumbnail
from pages.components.tour import to_stop

st.title("See what cross-entropy does")
st.markdown(
    "Everything here moves under your hand: probabilities, logits, and a network that learns to "
    "read digits. Each page keeps its state in its address, so a link shows others what you see."
)
page_link.keep({})
with st.container(border=True, key="tour-offer"):
    st.markdown(
        f"**New here?** A guided tour of {sum(stop.minutes for stop in TOUR):g} minutes leads "
        f"through {len(TOUR)} pages, from the surprise of one event to a live race."
    )
    to_stop(1, "**Start the tour →**")
for section, pages in PAGES.items():
    st.subheader(section)
    for first in range(0, len(pages), 3):
        row = pages[first : first + 3]
        for column, (path, title, what) in zip(st.columns(3), row, strict=False):
            address = Path(path).stem
            with column.container(border=True, key=f"card-{address}"):
                st.html(thumbnail(address, f"A sketch of the page {title}."))
                st.page_link(path, label=f"**{title}**")
                st.markdown(what)
