"""The first page: a model to drag, a race to watch, the tour, and the way to every page."""

from __future__ import annotations

import base64
import html
from functools import cache
from pathlib import Path

import streamlit as st

from pages.components.address import address
from pages.components.address.parameters import vector
from pages.components.registry import SECTIONS, Page
from pages.components.tour.tour import tour_offer
from pages.start.parts.model import model
from pages.start.parts.race_replay import race_replay

PAGES_FOLDER = Path(__file__).parents[1]


@cache
def _picture(page: Page) -> str:
    # As an image, because Streamlit takes drawings out of the HTML that it is given.
    data = base64.b64encode((PAGES_FOLDER / page.picture).read_bytes()).decode()
    alt = html.escape(f"A sketch of the page {page.title}.")
    return f'<img class="cee-thumbnail" alt="{alt}" src="data:image/svg+xml;base64,{data}">'


address.declare(vector("p"), vector("q"))
st.html(Path(__file__).with_name("start.css"))
with st.container(key="hero-head", horizontal=True, vertical_alignment="center"):
    st.title("See what cross-entropy does", anchor=False, width="content")
    st.markdown("Drag probabilities and logits, replay a training, and watch every number follow.")
    tour_offer()
left, right = st.columns(2, gap="large")
with left, st.container(border=True, key="hero-model", height="stretch"):
    st.markdown("**Drag q onto p:** the gap is the price of a wrong belief.")
    model()
with right, st.container(border=True, key="hero-race", height="stretch"):
    st.markdown("**Two networks learn to read digits.** Is this a 4 or a 9?")
    race_replay()
for section in (*filter(None, SECTIONS), ""):
    cards = [page for page in SECTIONS[section] if page.picture]
    st.header(section or "For reference", anchor=False)
    with st.container(key=f"cards-{len(cards)}-{section.lower() or 'rest'}"):
        for card in cards:
            with st.container(border=True, key=f"card-{card.address}"):
                st.html(_picture(card))
                st.page_link(card.path, label=f"**{card.title}**")
                st.markdown(card.summary)
