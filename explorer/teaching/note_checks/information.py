"""Checked statements on entropy, cross-entropy and KL divergence."""

from __future__ import annotations

import numpy as np

from explorer.core.information import cross_entropy, entropy, kl_divergence, self_information
from explorer.teaching.note_checks.check import NATS, NoteCheck, Quantity
from explorer.teaching.worked_examples import EXAMPLES

_B1, _B4, _B5, _B6 = (EXAMPLES[row] for row in ("B1", "B4", "B5", "B6"))
_B8, _B9, _B10, _B13, _B21 = (EXAMPLES[row] for row in ("B8", "B9", "B10", "B13", "B21"))

_REVERSED = _B8["p"][::-1]


def _constant(q: tuple[float, ...]) -> float:
    return float(cross_entropy(_B8["p"], q) - kl_divergence(_B8["p"], q))


CHECKS = (
    NoteCheck(
        "B1",
        "cross-entropy",
        "wrong",
        rf"For $q_2 = (.98, .01, 0, 0, .01)$ the loss is “$-\log 0.4 \approx {_B1['quoted']}$”.",
        (Quantity("−ln 0.4", lambda: self_information(_B1["q1"][0], base=NATS), "nats"),),
        (Quantity("−ln 0.98", lambda: self_information(_B1["q2"][0], base=NATS), "nats"),),
        r"0.4 is the first guess's probability of the true class. The better guess $q_2$ gives it "
        r"0.98, and the loss is $-\ln 0.98$. The value was right, the formula a slip.",
    ),
    NoteCheck(
        "B4",
        "entropy",
        "wrong",
        "High entropy is “stable”; it means “no surprise” and “less info”.",
        (
            Quantity("H(p), low", lambda: entropy(_B4["p"]), "bits"),
            Quantity("H of four equal chances, high", lambda: entropy(EXAMPLES["A3"]["p"]), "bits"),
        ),
        (
            Quantity("I(0.001), one rare outcome", lambda: self_information(_B4["p"][0]), "bits"),
            Quantity(
                "Σ p · I(p), the surprise to expect",
                lambda: np.array(_B4["p"]) @ self_information(_B4["p"]),
                "bits",
            ),
        ),
        r"Entropy *is* the expected surprise, $H(p) = \sum_i p_i\,I(p_i)$. A single rare outcome "
        "of $p = (.001, .001, .001, .997)$ is very surprising, but it hardly ever happens, so the "
        "average is low. High entropy means much surprise to expect, and much information in "
        "each outcome.",
    ),
    NoteCheck(
        "B5",
        "cross-entropy",
        "sloppy",
        r"$\log_2$ for entropy and $\ln$ for cross-entropy in the same text, without a unit at "
        r"either, as for $q_1 = (.4, .3, .05, .05, .2)$.",
        (
            Quantity(
                "read as bits, too low by the factor",
                lambda: cross_entropy(_B5["p"], _B5["q"]) / _in_nats(),
            ),
        ),
        (
            Quantity("H(p,q)", lambda: _in_nats(), "nats"),
            Quantity("the same H(p,q)", lambda: cross_entropy(_B5["p"], _B5["q"]), "bits"),
        ),
        r"The base of the logarithm is the unit: $\log_2$ gives bits, $\ln$ gives nats, and "
        r"1 nat is $1/\ln 2$ bits. $H(p,q) = H(p) + D(p\,\|\,q)$ holds only in one unit.",
    ),
    NoteCheck(
        "B6",
        "KL divergence",
        "wrong",
        r"KL divergence is the “distance” between two distributions, or how far they overlap.",
        (
            Quantity(
                "D(p‖u) − D(u‖p), which would be 0",
                lambda: kl_divergence(_B6["p"], _B6["q"]) - kl_divergence(_B6["q"], _B6["p"]),
                "bits",
            ),
        ),
        (
            Quantity("D(p‖u)", lambda: kl_divergence(_B6["p"], _B6["q"]), "bits"),
            Quantity("D(u‖p)", lambda: kl_divergence(_B6["q"], _B6["p"]), "bits"),
            Quantity(
                "D(p‖q), q = (0.5, 0.5, 0, 0)",
                lambda: kl_divergence(_B6["p"], _B6["impossible"]),
                "bits",
            ),
        ),
        r"With $p = (.1, .1, .1, .7)$ and $u$ uniform the two directions differ. A distance is "
        "symmetric and finite and obeys the triangle inequality; KL divergence does none of the "
        "three. What it measures is the price of expecting $q$ when $p$ is true.",
    ),
    NoteCheck(
        "B8",
        "KL divergence",
        "right under a condition",
        "Cross-entropy is used in place of KL divergence *because the targets are one-hot*.",
        (
            Quantity(
                "H(p,q) − D(p‖q) for a one-hot p",
                lambda: (
                    cross_entropy(EXAMPLES["A13"]["p"], EXAMPLES["A13"]["q"])
                    - kl_divergence(EXAMPLES["A13"]["p"], EXAMPLES["A13"]["q"])
                ),
                "bits",
            ),
        ),
        (
            Quantity("H(p,q) − D(p‖q), p soft, q uniform", lambda: _constant(_B8["q"]), "bits"),
            Quantity("the same with q = p reversed", lambda: _constant(_REVERSED), "bits"),
            Quantity("H(p)", lambda: entropy(_B8["p"]), "bits"),
        ),
        r"With a one-hot $p$ the two are equal. But for *any* fixed $p$, here "
        r"$(.1, .1, .1, .7)$, they differ by the constant $H(p)$, whatever $q$: same gradient, "
        "same minimum. One-hot targets are enough for the swap, not needed.",
    ),
    NoteCheck(
        "B9",
        "cross-entropy",
        "right under a condition",
        "Cross-entropy “measures the difference” between two distributions.",
        (Quantity("H(p,p) of a one-hot p", lambda: entropy(EXAMPLES["A8"]["one_hot"]), "bits"),),
        (
            Quantity("H(p,p)", lambda: cross_entropy(_B9["p"], _B9["p"]), "bits"),
            Quantity("D(p‖p)", lambda: kl_divergence(_B9["p"], _B9["p"]), "bits"),
        ),
        r"A difference is 0 where there is none. At $q = p = (.1, .1, .1, .7)$ cross-entropy is "
        r"$H(p)$, which is 0 only when $p$ is one-hot. KL divergence measures the excess.",
    ),
    NoteCheck(
        "B10",
        "entropy",
        "wrong",
        rf"$[.001, .001, .001, .999]$ is a distribution with entropy {_B10['quoted']}.",
        (
            Quantity("sum of the four numbers", lambda: sum(_B10["vector"])),
            Quantity(
                "−Σ p log₂ p all the same",
                lambda: np.array(_B10["vector"]) @ self_information(_B10["vector"]),
                "bits",
            ),
        ),
        (Quantity("H(.001, .001, .001, .997)", lambda: entropy(_B10["p"]), "bits"),),
        r"The numbers do not sum to 1, so they are no distribution and have no entropy. "
        "With .997 for the last they do.",
    ),
    NoteCheck(
        "B13",
        "entropy",
        "sloppy",
        r"$H(p,q) = \sum p \log q$, and the entropy of a one-hot $p$ is “$1 \log 1$”.",
        (
            Quantity(
                "Σ p ln q as written, q = q₁",
                lambda: -cross_entropy(_B13["p"], _B13["q"], base=NATS),
                "nats",
            ),
        ),
        (
            Quantity("H(p,q)", lambda: cross_entropy(_B13["p"], _B13["q"], base=NATS), "nats"),
            Quantity("H(p)", lambda: entropy(_B13["p"], base=NATS), "nats"),
        ),
        r"The minus is missing: a loss below 0 would be a reward. The entropy of one-hot is "
        r"$-1\log 1 - 0\log 0 - \dots$, where $0 \log 0 = 0$ is the limit of $x \log x$; the "
        "other outcomes may not be left out silently.",
    ),
    NoteCheck(
        "B21",
        "KL divergence",
        "sloppy",
        r"$D(p \mid q)$.",
        (
            Quantity(
                "the bar read as conditioning, p and q independent: H(p)",
                lambda: entropy(_B21["p"]),
                "bits",
            ),
        ),
        (
            Quantity("D(p‖q)", lambda: kl_divergence(_B21["p"], _B21["q"]), "bits"),
            Quantity("D(q‖p)", lambda: kl_divergence(_B21["q"], _B21["p"]), "bits"),
        ),
        r"One bar is conditioning, as in $H(X \mid Y)$, which asks for a joint distribution. The "
        r"divergence of two distributions is written $D(p\,\|\,q)$, and the order counts.",
    ),
)


def _in_nats() -> float:
    return float(cross_entropy(_B5["p"], _B5["q"], base=NATS))
