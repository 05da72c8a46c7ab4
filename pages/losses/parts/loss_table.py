"""Tables of the values of losses, and their formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from explorer.core.distributions import one_hot
from explorer.core.loss_readings import (
    LossReading,
    log_probabilities,
    mean_values,
    multiclass_readings,
)
from explorer.core.losses import LOSSES
from explorer.figures.numbers import written
from explorer.teaching.classification_presets import CLASSIFICATION_PRESETS

_COMPARED = ("softmax_cross_entropy", "softmax_squared_error", "softmax_mean_squared_error")
_SHORT = ("CE", "squares, sum", "squares, mean")


def loss_table(readings: Mapping[str, LossReading]) -> None:
    """Show value and norm of the gradient of each loss."""
    each = readings.values()
    st.table(
        {
            "Loss": [one.loss.label for one in each],
            "Value": [f"{written(one.value)} {one.loss.unit}" for one in each],
            "Norm of the gradient": [written(one.gradient_norm) for one in each],
        },
        hide_index=True,
    )


def formulas(names: Sequence[str]) -> str:
    """Return the formulas of these losses of `LOSSES` as a list in Markdown."""
    return "\n".join(f"- {LOSSES[name].label}: ${LOSSES[name].formula}$" for name in names)


def examples_table() -> None:
    """Show every classified example of the lecture: losses and norms of their gradients."""
    read = {}
    for name, preset in CLASSIFICATION_PRESETS.items():
        z = np.array(preset.output) if preset.is_logits else log_probabilities(preset.output)
        read[name] = multiclass_readings(z, one_hot(preset.true_class, z.size), _COMPARED)
    rows = [
        [name]
        + [written(one[loss].value) for loss in _COMPARED]
        + [written(one[loss].gradient_norm, 4) for loss in _COMPARED]
        for name, one in read.items()
    ]
    for model in ("Model 1", "Model 2"):
        means = mean_values([one for name, one in read.items() if name.startswith(model)])
        rows.append([f"{model}, mean of 3 rows", *map(written, means.values()), "", "", ""])
    titles = ["Example", "CE / nats", "Squares, sum", "Squares, mean"]
    titles += [f"Gradient norm, {title}" for title in _SHORT]
    st.table(dict(zip(titles, zip(*rows, strict=True), strict=True)), hide_index=True)
    st.caption(
        "From q₁ to q₂ cross-entropy drops by more than squared error, but nats and squares are "
        "different units: the gradients say who learns faster. Where the model is confidently "
        "wrong they differ thirteenfold. Both models get 2 of 3 rows right, and both losses rank "
        "model 2 better, so this table alone is no case against squared error."
    )
