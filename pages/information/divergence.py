"""Cross-entropy and KL divergence of a model q from the true p, both of which can be dragged."""

from __future__ import annotations

import streamlit as st

from explorer.core.bars import Bars
from explorer.core.comparison import Comparison
from explorer.teaching.presets import DIGIT_PRESETS, PRESETS
from pages.components.address import address
from pages.components.address.parameters import option, vector
from pages.components.bars.bar_editor import NAMES, P, Q, bar_editor, offer_plots, state_of
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.page_head import page_head
from pages.components.plot.plot import drawn_plot
from pages.components.preview import preview
from pages.information.parts.base_choice import UNIT, base_choice
from pages.information.parts.coding_view import CODING, codes_view, messages_view
from pages.information.parts.pair_plots import (
    VIEWS,
    compared,
    infinity_notes,
    pair_plots,
    with_edit,
)

address.declare(vector("p"), vector("q"), *NAMES, UNIT, *CODING, option("view", VIEWS))
head = page_head(
    "Cross-entropy and KL divergence",
    "Events come from $p$; you believed $q$. Drag $q$ towards $p$ and watch the price fall.",
    more=r"""On average, events from $p$ cost someone who prepared for $q$ the cross-entropy
$H(p,q) = -\sum_i p_i \log q_i$. Of this, $H(p)$ cannot be avoided; the rest is the price of being
wrong: $D(p\,\|\,q) = \sum_i p_i \log \tfrac{p_i}{q_i} \ge 0$.

$D(p\,\|\,q)$ is not a distance: the two directions differ, and each can be infinite. For a fixed
$p$, $H(p,q)$ and $D(p\,\|\,q)$ differ by the constant $H(p)$, so both have the same gradient in
$q$.

**Messages and codes.** A friend reports events that come from $p$. With the ideal code for $q$ the
message about outcome $i$ takes $-\log_2 q_i$ bits: $H(p,q)$ on average, and $H(p)$ if the code was
made for $p$. Huffman's code uses whole digits, so the one for $p$ needs up to one bit more than
$H(p)$. Code lengths are in bits, whatever unit is chosen.

**Gibbs.** Why $D(p\,\|\,q)$ is never negative: the line $x - 1$ touches $\ln x$ at $x = 1$ and lies
above it everywhere else, $\ln x \le x - 1$. Put $x_i = q_i / p_i$. Each green gap
$(x_i - 1) - \ln x_i$ is at least 0, and so is its share, $p_i$ times it. Where $p = 0$ there is no
$x$: such an outcome adds $q$ itself, since $\sum p\,(x - 1)$ over the others is minus the
probability that $q$ spends on it. All gaps are 0 only at $q = p$.""",
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
    for name, preset in {**PRESETS, **DIGIT_PRESETS}.items()
}


@st.fragment
def explore(base: float) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        first = STARTS["Skewed against uniform"]
        bars = bar_editor("divergence", first, (P, Q), presets=STARTS, tall=True, previewed=True)
    pair = compared(bars.values["p"], bars.values["q"], base)
    edits: tuple[Comparison, ...] = st.session_state.get("divergence edits", ())
    st.session_state["divergence edits"] = with_edit(edits, pair)

    def plots(bars: Bars) -> preview.Plots:
        p, q = bars.values["p"], bars.values["q"]
        return pair_plots(bars.names, p, q, base, edits if view == "Edits" else (), view=view)

    with right:
        view = lasting_choice("See", VIEWS, key="divergence view", link="view", is_tabs=True)
        shown = plots(bars)
        offer_plots("divergence", plots)
        link = state_of(bars) | {"unit": base, "view": view}
        for key in shown:
            drawn_plot(shown, key)
        if view == "Messages":
            link |= messages_view(pair, bars.names)
        elif view == "Codes":
            codes_view(pair, bars.names)
    with left:
        infinity_notes(pair, bars.names)
    address.keep(link)


with head:
    base = base_choice("divergence unit choice")
explore(base)
