"""What to look for in each preset race, with the formula behind it."""

from __future__ import annotations

import math

import numpy as np

from explorer.core.losses import softmax_cross_entropy_gradient, softmax_squared_error_gradient
from explorer.figures.numbers import written
from explorer.runs.race_presets import RACE_PRESETS
from explorer.teaching.worked_examples import EXAMPLES


def note(preset: str) -> str:
    """Return Markdown for a preset, or an empty text where there is nothing to say."""
    if preset not in RACE_PRESETS:
        return ""
    more = {
        "CE against MSE": _losses,
        "ReLU on the logits": _relu,
        "Kaiming against plain normal": _scale,
        "Learning rates": _rates,
    }.get(preset)
    return f"{RACE_PRESETS[preset].look_for} {more() if more else ''}"


def _losses() -> str:
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


def _relu() -> str:
    return (
        r"Where $z_j \le 0$ for every image, $\partial \max(0, z_j)/\partial z_j = 0$: nothing "
        "pulls that class back. How many classes die is luck; try other seeds (under More) and "
        "look for empty columns in the confusion matrix."
    )


def _scale() -> str:
    first, later = (written(math.sqrt(fan_in / 2), 3) for fan_in in (784, 200))
    return (
        r"A ReLU layer multiplies the scale of its input by about $\sigma\sqrt{n/2}$ for $n$ "
        r"inputs; Kaiming's $\sigma = \sqrt{2/n}$ makes that 1. With $\sigma = 1$ it is "
        rf"{first} for 784 inputs and {later} for 200: the signal and the gradient explode, they "
        "do not vanish. With a ReLU on the logits as well, the network then dies at ln 10."
    )


def _rates() -> str:
    return (
        r"Each step is $\theta \leftarrow \theta - \eta\,\nabla L(\theta)$. You can change "
        r"$\eta$ while the race runs."
    )
