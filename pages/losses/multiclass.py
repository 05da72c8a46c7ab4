"""Logits of several classes: softmax, the losses, their gradients, and a race of descent."""

from __future__ import annotations

import streamlit as st

from explorer.core.descent import descend_multiclass
from explorer.core.loss_readings import MULTICLASS, finite_logits, multiclass_readings
from explorer.core.losses import softmax
from explorer.figures import descent
from explorer.figures import losses as figures
from pages.components.classified_example import classified_example
from pages.components.descent_race import Picture, descent_race
from pages.components.plot import plot
from pages.components.readings_table import examples_table, formulas, readings_table

st.title("Many classes: what each logit is told to do")
st.markdown(
    r"""Softmax turns logits into $q_i = e^{z_i} / \sum_j e^{z_j}$. Move a bar, choose the true
class, and compare: cross-entropy pulls each logit by exactly $q_i - p_i$; squared error sends the
same difference through the softmax Jacobian, which is close to zero wherever $q$ is sure."""
)
left, right = st.columns([5, 5], gap="large")
with left:
    example = classified_example()
z, p, names = example.logits, example.target, example.names
readings = multiclass_readings(z, p)
finite = finite_logits(z)
q = softmax(finite)
with right:
    readings_table(readings)
    if example.impossible:
        st.caption(
            f"q is 0 for {', '.join(example.impossible)}: the logit is −∞, and losses and "
            "gradients are the limits as it falls."
        )
    plot(
        figures.class_gradients(readings, names),
        key="class-gradients",
        alt=f"Gradient of each loss by each of {len(names)} logits.",
    )
    st.caption(
        "The sum of squares and its mean over the classes differ by the factor "
        f"{len(names)}, and so do their gradients: compare directions and norms, not values of "
        "different units."
    )

left, right = st.columns(2, gap="large")
with left:
    st.subheader("Target and softmax")
    plot(
        figures.target_and_model(p, q, names),
        key="target-and-model",
        alt=f"Target p and softmax q of {len(names)} classes.",
    )
with right:
    st.subheader("Softmax Jacobian")
    plot(
        figures.jacobian_map(finite, names),
        key="softmax-jacobian",
        alt=f"Derivatives of {len(names)} probabilities by {len(names)} logits.",
    )
formulas(
    MULTICLASS,
    r"""Jacobian: $\partial q_i / \partial z_j = q_i(\delta_{ij} - q_j)$. Gradients by $z_i$:
cross-entropy $q_i - p_i$; sum of squares $2\,q_i \sum_j q_j\,(d_i - d_j)$ with $d = q - p$.""",
)
with st.expander("The examples of the lecture, side by side"):
    examples_table()

st.header("Descend")
st.markdown("Gradient descent on the logits: same start, same learning rate, different losses.")
true_class = example.true_class
descent_race(
    "multiclass",
    lambda rate, steps: {
        name: descend_multiclass(finite, p, name, rate, steps) for name in readings
    },
    (
        Picture(
            "multiclass-race",
            lambda race, step: (
                descent.divergence_race(race, p, step)
                if true_class is None
                else descent.probability_race(race, true_class, step)
            ),
            "How close each descent is to the target",
        ),
        Picture("multiclass-losses", descent.loss_race, "Each loss against the step"),
    ),
    true_class=true_class,
    link=example.link_parameters(),
    obstacle=example.obstacle,
)
