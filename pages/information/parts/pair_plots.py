"""The plots of the divergence page, and the edits that one of them remembers."""

from __future__ import annotations

from functools import lru_cache

from explorer.core.comparison import Comparison, compare
from explorer.core.information import unit_name
from explorer.figures import divergence as figures
from explorer.figures.numbers import measured, written
from pages.components.plot.plot import plots_of
from pages.components.preview import preview

_EDITS_KEPT = 60


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
    terms: bool,
) -> preview.Plots:
    """Return the plots of p and q, for `drawn_plot`.

    Args:
        names: n outcome names.
        p: True distribution [n].
        q: Model distribution [n].
        base: Base of the logarithm.
        edits: Those before this one, oldest first.
        terms: Whether the terms of both divergences are among them.
    """
    unit, pair = unit_name(base), compared(p, q, base)
    pictures = {
        "decomposition": (
            figures.decomposition(pair),
            f"H(p) {written(pair.entropy_p, 4)} plus D(p‖q) {written(pair.kl_pq, 4)} make "
            f"H(p,q) {measured(pair.cross_entropy, unit, 4)}.",
        ),
        "edit-history": (
            figures.edit_history(with_edit(edits, pair)),
            f"The last edits; D(p‖q) is now {measured(pair.kl_pq, unit, 4)}.",
        ),
    }
    if terms:
        pictures["kl-terms"] = (
            figures.kl_terms_by_outcome(pair, names),
            f"Terms of D(p‖q) and D(q‖p) of {len(names)} outcomes, in {unit}.",
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
