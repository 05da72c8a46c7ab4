"""A true distribution and a model to drag onto it, and the sum that the drag changes."""

from __future__ import annotations

import streamlit as st

from explorer.core.bars import Bars
from explorer.core.comparison import compare
from explorer.figures.divergence import decomposition
from explorer.figures.numbers import measured, written
from pages.components.address import address
from pages.components.bars.bar_editor import P, Q, bar_editor, offer_plots
from pages.components.plot.plot import drawn_plot, plots_of
from pages.components.preview import preview

FIRST = Bars(("sun", "rain", "snow"), {"p": (0.6, 0.3, 0.1), "q": (0.2, 0.3, 0.5)})


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
    """Show the bars, which stand in the address, and what they add up to."""
    bars = bar_editor("hero", FIRST, (P, Q), presets={"Weather": FIRST}, previewed=True)
    offer_plots("hero", lambda bars: _sum(bars.values["p"], bars.values["q"]))
    address.keep(bars.values)
    drawn_plot(_sum(bars.values["p"], bars.values["q"]), "hero-sum")
