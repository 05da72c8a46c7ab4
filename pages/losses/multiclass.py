"""Logits of several classes: softmax, the losses, their gradients, and a race of descent."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from explorer.core.loss_readings import MULTICLASS, finite_logits, multiclass_readings
from pages.components.address import address
from pages.components.address.parameters import option
from pages.components.bars.bar_editor import offer_plots
from pages.components.inputs.lasting_inputs import choose, lasting_choice
from pages.components.plot.plot import drawn_plot
from pages.components.terms import terms
from pages.losses.parts.classified_example import EXAMPLE, classified_example, example_plots
from pages.losses.parts.descent_race import DESCENT
from pages.losses.parts.loss_table import examples_table, formulas, loss_table
from pages.losses.parts.multiclass_race import multiclass_race
from pages.losses.parts.prediction_fields import PREDICTIONS
from pages.losses.parts.why_not_mse import why_not_mse

VIEWS = ("One example", "Why not MSE?")
TABLE = (option("show", VIEWS), *PREDICTIONS)


def one_example() -> None:
    st.markdown(
        r"""Softmax turns logits into $q_i = e^{z_i} / \sum_j e^{z_j}$. Move a bar, choose the true
class, and compare: cross-entropy pulls each logit by exactly $q_i - p_i$; squared error sends the
same difference through the softmax Jacobian, which is close to zero wherever $q$ is sure."""
    )
    left, right = st.columns([5, 5], gap="large")
    with left:
        example = classified_example()
    plots = example_plots(example)
    offer_plots(example.editor, lambda bars: example_plots(replace(example, bars=bars)))
    with right:
        loss_table(multiclass_readings(example.logits, example.target))
        if example.impossible:
            st.caption(
                f"q is 0 for {', '.join(example.impossible)}: the logit is −∞, and the losses and "
                "gradients are their limits as it falls."
            )
        drawn_plot(plots, "class-gradients")
        st.caption(
            "The sum of squares and its mean over the classes differ by the factor "
            f"{len(example.names)}, and so do their gradients: compare directions and norms, not "
            "values of different units."
        )

    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Target and softmax")
        drawn_plot(plots, "target-and-model")
    with right:
        st.subheader("Softmax Jacobian")
        drawn_plot(plots, "softmax-jacobian")
    formulas(
        MULTICLASS,
        r"""Jacobian: $\partial q_i / \partial z_j = q_i(\delta_{ij} - q_j)$. Gradients by $z_i$:
cross-entropy $q_i - p_i$; sum of squares $2\,q_i \sum_j q_j\,(d_i - d_j)$ with $d = q - p$.""",
    )
    with st.expander("The examples of the lecture, side by side"):
        examples_table()

    multiclass_race(example, finite_logits(example.logits))


address.declare(*EXAMPLE, *TABLE, *DESCENT)
st.title("Many classes: what each logit is told to do")
terms("logits", "softmax", "cross-entropy", "one-hot")
# A link to an example means the first view, unless it names another.
if address.is_new() and address.is_asked("z", "q", "y", "edit", "target"):
    choose("multiclass show", VIEWS[0])
if lasting_choice("Show", VIEWS, key="multiclass show", link="show") == VIEWS[1]:
    why_not_mse({"show": VIEWS[1]})
else:
    one_example()
