"""One example under the three forms of cross-entropy: numbers, names in frameworks, and code."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.core.bars import Bars, outcome_names
from explorer.core.three_forms import OneNodeForm, SigmoidForm, SoftmaxForm, three_forms
from explorer.figures import three_forms as figures
from explorer.figures.numbers import measured, written
from explorer.teaching.code_listings import (
    Listing,
    one_node_listing,
    sigmoid_listing,
    softmax_listing,
)
from explorer.teaching.labelled_presets import LABELLED_PRESETS, LabelledPreset
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.address.parameters import option, places, vector
from pages.components.bars.bar_editor import Series, bar_editor, set_bars, state_of
from pages.components.inputs.lasting_inputs import (
    choose,
    lasting_choice,
    lasting_class,
    lasting_classes,
)
from pages.components.plot.plot import plot
from pages.components.quantities import quantities
from pages.losses.parts.code_listing import code_listing
from pages.losses.parts.example_menu import example_menu

_BARS, _LABELS, _NODE, _FORM = "forms z", "forms labels", "forms node", "forms form"
_FORMS = {
    "1 Softmax": "exactly one class is true",
    "2 Sigmoids": "any number of labels is true",
    "3 One node": "yes or no",
}
THREE_FORMS = (vector("z"), places("labels"), places("node"), option("form", _FORMS))
"""What the address holds of the part, beside the names."""
_ZEROS = {f"{count} zeros": count for count in (2, 3, 5)}
_FIRST = next(iter(LABELLED_PRESETS.values()))


def form_comparison(left: DeltaGenerator, right: DeltaGenerator) -> dict[str, Any]:
    """Show the editor and the three forms; return the address's parameters."""
    with left:
        every = [*LABELLED_PRESETS, *_ZEROS]
        example_menu(every, _load, key="forms example")
        bars = bar_editor(
            _BARS,
            _bars_of(_FIRST),
            (Series("z", "z (logits)", 8),),
            noun="class",
            most=8,
            low=-6.0,
            high=6.0,
            step=0.1,
        )
        names = bars.names
        true = lasting_classes(
            "Which labels are true? (y = 1)",
            names,
            key=_LABELS,
            link="labels",
            default=_FIRST.labels,
            help="One for classes that exclude each other; any number for labels that do not.",
        )
        node = lasting_class(
            "The one node of form 3", names, key=_NODE, link="node", default=_FIRST.node
        )
        notes = st.container()
    z = np.array(bars.values["z"])
    y = np.isin(np.arange(z.size), true).astype(float)
    forms = three_forms(z, y, node)
    with right:
        quantities(
            {
                "1 Softmax, H(p,q)": measured(forms.softmax.loss, "nats")
                if forms.softmax.target is not None
                else "no true class",
                "2 Sigmoids, sum": measured(forms.sigmoid.total, "nats"),
                f"3 One node, y = {forms.one_node.label}": measured(forms.one_node.loss, "nats"),
            }
        )
        first, second = st.columns(2, gap="small")
        with first:
            plot(
                figures.probabilities(forms, y, names),
                key="form-probabilities",
                alt=f"Softmax and sigmoids of {z.size} logits; {len(true)} labels are true.",
            )
        with second:
            plot(
                figures.form_gradients(forms, node, names),
                key="form-gradients",
                alt=f"Gradient of each form by each of {z.size} logits.",
            )
    form = lasting_choice(
        "Form in detail, with its code", list(_FORMS), key=_FORM, link="form", is_tabs=True
    )
    for name, preset in LABELLED_PRESETS.items():
        shown = (bars.values["z"], true, form)
        if (preset.logits, preset.labels, list(_FORMS)[preset.form - 1]) == shown:
            notes.caption(f"{name}. {preset.note}")
    details, code = st.columns([4, 5], gap="large")
    listing: Listing | None
    with details:
        st.markdown(f"**{form}**: {_FORMS[form]}")
        if form == "2 Sigmoids":
            _sigmoid(forms.sigmoid, names)
            listing = sigmoid_listing(z, y)
        elif form == "3 One node":
            _one_node(forms.one_node)
            listing = one_node_listing(forms.one_node.logit, forms.one_node.label)
        else:
            _softmax(forms.softmax, y)
            listing = softmax_listing(z, y) if true else None
    if listing is not None:
        with code:
            code_listing(listing, is_noted=True)
    return state_of(bars) | {"labels": true, "node": node, "form": form}


