"""Draw a digit, and see what trained networks make of it while the hand moves."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.runs.digit_recognition import image_like
from explorer.runs.run import CurveRow
from explorer.store.run_store import StoreUnavailable
from pages.components.address import address
from pages.components.address.parameters import option
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.page_head import page_head
from pages.training.parts import network_choice
from pages.training.parts.digit_canvas import INK, digit_canvas, drawn
from pages.training.parts.drawing_answers import drawing_answers, usable_networks
from pages.training.parts.shipped_runs import say_recorded
from pages.training.parts.store_notice import say_unusable, store_notice

NOT_SAID = "–"
DIGITS = (NOT_SAID, *map(str, range(10)))
SEEN = {
    "mnist": "What a network trained on MNIST sees: 28×28 pixels",
    "digits": "What a network trained on the 8×8 digits sees: enlarged to 28×28",
}

address.declare(*network_choice.NETWORKS, option("digit", DIGITS), INK)
page_head(
    "Draw a digit",
    "Draw, say which digit you mean, and watch what the networks believe and what it costs.",
    more=r"""A network answers an image with the softmax $q$ of its ten outputs. The digit that you
mean is $p$, one-hot, and the loss of this one image is $H(p,q) = -\ln q_y$ nats.

A drawing is prepared like the images that a network was trained on: for MNIST the ink is scaled to
20×20 pixels and its centre of mass is moved to the middle of 28×28, so position and size on the
canvas do not matter. Softmax always answers; it has no class for anything else.""",
    terms=("softmax", "one-hot", "cross-entropy"),
)


@st.fragment
def explore(rows: Sequence[CurveRow], meant: str) -> None:
    with st.container():
        try:
            networks = usable_networks(rows)
        except StoreUnavailable as error:
            say_unusable(error)
            networks = []
    left, right = st.columns([5, 7], gap="medium")
    strokes = drawn()
    with left:
        datasets = dict.fromkeys(one.network.dataset for one in networks) or {"mnist": None}
        seen = {SEEN[name]: image_like(name, strokes) for name in datasets}
        digit_canvas(seen)
        if "digits" in datasets:
            st.caption(
                "A network trained on the 1,797 small digits has seen little handwriting: it "
                "misreads drawings far more often than one trained on MNIST."
            )
    with right:
        if networks:
            drawing_answers(networks, strokes, None if meant == NOT_SAID else int(meant))
    address.keep(
        {
            "runs": [row.id for row in rows],
            "digit": None if meant == NOT_SAID else meant,
            "ink": strokes,
        }
    )


chosen: list[CurveRow] = []
readable = store_notice()
asked, choice = st.columns(2, gap="medium")
with asked:
    meant = lasting_choice(
        "The digit you mean", DIGITS, key="digit meant", link="digit", wraps=True
    )
with choice:
    try:
        if readable:
            chosen = network_choice.network_choice()
        if readable and not chosen:
            st.info("There is no trained network yet. Train a race to its end, then draw for it.")
            address.link_to("live", "Train a race", {}, via="draw")
    except StoreUnavailable as problem:
        say_unusable(problem)
explore(chosen, meant)
if recorded := next((row for row in chosen if row.is_shipped), None):
    say_recorded(recorded)
    address.link_to("live", "**Train your own networks →**", {}, via="draw-own")
