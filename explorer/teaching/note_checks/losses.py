"""Checked statements on losses: squared error, gradients, targets and labels."""

from __future__ import annotations

import math

import numpy as np

from explorer.core.information import cross_entropy, entropy, kl_divergence, self_information
from explorer.core.loss_readings import log_probabilities, multiclass_readings
from explorer.core.losses import hinge, sigmoid_binary_cross_entropy, squared_error
from explorer.core.prediction_table import LOSSES_COMPARED, judge
from explorer.teaching.note_checks.check import NATS, NoteCheck, Quantity
from explorer.teaching.worked_examples import EXAMPLES

_DROPS, _GRADIENTS, _TWO_HOT, _ONE_ROW, _HINGE_LABELS, _SUM_BELOW_ONE = (
    EXAMPLES[key]
    for key in (
        "loss_drops_compared",
        "drop_is_not_gradient",
        "two_hot_labels",
        "mse_of_one_row",
        "hinge_labels",
        "sum_below_one",
    )
)
_LABELS = np.array(_TWO_HOT["labels"])
_MODEL_1, _MODEL_2 = (judge(_ONE_ROW[name], _ONE_ROW["classes"]) for name in ("model_1", "model_2"))


def _cross_entropy_drop() -> float:
    before, after = (cross_entropy(_DROPS["p"], _DROPS[q], base=NATS) for q in ("q1", "q2"))
    return float(before - after)


def _squares() -> tuple[float, float]:
    return float(squared_error(_DROPS["q1"], _DROPS["p"])), float(
        squared_error(_DROPS["q2"], _DROPS["p"])
    )


def _root_mean_square_drop() -> float:
    before, after = (math.sqrt(total / len(_DROPS["p"])) for total in _squares())
    return before - after


def _gradient_norms(q: str) -> tuple[float, ...]:
    readings = multiclass_readings(
        log_probabilities(_GRADIENTS[q]), _GRADIENTS["p"], LOSSES_COMPARED
    )
    return tuple(reading.gradient_norm for reading in readings.values())


def _gradient_quantity(label: str, q: str) -> Quantity:
    return Quantity(label, lambda: _gradient_norms(q), digits=4)


def _logits_of_labels(q: tuple[float, ...]) -> list[float]:
    """Return the logit of each probability by itself, as of independent labels."""
    return [math.log(one / (1 - one)) for one in q]