def framework_names(*tensorflow: str) -> None:
    """Show TensorFlow's function names beside PyTorch's."""
    lines = []
    for name in tensorflow:
        function, comma, targets = EXAMPLES["framework_names"]["pytorch_name"][name].partition(", ")
        lines.append(f"- `{function}`{comma}{targets}: TensorFlow `{name.removeprefix('tf.nn.')}`")
    st.markdown("\n".join(lines))


def _softmax(form: SoftmaxForm, y: np.ndarray) -> None:
    count = int(y.sum())
    if form.target is None:
        st.info("No class is true, so there is no target distribution: softmax needs one.")
    st.markdown(r"$-\sum_i p_i \ln q_i,\quad q = \operatorname{softmax}(z)$; by logits $q - p$")
    if count > 1:
        labels = ", ".join(f"{label:g}" for label in y)
        st.info(
            f"[{labels}] is not one-hot: it sums to {count}. Put into the formula as it is, it "
            f"gives {measured(form.unnormalised, 'nats')}, which is not the loss of any "
            f"distribution. As a distribution each true class gets 1/{count}: "
            f"{written(form.loss)} = H(p) {written(form.target_entropy)} + D(p‖q) "
            f"{written(form.divergence)} nats, and no q brings it below H(p). Labels that do not "
            "exclude each other belong to form 2."
        )
    framework_names(
        "tf.nn.softmax_cross_entropy_with_logits", "tf.nn.sparse_softmax_cross_entropy_with_logits"
    )


def _sigmoid(form: SigmoidForm, names: tuple[str, ...]) -> None:
    st.markdown(
        r"$\sum_i -y_i \ln \sigma(z_i) - (1 - y_i) \ln(1 - \sigma(z_i))$; by logits $\sigma - y$"
    )
    quantities({"Mean, PyTorch's default": measured(form.mean, "nats")})
    st.table(
        {
            "Label": list(names),
            "σ(z)": [written(value) for value in form.probabilities],
            "Loss / nats": [written(loss) for loss in form.losses],
        },
        hide_index=True,
    )
    framework_names("tf.nn.sigmoid_cross_entropy_with_logits")


def _one_node(form: OneNodeForm) -> None:
    quantities(
        {
            "σ(z)": written(form.probability),
            "softmax(z, 0)₁": written(form.as_softmax),
        }
    )
    raised = r"\ln p" if form.label else r"\ln(1 - p)"
    st.markdown(
        r"$-y \ln p - (1 - y) \ln(1 - p)$ with $p = \sigma(z)$ is the sum over two classes, of "
        rf"which the label leaves one: $y = {form.label}$ raises ${raised}$. The sigmoid is a "
        "softmax of the logit and a zero."
    )
    framework_names("tf.nn.sigmoid_cross_entropy_with_logits")


def _bars_of(preset: LabelledPreset) -> Bars:
    return Bars(preset.names, {"z": preset.logits}, probabilities=False)


def _load(name: str) -> None:
    if name in _ZEROS:
        count = _ZEROS[name]
        set_bars(
            _BARS, Bars(outcome_names(count, "class"), {"z": (0.0,) * count}, probabilities=False)
        )
    else:
        preset = LABELLED_PRESETS[name]
        set_bars(_BARS, _bars_of(preset))
        choose(_LABELS, preset.labels)
        choose(_NODE, preset.node)
        choose(_FORM, list(_FORMS)[preset.form - 1])
