"""What the divergence page says beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.core.comparison import Comparison, impossible_outcomes
from explorer.figures.numbers import written
from pages.components.escaping import escaped


def infinity_notes(pair: Comparison, names: Sequence[str]) -> None:
    """Name each outcome that makes a divergence infinite.

    Args:
        pair: From `explorer.core.comparison.compare`.
        names: n outcome names.
    """
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
