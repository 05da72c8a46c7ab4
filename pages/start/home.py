"""The first page: what there is to see, and where."""

from __future__ import annotations

import streamlit as st

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
}

st.title("See what cross-entropy does")
st.markdown(
    "Everything here moves under your hand: probabilities, logits, and a network that learns to "
    "read digits. Each page keeps its state in its address, so a link shows others what you see."
)
for column, (section, pages) in zip(st.columns(3, gap="large"), PAGES.items(), strict=True):
    with column:
        st.subheader(section)
        for path, title, what in pages:
            st.page_link(path, label=f"**{title}**")
            st.markdown(what)
