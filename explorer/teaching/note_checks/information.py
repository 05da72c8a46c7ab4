"""Checked statements on entropy, cross-entropy and KL divergence."""

from __future__ import annotations

import numpy as np

from explorer.core.information import cross_entropy, entropy, kl_divergence, self_information
from explorer.teaching.note_checks.check import NATS, NoteCheck, Quantity
from explorer.teaching.worked_examples import EXAMPLES

_WRONG, _SURPRISE, _UNITS, _ASYMMETRY = (
    EXAMPLES[key]
    for key in ("wrong_probability", "expected_surprise", "unlabelled_units", "kl_is_asymmetric")
)
_UP_TO_CONSTANT, _OF_ITSELF, _SUM_ABOVE_ONE, _MISSING_MINUS, _BAR = (
    EXAMPLES[key]
    for key in (
        "kl_up_to_a_constant",
        "cross_entropy_of_itself",
        "sum_above_one",
        "missing_minus",
        "divergence_bar",
    )
)

_REVERSED = _UP_TO_CONSTANT["p"][::-1]


def _constant(q: tuple[float, ...]) -> float:
    return float(cross_entropy(_UP_TO_CONSTANT["p"], q) - kl_divergence(_UP_TO_CONSTANT["p"], q))


CHECKS = (
    NoteCheck(
        "wrong_probability",
        "cross-entropy",
        "wrong",
        r"For $q_2 = (.98, .01, 0, 0, .01)$ the loss is "
        rf"$\text{{“}}{{-}}\log 0.4 \approx {_WRONG['quoted']}\text{{”}}$.",
        (Quantity("−ln 0.4", lambda: self_information(_WRONG["q1"][0], base=NATS), "nats"),),
        (Quantity("−ln 0.98", lambda: self_information(_WRONG["q2"][0], base=NATS), "nats"),),
        r"0.4 is the first guess's probability of the true class. The better guess $q_2$ gives it "
        r"0.98, and the loss is $-\ln 0.98$. The value was right, the formula a slip.",
    ),
    NoteCheck(
        "expected_surprise",
        "entropy",
        "wrong",
        "High entropy is “stable”; it means “no surprise” and “less info”.",
        (
            Quantity("H(p), low", lambda: entropy(_SURPRISE["p"]), "bits"),
            Quantity(
                "H of four equal chances, high",
                lambda: entropy(EXAMPLES["fair_lottery"]["p"]),
                "bits",
            ),
        ),
        (
            Quantity(
                "I(0.001), one rare outcome", lambda: self_information(_SURPRISE["p"][0]), "bits"
            ),
            Quantity(
                "Σ p · I(p), the surprise to expect",
                lambda: np.array(_SURPRISE["p"]) @ self_information(_SURPRISE["p"]),
                "bits",
            ),
        ),
        r"Entropy *is* the expected surprise, $H(p) = \sum_i p_i\,I(p_i)$. A single rare outcome "
        "of $p = (.001, .001, .001, .997)$ is very surprising, but it hardly ever happens, so the "
        "average is low. High entropy means a lot of surprise to expect, and a lot of information "
        "in each outcome.",
    ),
    NoteCheck(
        "unlabelled_units",
        "cross-entropy",
        "sloppy",
        r"$\log_2$ for entropy and $\ln$ for cross-entropy in the same text, with no unit on "
        r"either, as for $q_1 = (.4, .3, .05, .05, .2)$.",
        (
            Quantity(
                "read as bits, too low by the factor",
                lambda: cross_entropy(_UNITS["p"], _UNITS["q"]) / _in_nats(),
            ),
        ),
        (
            Quantity("H(p,q)", lambda: _in_nats(), "nats"),
            Quantity("the same H(p,q)", lambda: cross_entropy(_UNITS["p"], _UNITS["q"]), "bits"),
        ),
        r"The base of the logarithm is the unit: $\log_2$ gives bits, $\ln$ gives nats, and "
        r"1 nat is $1/\ln 2$ bits. $H(p,q) = H(p) + D(p\,\|\,q)$ holds only in one unit.",
    ),
    NoteCheck(
        "kl_is_asymmetric",
        "KL divergence",
        "wrong",
        r"KL divergence is the “distance” between two distributions, or how much they overlap.",
        (
            Quantity(
                "D(p‖u) − D(u‖p), which would be 0",
                lambda: (
                    kl_divergence(_ASYMMETRY["p"], _ASYMMETRY["q"])
                    - kl_divergence(_ASYMMETRY["q"], _ASYMMETRY["p"])
                ),
                "bits",
            ),
        ),
        (
            Quantity("D(p‖u)", lambda: kl_divergence(_ASYMMETRY["p"], _ASYMMETRY["q"]), "bits"),
            Quantity("D(u‖p)", lambda: kl_divergence(_ASYMMETRY["q"], _ASYMMETRY["p"]), "bits"),
            Quantity(
                "D(p‖q), q = (0.5, 0.5, 0, 0)",
                lambda: kl_divergence(_ASYMMETRY["p"], _ASYMMETRY["impossible"]),
                "bits",
            ),
        ),
        r"With $p = (.1, .1, .1, .7)$ and $u$ uniform the two directions differ. A distance is "
        "symmetric and finite and obeys the triangle inequality; KL divergence does none of "
        "these. What it measures is the price of expecting $q$ when $p$ is true.",
    ),
    NoteCheck(
        "kl_up_to_a_constant",
        "KL divergence",
        "right under a condition",
        "Cross-entropy is used in place of KL divergence *because the targets are one-hot*.",
        (
            Quantity(
                "H(p,q) − D(p‖q) for a one-hot p",
                lambda: (
                    cross_entropy(
                        EXAMPLES["one_hot_of_four"]["p"], EXAMPLES["one_hot_of_four"]["q"]
                    )
                    - kl_divergence(
                        EXAMPLES["one_hot_of_four"]["p"], EXAMPLES["one_hot_of_four"]["q"]
                    )
                ),
                "bits",
            ),
        ),
        (
            Quantity(
                "H(p,q) − D(p‖q), p soft, q uniform",
                lambda: _constant(_UP_TO_CONSTANT["q"]),
                "bits",
            ),
            Quantity("the same with q = p reversed", lambda: _constant(_REVERSED), "bits"),
            Quantity("H(p)", lambda: entropy(_UP_TO_CONSTANT["p"]), "bits"),
        ),
        r"With a one-hot $p$ the two are equal. But for *any* fixed $p$, here "
        r"$(.1, .1, .1, .7)$, they differ by the constant $H(p)$, whatever $q$: same gradient, "
        "same minimum. One-hot targets are sufficient for the swap, but not necessary.",
    ),
    NoteCheck(
        "cross_entropy_of_itself",
        "cross-entropy",
        "right under a condition",
        "Cross-entropy “measures the difference” between two distributions.",
        (
            Quantity(
                "H(p,p) of a one-hot p",
                lambda: entropy(EXAMPLES["decomposition"]["one_hot"]),
                "bits",
            ),
        ),
        (
            Quantity("H(p,p)", lambda: cross_entropy(_OF_ITSELF["p"], _OF_ITSELF["p"]), "bits"),
            Quantity("D(p‖p)", lambda: kl_divergence(_OF_ITSELF["p"], _OF_ITSELF["p"]), "bits"),
        ),
        r"A difference is 0 where there is none. At $q = p = (.1, .1, .1, .7)$ cross-entropy is "
        r"$H(p)$, which is 0 only when $p$ is one-hot. KL divergence measures the excess.",
    ),
    NoteCheck(
        "sum_above_one",
        "entropy",
        "wrong",
        rf"$[.001, .001, .001, .999]$ is a distribution with entropy {_SUM_ABOVE_ONE['quoted']}.",
        (
            Quantity("sum of the four numbers", lambda: sum(_SUM_ABOVE_ONE["vector"])),
            Quantity(
                "−Σ p log₂ p all the same",
                lambda: (
                    np.array(_SUM_ABOVE_ONE["vector"]) @ self_information(_SUM_ABOVE_ONE["vector"])
                ),
                "bits",
            ),
        ),
        (Quantity("H(.001, .001, .001, .997)", lambda: entropy(_SUM_ABOVE_ONE["p"]), "bits"),),
        r"The numbers do not sum to 1, so they are not a distribution and have no entropy. With "
        r".997 as the last one they do.",
    ),
    NoteCheck(
        "missing_minus",
        "entropy",
        "sloppy",
        r"$H(p,q) = \sum p \log q$, and the entropy of a one-hot $p$ is “$1 \log 1$”.",
        (
            Quantity(
                "Σ p ln q as written, q = q₁",
                lambda: -cross_entropy(_MISSING_MINUS["p"], _MISSING_MINUS["q"], base=NATS),
                "nats",
            ),
        ),
        (
            Quantity(
                "H(p,q)",
                lambda: cross_entropy(_MISSING_MINUS["p"], _MISSING_MINUS["q"], base=NATS),
                "nats",
            ),
            Quantity("H(p)", lambda: entropy(_MISSING_MINUS["p"], base=NATS), "nats"),
        ),
        r"The minus is missing: a loss below 0 would be a reward. The entropy of one-hot is "
        r"$-1\log 1 - 0\log 0 - \dots$, where $0 \log 0 = 0$ is the limit of $x \log x$; the "
        "other outcomes may not be left out silently.",
    ),
    NoteCheck(
        "divergence_bar",
        "KL divergence",
        "sloppy",
        r"$D(p \mid q)$.",
        (
            Quantity(
                "the bar read as conditioning, p and q independent: H(p)",
                lambda: entropy(_BAR["p"]),
                "bits",
            ),
        ),
        (
            Quantity("D(p‖q)", lambda: kl_divergence(_BAR["p"], _BAR["q"]), "bits"),
            Quantity("D(q‖p)", lambda: kl_divergence(_BAR["q"], _BAR["p"]), "bits"),
        ),
        r"One bar is conditioning, as in $H(X \mid Y)$, which asks for a joint distribution. The "
        r"divergence of two distributions is written $D(p\,\|\,q)$, and the order counts.",
    ),
)


def _in_nats() -> float:
    return float(cross_entropy(_UNITS["p"], _UNITS["q"], base=NATS))
