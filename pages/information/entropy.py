"""Entropy of one distribution: how surprised one is on average."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import streamlit as st

from explorer.core.editing import Bars
from explorer.core.information import entropy, maximum_entropy, perplexity, unit_name
from explorer.core.presets import PRESETS
from explorer.figures import information as figures
from explorer.figures.numbers import measured, written
from pages.components import page_link
from pages.components.bar_editor import P, bar_editor, link_parameters, offer_plots
from pages.components.base_choice import BASES, base_choice
from pages.components.plot import drawn_plot, plots_of
from pages.components.quantities import quantities
from pages.components.terms import terms

st.title("Entropy: the surprise to expect")
st.markdown(
    r"""An outcome of probability $p$ carries $-\log p$ of information: the rarer, the more.
Entropy is the average over all outcomes, $H(p) = -\sum_i p_i \log p_i$. Drag a bar, type numbers,
or press the arrow keys; the others give way so that the sum stays 1."""
)
terms("entropy", "self-information", "perplexity")


# The script's answer to an edit shows what the preview of it has drawn.
@lru_cache(maxsize=16)
def entropy_plots(names: tuple[str, ...], p: tuple[float, ...], base: float) -> Mapping[str, bytes]:
    unit = unit_name(base)
    now = f"now {measured(float(entropy(p, base=base)), unit, 4)}."
    pictures = {
        "entropy-by-outcome": (
            figures.entropy_by_outcome(p, names, base=base),
            f"Self-information and contribution of each of {len(p)} outcomes, in {unit}.",
        )
    }
    if len(p) == 2:
        pictures["binary-entropy"] = (
            figures.binary_entropy_curve(p, names[0], base=base),
            f"Entropy of two outcomes; {now}",
        )
    elif len(p) == 3:
        pictures["entropy-simplex"] = (
            figures.entropy_on_simplex(p, names, base=base),
            f"Entropy over all distributions of three outcomes; {now}",
        )
    return plots_of(pictures)


@st.fragment
def explore(base: float) -> None:
    presets = {name: Bars(preset.names, {"p": preset.p}) for name, preset in PRESETS.items()}
    left, right = st.columns([5, 4], gap="large")
    with left:
        bars = bar_editor(
            "entropy",
            presets["Lottery, one favourite"],
            (P,),
            presets=presets,
            base=base,
            previewed=True,
        )

    unit = unit_name(base)
    p = bars.values["p"]
    page_link.keep(
        link_parameters(bars) | {"unit": next(name for name, b in BASES.items() if b == base)}
    )
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
st.caption(
    "An outcome with p = 0 would be infinitely surprising, and never happens: it contributes "
    "0 · log 0 = 0, the limit of p log p. High entropy is not a “stable” state, nor a low "
    "information content: it is the expected surprise itself."
)
