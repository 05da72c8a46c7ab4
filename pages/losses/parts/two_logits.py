"""Two logits, their gap, and what three ways make of their loss."""

from __future__ import annotations

import math

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.core.precision import PRECISIONS
from explorer.core.stability import WAYS, GapReading, read_gap
from explorer.core.stability_limits import HIGHEST_GAP, limits
from explorer.figures import stability as figures
from explorer.figures.numbers import measured, written
from explorer.teaching.code_listings import gap_listing
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.address.parameters import number, option
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.plot.plot import plot
from pages.components.quantities import quantities
from pages.components.slider.live_slider import live_slider, set_value
from pages.losses.parts.code_listing import code_listing

_ANSWERS = ("wrong", "right")
TWO_LOGITS = (option("answer", _ANSWERS), number("gap", "{:.12g}".format))
"""What the address holds of the view."""
_LOW = 0.1
WAYS_IN_WORDS = r"""
- **exp, sum, log**: $e^{z_y}/\sum_j e^{z_j}$ as it stands. $e^z$ overflows first; if the true class
  is the large one, ∞/∞ is not a number.
- **softmax, then log**: the largest logit is subtracted before $e^z$, so nothing overflows, but
  $e^{-\text{gap}}$ underflows to 0, whose logarithm is −∞.
- **log_softmax**: $z_y - \max z - \ln\sum_j e^{z_j-\max z}$. The sum is at least 1, and no small
  number is ever formed. `F.cross_entropy` does this; so does `F.nll_loss` of `F.log_softmax`.
"""
"""The three ways, as a list in Markdown."""


def two_logits(precision: str, left: DeltaGenerator, right: DeltaGenerator) -> dict[str, object]:
    """Show the gap, the three ways and the limits; return the address's parameters.

    Args:
        precision: A key of `explorer.core.precision.PRECISIONS`.
    """
    with left:
        answer = lasting_choice("The model is", _ANSWERS, key="stability answer", link="answer")
        gap = live_slider(
            "Logit gap",
            key="stability gap",
            default=EXAMPLES["softmax_then_log"]["gaps"][0],
            low=_LOW,
            high=HIGHEST_GAP,
            step=0.01,
            logarithmic=True,
            link="gap",
        )
        truth = answer == "right"
        reading = read_gap(gap, precision, right=truth)
        quantities({"Exact loss": measured(reading.exact, "nats")})
        _ways_table(reading)
        true_logit = "the gap" if truth else "0"
        st.caption(f"The logits are (gap, 0); the true class is the one with {true_logit}.")
        if reading.gap != gap:
            st.caption(
                f"{precision} holds {written(gap, 8)} as {written(reading.gap, 8)}; the exact loss "
                "is that of the stored logits."
            )
    with right:
        plot(
            figures.gap_errors(precision, reading, right=truth),
            key="gap-errors",
            alt=f"Relative error of three ways against the logit gap in {precision}; "
            f"the gap now is {written(reading.gap)}.",
            on_drag=lambda x: set_value("stability gap", min(max(x, _LOW), HIGHEST_GAP)),
            link="gap",
        )
    below, code = st.columns([7, 4], gap="medium")
    with below:
        st.markdown("**Where each format runs out**")
        _limits_table()
    with code:
        st.markdown("**The same in code**")
        code_listing(gap_listing(gap, precision, right=truth))
    return {"answer": answer, "gap": gap}


def _ways_table(reading: GapReading) -> None:
    """Show what each of the three ways gives at the current gap, and how far off it is."""
    st.table(
        {
            "Way": [way.label for way in WAYS.values()],
            "Loss / nats": [written(reading.losses[key], 8) for key in WAYS],
            "Relative error": [_error(reading.errors[key]) for key in WAYS],
        },
        hide_index=True,
    )


def _limits_table() -> None:
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
