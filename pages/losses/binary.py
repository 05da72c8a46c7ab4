"""One logit: three losses, their derivatives, and a race of gradient descent."""

from __future__ import annotations

import streamlit as st

from explorer.core.descent import descend_binary
from explorer.core.loss_readings import BINARY
from explorer.figures import descent
from pages.components.address import address
from pages.components.address.parameters import number, option, staying
from pages.components.inputs.lasting_inputs import choose, lasting_choice
from pages.components.page_head import page_head
from pages.losses.parts.descent_race import DESCENT, Picture, descent_race
from pages.losses.parts.logistic_regression import INPUTS, logistic_regression_view
from pages.losses.parts.loss_table import formulas
from pages.losses.parts.one_logit import logit_controls, losses_and_derivatives

VIEWS = ("Losses", "Descend", "With inputs")


def descend(z: float, y: int, link: dict[str, object]) -> None:
    """Show the race of gradient descent from the logit."""
    descent_race(
        "binary",
        lambda rate, steps: {name: descend_binary(z, y, name, rate, steps) for name in BINARY},
        (
            Picture("binary-race", lambda r, k: descent.probability_race(r, y, k), "Probability"),
            Picture("binary-paths", lambda r, k: descent.paths_on_curves(r, y, k), "Paths"),
        ),
        true_class=y,
        link=link,
    )


address.declare(
    *staying(number("z", "{:.15g}".format)),
    option("y", ("1", "0")),
    *staying(*INPUTS, *DESCENT),
    option("see", VIEWS),
)
page_head(
    "One logit",
    "Which loss still pulls when the answer is wrong? Drag the large point deep into the grey.",
    more=r"""A network's last node gives a logit $z$; the sigmoid makes it a probability,
$\sigma(z) = 1/(1+e^{-z})$. In the grey $\sigma$ is saturated: squared error has less than 1 % of
cross-entropy's derivative. On the right side that does no harm; on the wrong side learning stops.

The derivative of cross-entropy is $\sigma(z) - y$. Squared error multiplies it by
$2\,\sigma(z)\,(1-\sigma(z))$, which vanishes at both ends; so the ratio of the two is one over
that, whatever the label. The hinge takes labels −1 and +1; its derivative is $-y$ inside the margin
$y\,z < 1$, else 0. One logit is a softmax of two: $\sigma(z) = \mathrm{softmax}(z, 0)_1$.

"""
    + formulas(BINARY),
    terms=("sigmoid", "cross-entropy", "squared error", "hinge loss", "gradient vanishing"),
)
# A link to a logit means the first view, unless it names another.
if address.is_new() and address.is_asked("z") and not address.is_asked("see"):
    choose("binary see", VIEWS[0])
left, right = st.columns([3, 8], gap="medium")
with right:
    see = lasting_choice("See", VIEWS, key="binary see", link="see", is_tabs=True)
with left:
    y = int(lasting_choice("True label y", ["1", "0"], key="binary y", link="y"))
kept: dict[str, object] = {"y": str(y), "see": None if see == VIEWS[0] else see}
if see == VIEWS[2]:
    address.keep(kept | logistic_regression_view(y, left, right))
else:
    with left:
        z = logit_controls("binary z", "binary y", y)
    kept["z"] = z
    with right:
        if see == VIEWS[0]:
            losses_and_derivatives("binary z", z, y)
            address.keep(kept)
        else:
            descend(z, y, kept)
