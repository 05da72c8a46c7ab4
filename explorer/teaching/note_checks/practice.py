"""Checked statements on code, numerics and training."""

from __future__ import annotations

import numpy as np

from explorer.core.gather_slip import (
    class_shares,
    gathered_cross_entropy,
    indexed_columns_cross_entropy,
)
from explorer.core.information import entropy
from explorer.core.initial_gradients import InitialGradients, initial_gradients
from explorer.core.losses import log_softmax
from explorer.core.random_logits import RandomLosses, random_losses
from explorer.core.stability import softmax_then_log
from explorer.teaching.note_checks.check import NATS, Measurement, NoteCheck, Quantity
from explorer.teaching.worked_examples import EXAMPLES

_UNSEEDED, _NORMAL, _NLL, _GATHER_SLIP = (
    EXAMPLES[key]
    for key in ("unseeded_loss", "plain_normal_explodes", "nll_of_log_softmax", "gather_slip")
)
_LOGITS, _CLASSES = np.array(_GATHER_SLIP["logits"]), np.array(_GATHER_SLIP["classes"])


def _draws() -> RandomLosses:
    return random_losses(*(_UNSEEDED[name] for name in ("features", "classes", "draws", "seed")))


def _at_start(init: str) -> InitialGradients:
    return initial_gradients(_NORMAL["layers"], init)


_DIGITS = (
    "scikit-learn digits (1,437 to train, 360 to test), 784-200-200-10, SGD, learning rate 0.01, "
    "batches of 20, 40 epochs, seeds 0 to 4, one CPU thread. The link below opens this race with "
    "seed 0; other seeds are under More."
)

CHECKS = (
    NoteCheck(
        "unseeded_loss",
        "code and numerics",
        "sloppy",
        rf"With random $x$ and $w$ the loss is {_UNSEEDED['quoted']}, printed as *the* result.",
        (
            Quantity(
                f"share of the draws above {_UNSEEDED['quoted']}",
                lambda: (_draws().stable > float(_UNSEEDED["quoted"])).mean(),
                digits=2,
            ),
        ),
        (
            Quantity("mean of 20,000 draws", lambda: _draws().stable.mean(), "nats", 3),
            Quantity(
                "5 %; 50 %; 95 % of them lie below",
                lambda: np.quantile(_draws().stable, (0.05, 0.5, 0.95)),
                "nats",
                3,
            ),
            Quantity(
                "share where softmax → log → NLL in float32 is ∞",
                lambda: _draws().share_infinite,
                digits=2,
            ),
        ),
        "The code sets no seed, so every run prints a different number. The draws here are seeded: "
        r"784 standard normal inputs, 10 classes; for given $x$ the logits are normal with "
        r"variance $\|x\|^2$, which is how they are drawn. Logits this wide apart are also where "
        "the logarithm of a float32 softmax gives up.",
    ),
    NoteCheck(
        "relu_on_logits",
        "training",
        "wrong",
        "The network ends in `F.relu`: a ReLU on the logits, as on every other layer.",
        (),
        (),
        r"A logit that is negative for every image gets no gradient through the ReLU, "
        r"$\partial\max(0, z)/\partial z = 0$, so its class is dead: it is never predicted again. "
        "How many die is a matter of luck. Softmax needs logits of either sign.",
        (
            Measurement(
                "test accuracy with the ReLU, seed 0 to 4",
                (0.6889, 0.9139, 0.7944, 0.9944, 0.4389),
                "%",
            ),
            Measurement(
                "without it, the same seeds", (0.9917, 0.9889, 0.9861, 0.9917, 0.9889), "%"
            ),
            Measurement("digits that the network with it never predicts", (3, 1, 2, 0, 5)),
        ),
        _DIGITS,
    ),
    NoteCheck(
        "plain_normal_explodes",
        "training",
        "wrong",
        "Without Kaiming initialisation the gradient *vanishes*.",
        (
            Quantity(
                "loss if all signals vanished: ln 10",
                lambda: entropy(
                    np.full(_NORMAL["layers"][-1], 1 / _NORMAL["layers"][-1]), base=NATS
                ),
                "nats",
            ),
        ),
        (
            Quantity(
                "loss before step 1, plain normal",
                lambda: _at_start("plain normal").loss,
                "nats",
                4,
            ),
            Quantity(
                "loss before step 1, Kaiming normal",
                lambda: _at_start("Kaiming normal").loss,
                "nats",
                4,
            ),
            Quantity(
                "‖∇‖ of the three layers, plain normal",
                lambda: _at_start("plain normal").gradient_norms,
                digits=3,
            ),
            Quantity(
                "‖∇‖ of the three layers, Kaiming normal",
                lambda: _at_start("Kaiming normal").gradient_norms,
                digits=3,
            ),
        ),
        r"Plain normal weights, $\sigma = 1$, make the signal *explode*: each layer multiplies "
        r"its scale by about $\sqrt{n/2}$ for $n$ inputs. Computed here for the untrained "
        "784-200-200-10 network on random inputs. With a ReLU on the logits as well, the huge "
        "first steps kill every class, and the loss then stays at ln 10.",
        (
            Measurement(
                "plain normal and ReLU on the logits: last test cross-entropy in nats",
                (2.3026, 2.3026, 2.3026, 2.2834, 2.3026),
            ),
            Measurement(
                "plain normal without it: test accuracy",
                (0.9667, 0.9583, 0.9750, 0.9694, 0.9889),
                "%",
            ),
        ),
        _DIGITS,
    ),
    NoteCheck(
        "nll_of_log_softmax",
        "code and numerics",
        "sloppy",
        f"`{_NLL['quoted']}`, fed with the logarithm of a softmax.",
        (
            Quantity(
                "softmax, then log, float32, logit gap 110",
                lambda: softmax_then_log([0.0, -_NLL["gap"]], 1, "float32"),
                "nats",
            ),
        ),
        (
            Quantity(
                "log_softmax, the same logits",
                lambda: -log_softmax([0.0, -_NLL["gap"]])[1],
                "nats",
            ),
        ),
        f"There is no `{_NLL['quoted']}`; the name is `{_NLL['right']}`. It should be fed by "
        "`F.log_softmax`, which never forms the probability that underflows; or use "
        "`F.cross_entropy` on the logits, which combines the two.",
    ),
    NoteCheck(
        "gather_slip",
        "code and numerics",
        "wrong",
        "`output_layer[:, Y]` picks the true class's entry of each row.",
        (
            Quantity("numbers that it picks from 2 rows", lambda: _LOGITS[:, _CLASSES].size),
            Quantity(
                "“loss”, their mean",
                lambda: indexed_columns_cross_entropy(_LOGITS, _CLASSES),
                "nats",
            ),
            Quantity(
                "lowest it can reach: entropy of the batch's labels",
                lambda: entropy(class_shares(_CLASSES, _LOGITS.shape[1]), base=NATS),
                "nats",
            ),
        ),
        (
            Quantity(
                "one per row, gathered: mean loss",
                lambda: gathered_cross_entropy(_LOGITS, _CLASSES),
                "nats",
            ),
        ),
        "Indexing columns by $Y$ gives a $B \\times B$ matrix: every row's entries at *all* "
        "labels of the batch. Its mean is lowest when every row predicts the frequencies of the "
        "labels, whatever its input, so the network trains to chance. Take one entry per row: "
        "`z[range(B), Y]` or `gather`.",
    ),
)
