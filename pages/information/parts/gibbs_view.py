"""Gibbs' inequality for the pair that is shown."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.core.comparison import Comparison
from explorer.core.gibbs import gibbs_gaps
from explorer.figures import gibbs as figures
from explorer.figures.numbers import measured
from pages.components.plot.plot import plot


def gibbs_view(pair: Comparison, names: Sequence[str]) -> None:
    """Show why D(p‖q) is never negative, outcome by outcome.

    Args:
        pair: From `explorer.core.comparison.compare`.
        names: n outcome names.
    """
    found = gibbs_gaps(pair.p, pair.q)
    total = measured(found.kl_divergence, "nats")
    st.markdown(
        r"""**Why $D(p\,\|\,q)$ is never negative.** The line $x - 1$ touches $\ln x$ at $x = 1$ and
lies above it everywhere else: $\ln x \le x - 1$. Put $x_i = q_i / p_i$. Each green gap
$(x_i - 1) - \ln x_i$ is at least 0, and so is $p_i$ times it."""
    )
    left, right = st.columns(2, gap="large")
    with left:
        plot(
            figures.logarithm_below_its_tangent(found, names),
            key="gibbs-tangent",
            alt=f"ln x below its tangent x − 1, with a gap for each of {len(names)} outcomes.",
        )
    with right:
        plot(
            figures.shares_by_outcome(found, names),
            key="gibbs-shares",
            alt=f"What each outcome adds to D(p‖q), never negative; the total is {total}.",
        )
    st.caption(
        f"In nats; the total is {total}. Where p = 0 there is no x: such an outcome adds q "
        "itself, since Σ p·(x − 1) over the others is minus the probability that q spends on it. "
        "All gaps are 0 only where every x = 1, that is, at q = p."
    )
