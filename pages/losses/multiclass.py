"""Logits of several classes: softmax, the losses, their gradients, and a race of descent."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from explorer.core.loss_readings import MULTICLASS, finite_logits, multiclass_readings
from pages.components.address import address
from pages.components.address.parameters import option, staying
from pages.components.bars.bar_editor import offer_plots
from pages.components.inputs.lasting_inputs import choose, lasting_choice
from pages.components.page_head import page_head
from pages.components.plot.plot import drawn_plot
from pages.losses.parts.classified_example import (
    EXAMPLE,
    ClassifiedExample,
    classified_example,
    example_plots,
    multiclass_race,
)
from pages.losses.parts.descent_race import DESCENT
from pages.losses.parts.loss_table import examples_table, formulas, loss_table
from pages.losses.parts.prediction_fields import PREDICTIONS
from pages.losses.parts.why_not_mse import why_not_mse

ONE_EXAMPLE, WHY_NOT = "One example", "Why not MSE?"
PLOTS = {
    "Gradients": "pulls",
    "p and q": "target-and-model",
    "Jacobian": "softmax-jacobian",
    "All losses": "class-gradients",
}
VIEWS = (*PLOTS, "Descend", WHY_NOT)


def shown_beside(example: ClassifiedExample, view: str) -> None:
    """Show the plots of one example, and keep it in the page's address."""
    if view == "Descend":
        multiclass_race(example, finite_logits(example.logits))
        return
    address.keep(example.state() | {"show": None if view == VIEWS[0] else view})
    plots = example_plots(example)
    offer_plots(example.editor, lambda bars: example_plots(replace(example, bars=bars)))
    drawn_plot(plots, PLOTS[view])
    if example.impossible:
        st.caption(
            f"q is 0 for {', '.join(example.impossible)}: the logit is −∞, and the losses and "
            "gradients are their limits as it falls."
        )
    if view == "All losses":
        loss_table(multiclass_readings(example.logits, example.target))
        st.caption(
            "The sum of squares and its mean over the classes differ by the factor "
            f"{len(example.names)}, and so do their gradients: compare directions and norms, not "
            "values of different units."
        )
        st.markdown("**The examples of the lecture, side by side**")
        examples_table()


address.declare(*staying(*EXAMPLE, *PREDICTIONS, *DESCENT), option("show", (ONE_EXAMPLE, *VIEWS)))
page_head(
    "Many classes",
    "What is each logit told? Drag one: cross-entropy tells it exactly $q_i - p_i$.",
    more=r"""Softmax turns logits into $q_i = e^{z_i} / \sum_j e^{z_j}$. Cross-entropy pulls each
logit by exactly $q_i - p_i$; squared error sends the same difference through the softmax Jacobian
$J_{ij} = \partial q_i / \partial z_j = q_i(\delta_{ij} - q_j)$, which is close to zero wherever $q$
is sure: $2J(q - p)$, by component $2\,q_i \sum_j q_j\,(d_i - d_j)$ with $d = q - p$.

"""
    + formulas(MULTICLASS),
    terms=("logits", "softmax", "cross-entropy", "one-hot"),
)
# A link to an example means the first view, unless it names another; so does its old name.
is_new, asked = address.is_new(), address.shared("show")[:1]
names_example = not asked and address.is_asked("z", "q", "y", "edit", "target")
if asked == [ONE_EXAMPLE] or (is_new and names_example):
    choose("multiclass show", VIEWS[0])
left, right = st.columns([5.4, 7], gap="medium")
with right:
    view = lasting_choice("See", VIEWS, key="multiclass show", link="show", is_tabs=True)
if view == WHY_NOT:
    with left:
        why_not_mse({"show": WHY_NOT}, right)
else:
    with left:
        example = classified_example()
    with right:
        shown_beside(example, view)
