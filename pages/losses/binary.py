"""One logit: three losses, their derivatives, and a race of gradient descent."""

from __future__ import annotations

import streamlit as st

from explorer.core.descent import descend_binary
from explorer.core.loss_readings import BINARY, binary_readings, gradient_ratio
from explorer.core.losses import sigmoid
from explorer.figures import binary_losses as figures
from explorer.figures import descent
from explorer.figures.numbers import written
from pages.components.address import address
from pages.components.address.parameters import number, option
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.plot.plot import drawn_plot, newest_edit
from pages.components.slider.live_slider import live_slider, offer_plots, set_value
from pages.components.terms import terms
from pages.losses.parts.binary_examples import binary_examples
from pages.losses.parts.binary_plots import binary_plots
from pages.losses.parts.descent_race import DESCENT, Picture, descent_race
from pages.losses.parts.logistic_regression import INPUTS, logistic_regression_view
from pages.losses.parts.loss_table import formulas, loss_table

LOW, HIGH = figures.LOWEST_LOGIT, figures.HIGHEST_LOGIT

address.declare(number("z", "{:.15g}".format), option("y", ("1", "0")), *INPUTS, *DESCENT)
st.title("One logit: which loss still pulls when the answer is wrong?")
st.markdown(
    r"""A network's last node gives a logit $z$; the sigmoid makes it a probability,
$\sigma(z) = 1/(1+e^{-z})$. Drag the large point on the cross-entropy curve, or the slider, deep
into the grey on the wrong side: squared error goes flat there, cross-entropy does not."""
)
terms("sigmoid", "cross-entropy", "squared error", "hinge loss", "gradient vanishing")
left, right = st.columns([4, 5], gap="large")
with left:
    y = int(lasting_choice("True label y", ["1", "0"], key="binary y", link="y"))
    z = live_slider(
        "Logit z",
        key="binary z",
        default=-4.0,
        low=LOW,
        high=HIGH,
        step=0.1,
        link="z",
        previewed=True,
    )
    binary_examples("binary z", "binary y")
    readings, ratio = binary_readings(z, y), gradient_ratio(z, y)
    first, second = st.columns(2)
    first.metric("σ(z), the probability of y = 1", written(float(sigmoid(z))))
    second.metric(
        "Ratio of the derivatives",
        f"{written(round(ratio, 2), 7)} ×",
        help="Cross-entropy's over squared error's: 1 / (2 σ(z) (1 − σ(z))), whatever the label.",
    )
    loss_table(readings)
    st.caption(
        f"The hinge takes labels −1 and +1; here {'+1' if y else '−1'}. Grey: σ is saturated, "
        f"that is, squared error has less than {figures.SATURATED:.0%} of cross-entropy's "
        "derivative. On the right side that does no harm; on the wrong side learning stops."
    )
    formulas(
        BINARY,
        r"""The derivative of cross-entropy is $\sigma(z) - y$. Squared error multiplies it
by $2\,\sigma(z)\,(1-\sigma(z))$, which vanishes at both ends. Hinge: $-y$ inside the margin
$y\,z < 1$, else 0. One logit is a softmax of two: $\sigma(z) = \mathrm{softmax}(z, 0)_1$.""",
    )
with right:
    dragged = newest_edit("binary-losses")
    plots = binary_plots(z, y, dragged)
    offer_plots("binary z", lambda moved: binary_plots(moved, y, dragged), low=LOW, high=HIGH)
    drawn_plot(plots, "binary-losses", on_drag=lambda x: set_value("binary z", x))
    drawn_plot(plots, "binary-derivatives")

race = st.container()
st.header("With inputs: logistic regression")
inputs = logistic_regression_view(y)
race.header("Descend")
race.markdown(
    r"""Gradient descent, $z \leftarrow z - \eta\, \partial L/\partial z$, from the same start
under each loss. Load “z = −10, y = 1” and press Play: how long does squared error sit still?"""
)
pictures = (
    Picture("binary-paths", lambda r, k: descent.paths_on_curves(r, y, k), "Paths on the curves"),
    Picture("binary-race", lambda r, k: descent.probability_race(r, y, k), "Probability of y"),
)
with race:
    descent_race(
        "binary",
        lambda rate, steps: {name: descend_binary(z, y, name, rate, steps) for name in BINARY},
        pictures,
        true_class=y,
        link={"z": z, "y": str(y), **inputs},
    )
race.caption(
    "The hinge is content at a margin of 1, where the true label has probability 0.731. "
    "Different losses have different units: compare steps and probabilities, not drops in loss."
)
