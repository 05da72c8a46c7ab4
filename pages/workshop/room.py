"""A workshop's room: everybody follows the host and is scored with cross-entropy; or play alone."""

from __future__ import annotations

import streamlit as st

from pages.components.address import address
from pages.components.address.parameters import option, text
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.page_head import page_head
from pages.workshop.parts.honesty_view import BELIEF, honesty_view
from pages.workshop.parts.room_view import room_view
from pages.workshop.parts.solo_view import SOLO, solo_view

TOGETHER, ALONE, HONEST = VIEWS = ("Together", "Play alone", "Hedge or be honest")
CODE = "room code"

address.declare(text("room"), option("view", VIEWS), BELIEF, *SOLO)
page_head(
    "Room",
    "Everybody's page follows the host's, and everybody's forecasts are scored in bits.",
    more=r"""The host opens a room and shows its code; phones join by the QR code. What the host
drags is painted on every phone, and a press leaves to explore or comes back.

A forecast $q$ costs $-\log_2 q(y)$ bits once $y$ has happened: the cross-entropy of a one-hot $p$.
Whoever gives 0 to what happens pays $\infty$. Beside it stands the Brier score,
$\sum_i (q_i - [i = y])^2$, from 0 to 2. The mean of all forecasts never scores worse than the
forecasts do on average: both scores are convex in $q$ (Jensen's inequality).

The room lives in this app's own database for a day at most: nicknames and forecasts, nothing else.
Ending the room deletes both.""",
    terms=("cross-entropy", "self-information"),
)
if code := address.take_or_warn("room"):
    st.session_state[CODE] = code[:20]
with st.container(key="room-choice"):
    view = lasting_choice("View", VIEWS, key="room view", link="view", wraps=True)
if view == TOGETHER:
    address.keep({"view": view, "room": st.session_state.get(CODE)})
    room_view(st.session_state.get(CODE, ""))
elif view == ALONE:
    solo_view({"view": view})
else:
    honesty_view({"view": view})
