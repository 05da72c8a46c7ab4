"""The plots of the divergence page, and the edits that one of them remembers."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.core.comparison import Comparison
from explorer.core.information import unit_name
from explorer.figures import divergence as figures
from explorer.figures.numbers import measured, written
from pages.components.plot import Pictures

_EDITS_KEPT = 60


def pair_pictures(pair: Comparison, names: Sequence[str], edits: Sequence[Comparison]) -> Pictures:
    """Return the plots of p and q.

    Args:
        pair: from `explorer.core.comparison.compare`.
        names: n outcome names.
        edits: the last edits, oldest first, with or without `pair` as the newest.
    """
    unit = unit_name(pair.base)
    return {
        "decomposition": (
            figures.decomposition(pair),
            f"H(p) {written(pair.entropy_p, 4)} plus D(p‖q) {written(pair.kl_pq, 4)} make "
            f"H(p,q) {measured(pair.cross_entropy, unit, 4)}.",
        ),
        "kl-terms": (
            figures.kl_terms_by_outcome(pair, names),
            f"Terms of D(p‖q) and D(q‖p) of {len(names)} outcomes, in {unit}.",
        ),
        "edit-history": (
            figures.edit_history(with_edit(edits, pair)),
            f"The last edits; D(p‖q) is now {measured(pair.kl_pq, unit, 4)}.",
        ),
    }


def with_edit(edits: Sequence[Comparison], pair: Comparison) -> list[Comparison]:
    """Return the last edits with `pair` as the newest.

    The history starts anew when the unit or the number of outcomes changes.

    Args:
        edits: those before, oldest first.
        pair: the edit; one that is the same as the one before adds nothing.
    """
    if edits and (edits[-1].base, len(edits[-1].p)) != (pair.base, len(pair.p)):
        edits = []
    if edits and (*edits[-1].p, *edits[-1].q) == (*pair.p, *pair.q):
        return list(edits)
    return [*edits, pair][-_EDITS_KEPT:]
