"""Self-information: how surprising one event is, and a sequence of them."""

from __future__ import annotations

import streamlit as st

from explorer.core.information import entropy, self_information, unit_name
from explorer.figures import self_information as figures
from explorer.figures.numbers import measured, written
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.address import address
from pages.components.address.parameters import number, option, staying
from pages.components.inputs.lasting_inputs import choose, lasting_choice
from pages.components.page_head import page_head
from pages.components.plot.plot import plot
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
VIEWS = ("One event", "A sequence")

address.declare(*staying(number("p", repr), *SEQUENCE), UNIT, option("view", VIEWS))
head = page_head(
    "Self-information: how surprising?",
    "The rarer an event, the more you learn when it happens. Drag the point.",
    more=r"""An event of probability $p$ carries the self-information $I(p) = -\log p$. A certain
event tells you nothing, and an impossible one would tell you infinitely much. One bit is the
information in the toss of a fair coin; a nat is $1/\ln 2 = 1.4427$ bits, a dit
$\log_2 10 = 3.3219$ bits.

Probabilities of independent events multiply, so their information adds:
$I(p_1 p_2 \cdots) = I(p_1) + I(p_2) + \cdots$ On average one event carries the entropy $H$; a long
sequence stays near the line $n \cdot H$.""",
    terms=("self-information", "bit", "nat", "dit"),
)
with head:
    base = base_choice("self-information unit")
unit = unit_name(base)
if address.is_new() and not address.is_asked("view"):
    # A link shows the view that it is about.
    if address.is_asked(*(one.name for one in SEQUENCE)):
        choose("self-information view", "A sequence")
    elif address.is_asked("p"):
        choose("self-information view", "One event")
view = lasting_choice("See", VIEWS, key="self-information view", link="view", is_tabs=True)


def one_event() -> float:
    left, right = st.columns([4, 5], gap="medium")
    with left:
        p = live_slider(
            "Probability p", key="event p", default=MATCH[1], low=0.0, high=1.0, step=0.01, link="p"
        )
        st.button(
            "Halve p",
            key="event p half",
            on_click=set_value,
            args=("event p", p / 2),
            width="stretch",
        )
        for column, (name, value) in zip(st.columns(2) * 2, EVENTS.items(), strict=True):
            column.button(name, on_click=set_value, args=("event p", value), width="stretch")
        carried = {name: float(self_information(one, base=base)) for name, one in EVENTS.items()}
        carried["The match on average, H"] = float(entropy(MATCH, base=base))
        st.table(
            {
                "Event": list(carried),
                "Information": [measured(one, unit) for one in carried.values()],
            },
            hide_index=True,
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
    return p


if view == "One event":
    address.keep({"p": one_event(), "unit": base, "view": view})
else:
    address.keep({"unit": base, "view": view} | event_sequence(base))
