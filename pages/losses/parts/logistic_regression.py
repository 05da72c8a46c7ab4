"""One node with inputs: the gradient by the weights of logistic regression."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.core.bars import Bars, outcome_names
from explorer.core.logistic_regression import LOSSES_COMPARED, logistic_regression
from explorer.figures.losses import class_gradients
from explorer.figures.numbers import measured, written
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.address.parameters import vector
from pages.components.bars.bar_editor import NAMES, Series, bar_editor, set_bars, state_of
from pages.components.plot.plot import plot
from pages.components.quantities import quantities

_BARS = "logistic bars"
_SERIES = (Series("x", "x (inputs)", 8), Series("w", "w (weights)", 7))
INPUTS = (vector("x"), vector("w"), *NAMES)
"""What the address holds of inputs and weights."""
_RATE = 1.0


def logistic_regression_view(
    label: int, left: DeltaGenerator, right: DeltaGenerator
) -> dict[str, Any]:
    """Show inputs and weights and what each loss tells the weights; return the address's part."""
    example = EXAMPLES["loss_gradients"]
    count = len(example["x"])
    default = Bars(
        outcome_names(count, "input"), {name: example[name] for name in "xw"}, probabilities=False
    )
    with left:
        bars = bar_editor(
            _BARS,
            default,
            _SERIES,
            noun="input",
            most=6,
            low=-3.0,
            high=3.0,
            step=0.1,
        )
    with right:
        try:
            reading = logistic_regression(bars.values["x"], bars.values["w"], label)
        except ValueError as error:
            st.error(str(error))
            return state_of(bars)
        loss = reading.losses[LOSSES_COMPARED[0]]
        quantities(
            {
                "z = w·x": written(reading.logit),
                "σ(z)": written(reading.probability),
                f"Error σ(z) − y, y = {label}": written(reading.probability - label),
                "Cross-entropy": measured(loss.value, "nats"),
            }
        )
        reach = max(map(abs, bars.values["x"]))
        plot(
            class_gradients(reading.losses, bars.names, by="weight", reach=reach),
            key="weight-gradients",
            alt=f"Gradient of cross-entropy and squared error by each of {len(bars.names)} "
            "weights.",
        )
        gradients = ", ".join(written(value) for value in loss.gradient)
        st.markdown(
            "Cross-entropy's gradient is error times input, "
            rf"$(\sigma(z) - y)\,x$: ({gradients}). "
            r"Squared error has the factor $2\,\sigma(z)\,(1-\sigma(z))$ here too."
        )
        with st.container(horizontal=True, gap="small"):
            st.button("The example again", on_click=set_bars, args=(_BARS, default))
            zeros = replace(bars, values={**bars.values, "w": (0.0,) * len(bars.names)})
            st.button("Weights 0", on_click=set_bars, args=(_BARS, zeros))
            st.button(
                f"Take a step under cross-entropy, learning rate {_RATE:g}",
                on_click=_step,
                args=(bars, loss.gradient),
            )
    return state_of(bars)


def _step(bars: Bars, gradient: np.ndarray) -> None:
    weights = np.array(bars.values["w"]) - _RATE * gradient
    set_bars(_BARS, replace(bars, values={**bars.values, "w": tuple(weights.tolist())}))
