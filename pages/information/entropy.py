"""Entropy of one distribution: how surprising its outcomes are on average."""

from __future__ import annotations

import streamlit as st

from explorer.core.bars import Bars
from explorer.teaching.presets import PRESETS
from pages.components.address import address
from pages.components.address.parameters import vector
from pages.components.bars.bar_editor import NAMES, P, bar_editor, offer_plots, state_of
from pages.components.page_head import page_head
from pages.components.plot.plot import drawn_plot
from pages.information.parts.base_choice import UNIT, base_choice
from pages.information.parts.entropy_plots import entropy_plots

address.declare(vector("p"), *NAMES, UNIT)
head = page_head(
    "Entropy: the surprise to expect",
    "Drag a bar, type numbers or press arrow keys: the others give way so that the sum stays 1.",
    more=r"""An outcome of probability $p$ carries $-\log p$ of information: the rarer, the more.
Entropy is the average over all outcomes, $H(p) = -\sum_i p_i \log p_i$.

An outcome with $p = 0$ would be infinitely surprising, and never happens: it contributes
$0 \cdot \log 0 = 0$, the limit of $p \log p$. High entropy is not a “stable” state, nor low
information content: it is the expected surprise itself.""",
    terms=("entropy", "self-information", "perplexity"),
)
STARTS = {name: Bars(preset.names, {"p": preset.p}) for name, preset in PRESETS.items()}


@st.fragment
def explore(base: float) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        bars = bar_editor(
            "entropy",
            STARTS["Lottery, one favourite"],
            (P,),
            presets=STARTS,
            tall=True,
            previewed=True,
        )
    address.keep(state_of(bars) | {"unit": base})
    shown = entropy_plots(bars.names, bars.values["p"], base)
    offer_plots("entropy", lambda bars: entropy_plots(bars.names, bars.values["p"], base))
    with right:
        for key in shown:
            drawn_plot(shown, key)


with head:
    base = base_choice("entropy unit choice")
explore(base)
