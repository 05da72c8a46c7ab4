"""The plots and notes of the divergence page, and the edits that one of the plots remembers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import streamlit as st

from explorer.core.comparison import Comparison, compare, impossible_outcomes
from explorer.core.gibbs import gibbs_gaps
from explorer.core.information import unit_name
from explorer.figures import divergence as figures
from explorer.figures import gibbs
from explorer.figures.numbers import measured, written
from pages.components.escaping import escaped
from pages.components.plot.plot import plots_of
from pages.components.preview import preview

_EDITS_KEPT = 60
VIEWS = ("Terms", "Messages", "Codes", "Gibbs", "Shares", "Edits")
"""What can be seen beside the bars; "Messages" and "Codes" are no functions of p and q alone."""


@lru_cache(maxsize=256)
def compared(p: tuple[float, ...], q: tuple[float, ...], base: float) -> Comparison:
    """Return `compare(p, q, base=base)`, which the page and its plots both need."""
    return compare(p, q, base=base)


@preview.shared
def pair_plots(
    names: tuple[str, ...],
    p: tuple[float, ...],
    q: tuple[float, ...],
    base: float,
    edits: tuple[Comparison, ...],
    *,
    view: str,
) -> preview.Plots:
    """Return the plots of p and q, for `drawn_plot`: the main one, then that of the view.

    Args:
        names: n outcome names.
        p: True distribution [n].
        q: Model distribution [n].
        base: Base of the logarithm.
        edits: Those before this one, oldest first, where the view shows them.
        view: One of `VIEWS`.
    """
    unit, pair = unit_name(base), compared(p, q, base)
    if view in ("Messages", "Codes"):
        return {}
    pictures = {
        "decomposition": (
            figures.decomposition(pair),
            f"H(p) {written(pair.entropy_p, 4)} plus D(p‖q) {written(pair.kl_pq, 4)} make "
            f"H(p,q) {measured(pair.cross_entropy, unit, 4)}.",
        )
    }
    if view == "Terms":
        pictures["kl-terms"] = (
            figures.kl_terms_by_outcome(pair, names),
            f"Terms of D(p‖q) and D(q‖p) of {len(names)} outcomes, in {unit}.",
        )
    elif view == "Gibbs":
        pictures["gibbs-tangent"] = (
            gibbs.logarithm_below_its_tangent(gibbs_gaps(pair.p, pair.q), names),
            f"ln x below its tangent x − 1, with a gap for each of {len(names)} outcomes.",
        )
    elif view == "Shares":
        found = gibbs_gaps(pair.p, pair.q)
        pictures["gibbs-shares"] = (
            gibbs.shares_by_outcome(found, names),
            "What each outcome adds to D(p‖q), never negative; the total is "
            f"{measured(found.kl_divergence, 'nats')}.",
        )
    elif view == "Edits":
        pictures["edit-history"] = (
            figures.edit_history(with_edit(edits, pair)),
            f"The last edits; D(p‖q) is now {measured(pair.kl_pq, unit, 4)}.",
        )
    return plots_of(pictures)


def with_edit(edits: tuple[Comparison, ...], pair: Comparison) -> tuple[Comparison, ...]:
    """Return the last edits with `pair` as the newest.

    The history starts over when the unit or the number of outcomes changes.

    Args:
        edits: Those before, oldest first.
        pair: The edit; one that is the same as the one before adds nothing.
    """
    if edits and (edits[-1].base, len(edits[-1].p)) != (pair.base, len(pair.p)):
        edits = ()
    if edits and (*edits[-1].p, *edits[-1].q) == (*pair.p, *pair.q):
        return edits
    return (*edits, pair)[-_EDITS_KEPT:]


def infinity_notes(pair: Comparison, names: Sequence[str]) -> None:
    """Name each outcome that makes a divergence infinite."""
    # A container of its own keeps the plots below on their places when a note comes or goes.
    with st.container():
        if missed := impossible_outcomes(pair.p, pair.q):
            share = written(float(pair.p[missed].sum()))
            st.warning(
                f"D(p‖q) = ∞: q calls {_listed(names, missed)} impossible, and under p that "
                f"happens with probability {share}."
            )
        if invented := impossible_outcomes(pair.q, pair.p):
            st.info(f"D(q‖p) = ∞: q expects {_listed(names, invented)}, which p never produces.")


def _listed(names: Sequence[str], outcomes: Sequence[int]) -> str:
    quoted = [f"“{escaped(names[outcome])}”" for outcome in outcomes]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
