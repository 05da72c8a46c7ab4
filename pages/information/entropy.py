"""Entropy of one distribution: how surprised one is on average."""

from __future__ import annotations

import streamlit as st

from explorer.core.bars import Bars
from explorer.core.information import entropy, maximum_entropy, perplexity, unit_name
from explorer.figures.numbers import measured, written
from explorer.teaching.presets import PRESETS
from pages.components.address import address
from pages.components.address.parameters import vector
from pages.components.bars.bar_editor import NAMES, P, bar_editor, offer_plots, state_of
from pages.components.page_head import page_head
from pages.components.plot.plot import drawn_plot
from pages.components.quantities import quantities
from pages.information.parts.base_choice import UNIT, base_choice
from pages.information.parts.entropy_plots import entropy_plots

address.declare(vector("p"), *NAMES, UNIT)
page_head(
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
    left, right = st.columns([5, 4], gap="large")
    with left:
        bars = bar_editor(
            "entropy",
            STARTS["Lottery, one favourite"],
            (P,),
            presets=STARTS,
            base=base,
            previewed=True,
        )

    unit = unit_name(base)
    p = bars.values["p"]
    address.keep(state_of(bars) | {"unit": base})
    shown = entropy_plots(bars.names, p, base)
    offer_plots("entropy", lambda bars: entropy_plots(bars.names, bars.values["p"], base))
    with right:
        quantities(
            {
                "Entropy H(p)": measured(float(entropy(p, base=base)), unit),
                "Maximum": measured(maximum_entropy(len(p), base), unit),
                "Perplexity": written(float(perplexity(p))),
            }
        )
        for key in shown.keys() - {"entropy-by-outcome"}:
            drawn_plot(shown, key)
    with left if len(p) <= 3 else right:
        drawn_plot(shown, "entropy-by-outcome")


explore(base_choice("entropy unit choice"))
