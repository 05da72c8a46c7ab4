"""Hedge, or be honest? What a report costs on average whoever believes otherwise."""

from __future__ import annotations

import streamlit as st

from explorer.core.scoring import expected_score
from explorer.figures import forecasting
from explorer.figures.numbers import measured, written
from pages.components.address import address
from pages.components.address.parameters import number
from pages.components.plot.plot import drawn_plot, plots_of
from pages.components.preview import preview
from pages.components.quantities import quantities
from pages.components.slider.live_slider import live_slider, offer_plots

BELIEF = number("belief", "{:.6g}".format)
_KEY = "honesty belief"


@preview.shared
def _plots(p: float) -> preview.Plots:
    figure = forecasting.expected_by_report(p)
    return plots_of(
        {
            "expected-scores": (
                figure,
                f"Expected log, Brier and linear score against the report, for a belief of "
                f"{written(p, 4)}.",
            )
        }
    )


def honesty_view(link: dict[str, object]) -> None:
    """Show expected scores against the report, for a belief that can be dragged.

    Args:
        link: What makes the page's address open this view.
    """
    left, right = st.columns([2, 5], gap="large")
    with left:
        p = live_slider(
            "You believe in the first outcome with p",
            key=_KEY,
            default=0.7,
            low=0.0,
            high=1.0,
            step=0.01,
            link=BELIEF.name,
            previewed=True,
        )
        offer_plots(_KEY, _plots, low=0.0, high=1.0)
        belief = [p, 1 - p]
        bold = [float(p >= 0.5), float(p < 0.5)]
        rows = {}
        for rule, unit in (("log", "bits"), ("brier", ""), ("linear", "")):
            honest, extreme = (float(expected_score(belief, q, rule)) for q in (belief, bold))
            said = [
                measured(one, unit, 3) if unit else written(one, 3) for one in (honest, extreme)
            ]
            rows[f"{rule.capitalize()}: honest, bold"] = f"{said[0]}, {said[1]}"
        quantities(rows)
    with right:
        drawn_plot(_plots(p), "expected-scores")
        with st.container(key="telling-scores"):
            st.markdown(_words(p))
    address.keep({**link, BELIEF.name: p})


def _words(p: float) -> str:
    if p in (0.0, 1.0):
        return "With no doubt at all there is nothing to overstate."
    if p == 0.5:
        return "With an even belief the linear score does not care what you say."
    side = "1" if p > 0.5 else "0"
    return (
        f"You may report what you believe, q = {written(p, 3)} (honest), or put everything on the "
        f"likelier side, q = {side} (bold). If you are right about p, the log and the Brier score "
        "cost least, on average, where you are honest: they are *strictly proper*. The linear "
        "score costs least where you are bold: it rewards overstating. (Gneiting and Raftery, 2007)"
    )
