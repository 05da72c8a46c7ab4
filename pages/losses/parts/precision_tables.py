"""Tables of what formats of limited precision make of a loss."""

from __future__ import annotations

import math

import streamlit as st

from explorer.core.precision import PRECISIONS
from explorer.core.stability import WAYS, GapReading
from explorer.core.stability_limits import limits
from explorer.figures.numbers import written


def ways_table(reading: GapReading) -> None:
    """Show what each of the three ways gives at the current gap, and how far off it is."""
    st.table(
        {
            "Way": [way.label for way in WAYS.values()],
            "Loss / nats": [written(reading.losses[key], 8) for key in WAYS],
            "Relative error": [_error(reading.errors[key]) for key in WAYS],
        },
        hide_index=True,
    )


def limits_table() -> None:
    """Show the limits of every format, each searched for among its own numbers."""
    found = {name: limits(name) for name in PRECISIONS}
    st.table(
        {
            "Format": list(PRECISIONS),
            "Rounding once": [written(one.unit_roundoff, 3) for one in PRECISIONS.values()],
            "Largest x with a finite exp(x)": [
                written(one.largest_exponent) for one in found.values()
            ],
            "exp, sum, log fails from gap": [written(one.naive_fails) for one in found.values()],
            "softmax, then log: largest loss": [
                written(one.largest_answer) for one in found.values()
            ],
            "… and ∞ from gap": [written(one.softmax_fails) for one in found.values()],
            "log_softmax of a right answer is 0 from gap": [
                written(one.right_answer_lost) for one in found.values()
            ],
        },
        hide_index=True,
    )
    st.caption(
        "Gaps in nats, as on PyTorch's CPU. Between the largest loss and ∞ the probability is "
        "rounded up to the smallest number there is. Its digits fade earlier, where it becomes "
        f"subnormal: in float32 from a gap of {written(limits('float32').digits_fade, 4)}. "
        "log_softmax of a wrong answer has no limit. That of a right one is 0 from the last "
        "column on, which does no harm: the gradient q − p is just as small."
    )


def _error(error: float) -> str:
    return "no number" if math.isinf(error) else written(error, 3)
