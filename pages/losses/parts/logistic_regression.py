"""One node with inputs: the gradient by the weights of logistic regression."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

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


def logistic_regression_view(label: int) -> dict[str, Any]:
    """Show inputs and weights and what each loss tells the weights; return the address's part.

    Args:
        label: y, 0 or 1.
    """
    example = EXAMPLES["loss_gradients"]
    count = len(example["x"])
    default = Bars(
        outcome_names(count, "input"), {name: example[name] for name in "xw"}, probabilities=False
    )
    zeros = replace(default, values={"x": example["x"], "w": (0.0,) * count})
    st.markdown(
        r"""In logistic regression the logit is $z = w \cdot x$. The chain rule multiplies the
derivative by $z$ with the inputs: cross-entropy's gradient by the weights is $(\sigma(z) - y)\,x$,
error times input. Squared error has the factor $2\,\sigma(z)\,(1-\sigma(z))$ here too."""
    )
    left, right = st.columns([4, 5], gap="large")
    with left:
        bars = bar_editor(
            _BARS,
            default,
            _SERIES,
            presets={"Example": default, "Weights 0": zeros},
            noun="input",
            least=2,
            most=6,
            low=-3.0,
            high=3.0,
            step=0.1,
        )
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
    with right:
        plot(
            class_gradients(reading.losses, bars.names, by="weight"),
            key="weight-gradients",
            alt=f"Gradient of cross-entropy and squared error by each of {len(bars.names)} "
            "weights.",
        )
        gradients = ", ".join(written(value) for value in loss.gradient)
        st.markdown(f"Cross-entropy's gradient, $(\\sigma(z) - y)\\,x$: ({gradients})")
        st.button(
            f"Take a step under cross-entropy, learning rate {_RATE:g}",
            on_click=_step,
            args=(bars, loss.gradient),
        )
    return state_of(bars)


def _step(bars: Bars, gradient: np.ndarray) -> None:
    weights = np.array(bars.values["w"]) - _RATE * gradient
    set_bars(_BARS, replace(bars, values={**bars.values, "w": tuple(weights.tolist())}))
