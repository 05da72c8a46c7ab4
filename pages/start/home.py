"""The first page: what there is to see, and where."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.teaching.tour import TOUR
from pages.components import page_link
from pages.components.thumbnails import thumbnail
from pages.components.tour import to_stop

PAGES = {
    "Information": [
        (
            "pages/information/self_information.py",
            "Self-information",
            "How surprising one event is, and how the surprise of a sequence adds up.",
        ),
        (
            "pages/information/entropy.py",
            "Entropy",
            "Drag the bars of a distribution and see how surprised one is on average.",
        ),
        (
            "pages/information/divergence.py",
            "KL and cross-entropy",
            "Move a model q towards the true p and watch the price of being wrong fall.",
        ),
    ],
    "Losses": [
        (
            "pages/losses/binary.py",
            "One logit",
            "Squared error, cross-entropy and hinge on one logit, and where gradients vanish.",
        ),
        (
            "pages/losses/multiclass.py",
            "Many classes",
            "Softmax, its Jacobian, and the gradient of each loss side by side.",
        ),
        (
            "pages/losses/three_forms.py",
            "Three forms",
            "Softmax, sigmoids or one node on the same logits, with the code of every number.",
        ),
        (
            "pages/losses/stability.py",
            "Numerical stability",
            "One formula spelled in three ways: where each loses its digits, or its answer.",
        ),
        (
            "pages/losses/notes_checked.py",
            "What the notes get wrong",
            "21 statements from lecture notes, each with what it implies and what is so instead.",
        ),
    ],
    "Training": [
        (
            "pages/training/live.py",
            "Live MNIST race",
            "Handwritten digits learnt live by cross-entropy and squared error, side by side.",
        ),
    ],
    "To look up": [
        (
            "pages/start/glossary.py",
            "Glossary",
            "The terms in English and Chinese, each with its formula and a place to see it.",
        ),
    ],
}

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
