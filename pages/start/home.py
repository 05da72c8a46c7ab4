"""The first page: what there is to see, and where."""

from __future__ import annotations

import base64
import html
from functools import cache
from pathlib import Path

import streamlit as st

from explorer.teaching.tour import TOUR
from pages.components.address import address
from pages.components.registry import SECTIONS, Page
from pages.components.tour import to_stop

PAGES_FOLDER = Path(__file__).parents[1]


@cache
def _picture(page: Page) -> str:
    # As an image, because Streamlit takes drawings out of the HTML that it is given.
    data = base64.b64encode((PAGES_FOLDER / page.picture).read_bytes()).decode()
    alt = html.escape(f"A sketch of the page {page.title}.")
    return f'<img class="cee-thumbnail" alt="{alt}" src="data:image/svg+xml;base64,{data}">'


st.title("See what cross-entropy does")
st.markdown(
    "You can move everything here: probabilities, logits, and the training of a network that "
    "learns to read digits. Each page keeps its state in its address, so a link shows others what "
    "you see."
)
address.declare()
address.keep({})
with st.container(border=True, key="tour-offer"):
    st.markdown(
        f"**New here?** A guided tour of {sum(stop.minutes for stop in TOUR):g} minutes leads "
        f"through {len(TOUR)} pages, from the surprise of one event to a live race."
    )
    to_stop(1, "**Start the tour →**")
for section in (*filter(None, SECTIONS), ""):
    cards = [page for page in SECTIONS[section] if page.picture]
    st.subheader(section or "To look up")
    for first in range(0, len(cards), 3):
        row = cards[first : first + 3]
        for column, card in zip(st.columns(3), row, strict=False):
            with column.container(border=True, key=f"card-{card.address}"):
                st.html(_picture(card))
                st.page_link(card.path, label=f"**{card.title}**")
                st.markdown(card.summary)
