"""Cross-entropy and KL divergence of a model q from the true p, both of which can be dragged."""

from __future__ import annotations

import streamlit as st

from explorer.core.bars import Bars
from explorer.core.comparison import Comparison
from explorer.core.information import unit_name
from explorer.figures.numbers import measured
from explorer.teaching.presets import PRESETS
from pages.components.address import address
from pages.components.address.parameters import option, vector
from pages.components.bars.bar_editor import NAMES, P, Q, bar_editor, offer_plots, state_of
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.page_head import page_head
from pages.components.plot.plot import drawn_plot
from pages.components.preview import preview
from pages.components.quantities import quantities
from pages.information.parts.base_choice import UNIT, base_choice
from pages.information.parts.coding_view import CODING, coding_view
from pages.information.parts.gibbs_view import gibbs_view
from pages.information.parts.pair_notes import infinity_notes
from pages.information.parts.pair_plots import compared, pair_plots, with_edit

VIEWS = ("Terms", "Messages", "Gibbs")

address.declare(vector("p"), vector("q"), *NAMES, UNIT, *CODING, option("view", VIEWS))
page_head(
    "Cross-entropy and KL divergence",
    "Events come from $p$; you believed $q$: drag $q$ towards $p$ and watch the price fall.",
    more=r"""On average, events from $p$ cost who prepared for $q$ the cross-entropy
$H(p,q) = -\sum_i p_i \log q_i$. Of this, $H(p)$ cannot be avoided; the rest is the price of being
wrong: $D(p\,\|\,q) = \sum_i p_i \log \tfrac{p_i}{q_i} \ge 0$.

$D(p\,\|\,q)$ is not a distance: the two directions differ, and each can be infinite. For a fixed
$p$, $H(p,q)$ and $D(p\,\|\,q)$ differ by the constant $H(p)$, so both have the same gradient in
$q$.""",
    terms=(
        "cross-entropy",
        "KL divergence",
        "Jensen–Shannon divergence",
        "one-hot",
        "Gibbs' inequality",
    ),
)

STARTS = {
    name: Bars(preset.names, {"p": preset.p, "q": preset.q or (1 / len(preset.p),) * len(preset.p)})
    for name, preset in PRESETS.items()
}


@st.fragment
def explore(base: float, view: str) -> None:
    left, right = st.columns([5, 4], gap="large")
    with left:
        bars = bar_editor(
            "divergence",
            STARTS["Skewed against uniform"],
            (P, Q),
            presets=STARTS,
            base=base,
            previewed=True,
        )
    unit = unit_name(base)
    pair = compared(bars.values["p"], bars.values["q"], base)

    def plots(bars: Bars) -> preview.Plots:
        p, q = bars.values["p"], bars.values["q"]
        return pair_plots(bars.names, p, q, base, edits, terms=view == "Terms")

    edits: tuple[Comparison, ...] = st.session_state.get("divergence edits", ())
    shown = plots(bars)
    st.session_state["divergence edits"] = edits = with_edit(edits, pair)
    offer_plots("divergence", plots)
    link = state_of(bars) | {"unit": base, "view": view}

    with right:
        quantities({name: measured(v, unit) for name, v in pair.quantities().items()})
        drawn_plot(shown, "decomposition")
        infinity_notes(pair, bars.names)
        if view == "Terms":
            drawn_plot(shown, "kl-terms")
    with left:
        drawn_plot(shown, "edit-history")
    if view == "Messages":
        link |= coding_view(pair, bars.names)
    elif view != "Terms":
        gibbs_view(pair, bars.names)
    address.keep(link)


# Outside the fragment, because everything inside it is sent and drawn again whenever a bar moves.
with st.container(horizontal=True):
    base = base_choice("divergence unit choice")
    view = lasting_choice("See", VIEWS, key="divergence view", link="view")
explore(base, view)