CHECKS = (
    NoteCheck(
        "loss_drops_compared",
        "squared error",
        "sloppy",
        rf"From $q_1$ to $q_2$ cross-entropy drops by “about {_DROPS['quoted'][0]}”, MSE by "
        rf"“{_DROPS['quoted'][1]}–{_DROPS['quoted'][2]}”.",
        (Quantity("drop of the root mean square", _root_mean_square_drop),),
        (
            Quantity("drop of cross-entropy", _cross_entropy_drop, "nats"),
            Quantity("drop of the sum of squares", lambda: _squares()[0] - _squares()[1]),
            Quantity(
                "drop of the mean square",
                lambda: (_squares()[0] - _squares()[1]) / len(_DROPS["p"]),
            ),
        ),
        "The quoted drop of cross-entropy is too small, and only the *root* of the mean square "
        "fits that of “MSE”. Sum, mean and root differ by large factors, so a text has to say "
        "which one it means.",
    ),
    NoteCheck(
        "drop_is_not_gradient",
        "squared error",
        "wrong",
        "A larger drop in the loss means a faster gradient: cross-entropy drops by more than MSE, "
        "so it learns faster.",
        (
            Quantity(
                "cross-entropy “faster” by the ratio of the drops",
                lambda: _cross_entropy_drop() / (_squares()[0] - _squares()[1]),
                digits=4,
            ),
        ),
        (
            _gradient_quantity("‖∇‖ at q₁: cross-entropy; sum; mean of squares", "q1"),
            _gradient_quantity("‖∇‖ at q₂, the same three", "q2"),
            _gradient_quantity("‖∇‖ confidently wrong, the same three", "wrong"),
        ),
        "Nats and squares are different units: change the unit and the drops change, while the "
        "network learns no faster. What a step follows is the gradient by the logits. The two are "
        "of similar size at $q_1$, and differ most where the model is sure: right, as with $q_2$, "
        "or wrong, as with $(.01, .96, .01, .01, .01)$ when the first class is true.",
    ),
    NoteCheck(
        "two_hot_labels",
        "targets and labels",
        "wrong",
        r"$[0, 1, 0, 1]$ is a one-hot vector.",
        (
            Quantity("its sum", lambda: _LABELS.sum()),
            Quantity(
                "−Σ y ln q as if it were one, q = (.1, .6, .2, .1)",
                lambda: _LABELS @ self_information(_TWO_HOT["q"], base=NATS),
                "nats",
            ),
        ),
        (
            Quantity(
                "as a distribution, half each: H(p,q)",
                lambda: cross_entropy(_LABELS / 2, _TWO_HOT["q"], base=NATS),
                "nats",
            ),
            Quantity("of which H(p)", lambda: entropy(_LABELS / 2, base=NATS), "nats"),
            Quantity(
                "and D(p‖q)", lambda: kl_divergence(_LABELS / 2, _TWO_HOT["q"], base=NATS), "nats"
            ),
            Quantity(
                "as four independent labels",
                lambda: sigmoid_binary_cross_entropy(
                    _logits_of_labels(_TWO_HOT["q"]), _LABELS
                ).sum(),
                "nats",
            ),
        ),
        "A one-hot vector has a single 1. With two it is either a soft target, to be divided by "
        "its sum, or a set of labels that do not exclude each other, with a sigmoid for each.",
    ),
    NoteCheck(
        "mse_of_one_row",
        "squared error",
        "wrong",
        rf"The MSE of the first model is {_ONE_ROW['quoted']}.",
        (Quantity("squared error of row 1 alone", lambda: _MODEL_1.squared_error[0]),),
        (
            Quantity("squared error of the rows", lambda: _MODEL_1.squared_error),
            Quantity("their mean", lambda: _MODEL_1.mean_squared_error),
        ),
        "A mean goes over all rows; the third row, which the model gets wrong, is the largest.",
    ),
    NoteCheck(
        "mse_in_tables",
        "squared error",
        "wrong",
        "“Why not MSE?”: the two tables of predictions show that MSE is bad.",
        (Quantity("accuracy of model 1; model 2", lambda: (_MODEL_1.accuracy, _MODEL_2.accuracy)),),
        (
            Quantity(
                "mean squared error of the two",
                lambda: (_MODEL_1.mean_squared_error, _MODEL_2.mean_squared_error),
            ),
            Quantity(
                "mean cross-entropy of the two",
                lambda: (_MODEL_1.mean_cross_entropy, _MODEL_2.mean_cross_entropy),
                "nats",
            ),
            Quantity(
                "‖∇‖ of model 2's wrong row: cross-entropy; squares",
                lambda: (
                    _MODEL_2.cross_entropy_gradient[-1],
                    _MODEL_2.squared_error_gradient[-1],
                ),
                digits=4,
            ),
        ),
        "Accuracy is blind to the difference, but MSE and cross-entropy *both* rank the second "
        "model better. The case against squared error is its gradient, which vanishes where "
        "softmax is sure; these tables, in which no row is sure, do not show it.",
    ),
    NoteCheck(
        "hinge_labels",
        "targets and labels",
        "right under a condition",
        r"Hinge, $\max(0,\,1 - y\,h)$, with labels $y \in \{0, 1\}$.",
        (
            Quantity(
                "y = 0 at h = −2; −0.5; 0.5; 2",
                lambda: np.maximum(0.0, 1.0 - 0.0 * np.array(_HINGE_LABELS["scores"])),
            ),
        ),
        (
            Quantity(
                "y = −1 at the same scores", lambda: hinge(_HINGE_LABELS["scores"], -np.ones(4))
            ),
        ),
        r"The formula holds for $y \in \{-1, +1\}$. With $y = 0$ the loss is constant and its "
        "gradient 0: the whole negative class teaches nothing.",
    ),
    NoteCheck(
        "sum_below_one",
        "targets and labels",
        "wrong",
        r"Four classes, the first is true, and $q = [.7, .1, .1]$.",
        (
            Quantity(
                "sum of q, and its length",
                lambda: (sum(_SUM_BELOW_ONE["vector"]), len(_SUM_BELOW_ONE["vector"])),
            ),
        ),
        (
            Quantity(
                "H(p,q) with q = (.7, .1, .1, .1)",
                lambda: cross_entropy(_SUM_BELOW_ONE["p"], _SUM_BELOW_ONE["q"], base=NATS),
                "nats",
            ),
        ),
        "Four classes need four probabilities that sum to 1. Here the missing one makes no "
        "difference to the loss, since only the true class counts, but no softmax can output that "
        "$q$.",
    ),
)
