"""The first page: a model to drag, a race to watch, the tour, and the way to every page."""

from __future__ import annotations

import base64
import html
from functools import cache
from pathlib import Path

import streamlit as st

from explorer.core.bars import Bars
from explorer.core.comparison import compare
from explorer.figures.divergence import decomposition
from explorer.figures.numbers import measured, written
from pages.components.address import address
from pages.components.address.parameters import vector
from pages.components.bars.bar_editor import P, Q, bar_editor, offer_plots
from pages.components.plot.plot import drawn_plot, plots_of
from pages.components.preview import preview
from pages.components.registry import SECTIONS, Page
from pages.components.tour.tour import tour_offer
from pages.start.parts.race_replay import race_replay

PAGES_FOLDER = Path(__file__).parents[1]
FIRST = Bars(("sun", "rain", "snow"), {"p": (0.6, 0.3, 0.1), "q": (0.2, 0.3, 0.5)})


@cache
def _picture(page: Page) -> str:
    # As an image, because Streamlit takes drawings out of the HTML that it is given.
    data = base64.b64encode((PAGES_FOLDER / page.picture).read_bytes()).decode()
    alt = html.escape(f"A sketch of the page {page.title}.")
    return f'<img class="cee-thumbnail" alt="{alt}" src="data:image/svg+xml;base64,{data}">'


@preview.shared
def _sum(p: tuple[float, ...], q: tuple[float, ...]) -> preview.Plots:
    pair = compare(p, q, base=2)
    words = (
        f"H(p) {written(pair.entropy_p, 4)} plus D(p‖q) {written(pair.kl_pq, 4)} make H(p,q) "
        f"{measured(pair.cross_entropy, 'bits', 4)}."
    )
    return plots_of({"hero-sum": (decomposition(pair), words)})


@st.fragment
def model() -> None:
    bars = bar_editor("hero", FIRST, (P, Q), presets={"Weather": FIRST}, previewed=True)
    offer_plots("hero", lambda bars: _sum(bars.values["p"], bars.values["q"]))
    address.keep(bars.values)
    drawn_plot(_sum(bars.values["p"], bars.values["q"]), "hero-sum")


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
