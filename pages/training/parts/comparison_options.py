"""How the curves of a comparison are drawn, kept across pages and in the address."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from explorer.figures.line_traces import Span
from explorer.runs.config import LOSS_LABELS
from pages.components.address import address
from pages.components.address.parameters import option, staying, text
from pages.components.inputs.lasting_inputs import lasting_choice

_AXES = {"Step": "step", "Epoch": "epoch", "Images seen": "examples", "Time": "time"}
_WEIGHTS = {"none": 0.0, "0.9": 0.9, "0.98": 0.98, "0.995": 0.995}
_LOSSES = {label: key for key, label in LOSS_LABELS.items()}
_SCALES = ("log", "linear")
_SEEDS = ("each alone", "mean and band")
OPTIONS = (
    option("x", _AXES),
    option("scale", _SCALES),
    option("smoothing", _WEIGHTS),
    option("seeds", _SEEDS),
    option("loss", _LOSSES),
    *staying(text("from", 40), text("to", 40)),
)
"""What the address holds of the options and of the part that is looked at."""
_SPAN = "compare span"


@dataclass(frozen=True)
class ComparisonOptions:
    """How the curves are drawn.

    Attributes:
        axis: Key of AXES.
        scale: "log" or "linear", of losses.
        weight: Smoothing weight, 0 for none.
        joined: Whether curves that differ only by seed are one line.
        test_loss: Key of LOSS_LABELS.
    """

    axis: str
    scale: str
    weight: float
    joined: bool
    test_loss: str


def comparison_options() -> tuple[ComparisonOptions, dict[str, str]]:
    """Show the choices; return them, and what the address holds of them."""
    with st.container(horizontal=True):
        axis = lasting_choice("x axis", list(_AXES), key="compare axis", link="x")
        scale = lasting_choice("Loss axis", _SCALES, key="compare scale", link="scale")
        weight = lasting_choice(
            "Smoothing weight",
            ["0.98", "0.995", "0.9", "none"],
            key="compare smoothing",
            link="smoothing",
            help="Weight w of the past in a moving average over the steps: it averages over about "
            "1/(1 − w) of them, 0.98 over 50.",
        )
        seeds = lasting_choice(
            "Seeds",
            _SEEDS,
            key="compare seeds",
            link="seeds",
            help="Curves that differ only by seed as one line: their mean, and a band from the "
            "lowest to the highest of them.",
        )
        loss = lasting_choice(
            "Test loss", list(_LOSSES), key="compare loss", link="loss", wraps=True
        )
    chosen = ComparisonOptions(
        _AXES[axis], scale, _WEIGHTS[weight], seeds != "each alone", _LOSSES[loss]
    )
    return chosen, {"x": axis, "scale": scale, "smoothing": weight, "seeds": seeds, "loss": loss}


def span_of_view(options: ComparisonOptions) -> Span | None:
    """Return the part of the x axis that is looked at; None for all of it.

    Args:
        options: How the curves are drawn; a part of one axis means nothing on another.
    """
    low, high = address.take("from"), address.take("to")
    if low and high:
        st.session_state[_SPAN] = (options.axis, _span_from(low, high))
    axis, span = st.session_state.get(_SPAN, (options.axis, None))
    return span if axis == options.axis else None


def look_at(axis: str, span: Span | None) -> None:
    """Look at a part of the x axis from the next run on.

    Args:
        axis: Key of AXES.
        span: The part; None for all of it.
    """
    st.session_state[_SPAN] = (axis, span)


def _span_from(low: str, high: str) -> Span | None:
    try:
        ends = float(low), float(high)
    except ValueError:
        return None
    return ends if ends[0] < ends[1] and all(abs(end) < 1e15 for end in ends) else None
