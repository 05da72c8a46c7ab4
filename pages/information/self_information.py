"""Self-information: how surprising one event is, and a sequence of them."""

from __future__ import annotations

import streamlit as st

from explorer.core.information import self_information, unit_name
from explorer.figures import self_information as figures
from explorer.figures.numbers import measured, written
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.address import address
from pages.components.address.parameters import number
from pages.components.page_head import page_head
from pages.components.plot.plot import plot
from pages.components.quantities import quantities
from pages.components.slider.live_slider import live_slider, set_value
from pages.information.parts.base_choice import UNIT, base_choice
from pages.information.parts.event_sequence import SEQUENCE, event_sequence

MATCH, DIE = EXAMPLES["table_tennis"]["p"], EXAMPLES["fair_die"]["p"]
EVENTS = {
    "The favourite wins, 63/64": MATCH[0],
    "The underdog wins, 1/64": MATCH[1],
    "A face of a die, 1/6": DIE[0],
    "A certain event, 1": 1.0,
}

address.declare(number("p", repr), UNIT, *SEQUENCE)
page_head(
    "Self-information: how surprising is an event?",
    "Drag the point: the less you expected an event, the more you learn when it happens.",
    more=r"""An event of probability $p$ carries the self-information $I(p) = -\log p$. A certain
event tells you nothing, and an impossible one would tell you infinitely much. One bit is the
information in the toss of a fair coin; a nat is $1/\ln 2 = 1.4427$ bits, a dit
$\log_2 10 = 3.3219$ bits.

Probabilities of independent events multiply, so their information adds:
$I(p_1 p_2 \cdots) = I(p_1) + I(p_2) + \cdots$ On average one event carries the entropy $H$; a long
sequence stays near the line $n \cdot H$.""",
    terms=("self-information", "bit", "nat", "dit"),
)
base = base_choice("self-information unit")
unit = unit_name(base)
left, right = st.columns([4, 5], gap="large")
with left:
    p = live_slider(
        "Probability p", key="event p", default=MATCH[1], low=0.0, high=1.0, step=0.01, link="p"
    )
    quantities({"I(p)": measured(float(self_information(p, base=base)), unit)})
    for column, (name, value) in zip(st.columns(2) * 2, EVENTS.items(), strict=True):
        column.button(name, on_click=set_value, args=("event p", value), width="stretch")
    st.table(
        {
            "Event": list(EVENTS),
            "Information": [
                measured(float(self_information(value, base=base)), unit)
                for value in EVENTS.values()
            ],
        },
        hide_index=True,
    )
    st.caption(
        f"“{EXAMPLES['table_tennis'].title}”, and a fair die. One bit is the information in the "
        "toss of a fair coin; a nat is 1/ln 2 = 1.4427 bits, a dit log₂ 10 = 3.3219 bits."
    )
with right:
    plot(
        figures.surprise_curve(p, base=base),
        key="surprise-curve",
        alt=f"−log p against p; at p = {written(p, 4)} it is "
        f"{measured(float(self_information(p, base=base)), unit, 4)}.",
        on_drag=lambda x: set_value("event p", min(max(x, 0.0), 1.0)),
        link="p",
    )

st.header("A sequence of events")
st.markdown(
    r"""Probabilities of independent events multiply, so their information adds:
$I(p_1 p_2 \cdots) = I(p_1) + I(p_2) + \cdots$ On average one event carries the entropy $H$; a long
sequence stays near the line $n \cdot H$."""
)
sequence = event_sequence(base)
address.keep({"p": p, "unit": base} | sequence)
