"""Set up a race: a preset, its curves and what they share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from explorer.core.losses import softmax_cross_entropy_gradient, softmax_squared_error_gradient
from explorer.figures.numbers import written
from explorer.runs.config import (
    DATASET_LABELS,
    DEVICE_LABELS,
    INIT_LABELS,
    LOSS_FORMULAS,
    LOSS_LABELS,
    OPTIMIZER_LABELS,
    TrainingConfig,
    curve_labels,
)
from explorer.runs.race_presets import RACE_PRESETS
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.escaping import escaped
from pages.components.inputs.lasting_inputs import shown
from pages.training.parts import race_form_state
from pages.training.parts.race_form_state import Draft

MORE = (
    "Networks learn handwritten digits side by side, from the same initial weights and on the "
    "same batches: their curves differ by what you set.\n\n"
    "Choose a race under **Set up**, bet on its outcome, press **Train** and watch. The slider "
    "shows any step again, also of a race that has ended: all numbers, curves and digits on the "
    "screen are those of that step. With the keyboard, arrows go from measurement to measurement "
    "and space plays.\n\n"
    "Press a network's number to see its confusion matrix and its reading of the digits; press a "
    "cell of the matrix to see the images in it."
)
"""What the page is for, Markdown."""
_DRAFT = "race draft"
_LOSS_HELP = "  \n".join(f"{LOSS_LABELS[loss]}: {text}" for loss, text in LOSS_FORMULAS.items())


def race_form() -> tuple[TrainingConfig, ...] | None:
    """Show the form and return the race, or None while a field cannot be used.

    What stands in the fields is kept in the session, across pages.
    """
    draft = current_draft()
    configs, errors = current_race()
    _preset_choice(draft)
    st.markdown(note_on(draft.preset))
    labels = curve_labels(configs)
    # A place of their own: the fields below keep theirs, and what is being typed, as curves come.
    with st.container():
        for index, curve in enumerate(draft.curves):
            _curve_row(draft, index, curve, labels[index], errors)
        if len(draft.curves) < race_form_state.MOST_CURVES:
            st.button(
                "Add a curve", key="race add", on_click=race_form_state.add_curve, args=(draft,)
            )
    _shared_row(draft, errors)
    return None if errors else tuple(configs)


def current_draft() -> Draft:
    """Return what stands in the form, the first preset when nobody touched it yet."""
    if _DRAFT not in st.session_state:
        st.session_state[_DRAFT] = race_form_state.from_preset(next(iter(RACE_PRESETS)))
    return st.session_state[_DRAFT]


def current_race() -> tuple[list[TrainingConfig], dict[str, str]]:
    """Return the race in the form, and what is wrong with it; see `race_form_state.read`."""
    return race_form_state.read(current_draft())


def use_settings(configs: Sequence[TrainingConfig]) -> None:
    """Fill the form with the settings of a recorded race; call it before the form is shown."""
    st.session_state[_DRAFT] = race_form_state.from_configs(configs)


def offer_settings(configs: Sequence[TrainingConfig]) -> None:
    """Offer to fill the form with the settings of the race on screen."""
    st.button(
        "Copy these settings to the form", key="race copy", on_click=use_settings, args=(configs,)
    )


def use_preset(name: str) -> None:
    """Fill the form with a preset; call it before the form is shown.

    Raises:
        KeyError: There is no such preset.
    """
    st.session_state[_DRAFT] = race_form_state.from_preset(name)


def is_untouched() -> bool:
    """Tell whether nobody has seen the form in this session yet."""
    return _DRAFT not in st.session_state


def described(race: Sequence[TrainingConfig] | None) -> str:
    """Say in a line what Train would start."""
    if race is None:
        return "A field under “Set up” cannot be used; it says why."
    curves = f"{len(race)} curve{'s' if len(race) > 1 else ''}"
    return (
        f"Train starts {curves}: {escaped(', '.join(curve_labels(race)))}; "
        f"{race[0].epochs} epoch{'s' if race[0].epochs > 1 else ''}; "
        f"{race[0].num_parameters:,} parameters each."
    )


def _preset_choice(draft: Draft) -> None:
    def load() -> None:
        if name := st.session_state[pills]:
            use_preset(name)

    pills = race_form_state.widget_key(draft, "race preset")

    st.pills(
        "Race",
        list(RACE_PRESETS),
        default=shown(pills, draft.preset or None),
        key=pills,
        on_change=load,
    )


def _curve_row(draft: Draft, index: int, curve: int, label: str, errors: Mapping[str, str]) -> None:
    def field(name: str, widget: Callable[..., Any], title: str, **options: Any) -> None:
        _field(draft, race_form_state.key(name, curve), widget, title, errors, **options)

    with st.container(border=True):
        st.markdown(f"**Curve {index + 1}:** {escaped(label)}")
        columns = st.columns([2.7, 1.7, 1.7, 2.7, 2.2, 1.4], vertical_alignment="bottom")
        with columns[0]:
            field("loss", _choice(LOSS_LABELS), "Loss", help=_LOSS_HELP)
        with columns[1]:
            field("optimizer", _choice(OPTIMIZER_LABELS), "Optimizer")
        with columns[2]:
            field("learning_rate", st.text_input, "Learning rate")
        with columns[3]:
            field("init", _choice(INIT_LABELS), "Initial weights")
        with columns[4]:
            field("output_relu", st.checkbox, "ReLU on logits")
        with columns[5].popover("More"):
            field("name", st.text_input, "Name", placeholder=label, max_chars=80)
            field("seed", st.text_input, "Seed", help="Same seed: same weights, same batches.")
            field("momentum", st.text_input, "Momentum", help="Of SGD; Adam ignores it.")
            st.button(
                "Remove this curve",
                key=f"race remove {curve}",
                disabled=len(draft.curves) == 1,
                on_click=race_form_state.remove_curve,
                args=(draft, curve),
            )


def _shared_row(draft: Draft, errors: Mapping[str, str]) -> None:
    def field(name: str, widget: Callable[..., Any], title: str, **options: Any) -> None:
        _field(draft, race_form_state.key(name), widget, title, errors, **options)

    columns = st.columns([3, 1.5, 1.5, 2, 2.5], vertical_alignment="bottom")
    with columns[0]:
        field(
            "dataset",
            _choice(DATASET_LABELS),
            "Data",
            then=lambda: race_form_state.fit_length(draft),
        )
    with columns[1]:
        field("batch_size", st.text_input, "Batch size")
    with columns[2]:
        field("epochs", st.text_input, "Epochs")
    with columns[3]:
        field(
            "hidden_sizes",
            st.text_input,
            "Hidden layers",
            help="Units of each, as in 200, 200; empty is softmax regression.",
        )
    with columns[4]:
        field("device", _choice(DEVICE_LABELS), "Device")
    if race_form_state.means_digits(draft.fields[race_form_state.key("dataset")]):
        st.caption(
            "The race runs on scikit-learn's 1,797 digits, not on MNIST. Small batches and many "
            "epochs give about as many steps as MNIST would."
        )


def _field(
    draft: Draft,
    key: str,
    widget: Callable[..., Any],
    title: str,
    errors: Mapping[str, str],
    then: Callable[[], None] | None = None,
    **options: Any,
) -> None:
    """Show one field, kept in the draft, and beside it what is wrong with it."""

    def take() -> None:
        draft.fields[key] = st.session_state[own]
        if then:
            then()

    own = race_form_state.widget_key(draft, key)
    widget(title, shown(own, draft.fields[key]), key=own, on_change=take, **options)
    if key in errors:
        st.markdown(f":red[{escaped(errors[key])}]")


def _choice(labels: Mapping[str, str]) -> Callable[..., Any]:
    def widget(title: str, value: str, **options: Any) -> None:
        place = list(labels).index(value)
        st.selectbox(title, list(labels), place, format_func=labels.__getitem__, **options)

    return widget


def note_on(preset: str) -> str:
    """Return what to look for in a preset race, with the formula behind it, as Markdown."""
    if preset not in RACE_PRESETS:
        return ""
    more = {
        "CE against MSE": _note_on_losses,
        "ReLU on the logits": _note_on_relu,
        "Kaiming against plain normal": _note_on_scale,
        "Learning rates": _note_on_rates,
    }.get(preset)
    return f"{RACE_PRESETS[preset].look_for} {more() if more else ''}"


def _note_on_losses() -> str:
    logits, target = (
        np.log(EXAMPLES["drop_is_not_gradient"]["wrong"]),
        EXAMPLES["drop_is_not_gradient"]["p"],
    )
    ce, squares = (
        written(float(np.linalg.norm(gradient(logits, target))), 4)
        for gradient in (softmax_cross_entropy_gradient, softmax_squared_error_gradient)
    )
    return (
        r"By the logits, the gradient is $q - p$ under cross-entropy and $2\,J\,(q-p)$ with "
        r"$J = \mathrm{diag}(q) - q\,q^{\mathsf T}$ under MSE, and $J$ is nearly 0 wherever $q$ "
        rf"is sure, even when it is surely wrong: at $q = (.01, .96, .01, .01, .01)$ with the "
        rf"first class true, the norms are {ce} and {squares}. Look at the gradient norms: the "
        "drops of the two losses have different units and say nothing about speed. MSE is not "
        "always the wrong choice: some meta-learning methods use it, and on raw outputs, without "
        "softmax, it does not saturate."
    )


def _note_on_relu() -> str:
    return (
        r"Where $z_j \le 0$ for every image, $\partial \max(0, z_j)/\partial z_j = 0$: nothing "
        "pulls that class back. How many classes die is luck; try other seeds (under More) and "
        "look for empty columns in the confusion matrix."
    )


def _note_on_scale() -> str:
    first, later = (written(math.sqrt(fan_in / 2), 3) for fan_in in (784, 200))
    return (
        r"A ReLU layer multiplies the scale of its input by about $\sigma\sqrt{n/2}$ for $n$ "
        r"inputs; Kaiming's $\sigma = \sqrt{2/n}$ makes that 1. With $\sigma = 1$ it is "
        rf"{first} for 784 inputs and {later} for 200: the signal and the gradient explode, they "
        "do not vanish. With a ReLU on the logits as well, the network then dies at ln 10."
    )


def _note_on_rates() -> str:
    return (
        r"Each step is $\theta \leftarrow \theta - \eta\,\nabla L(\theta)$. You can change "
        r"$\eta$ while the race runs."
    )
