"""Exercises of the pages on information."""

from __future__ import annotations

import math

from explorer.core.coding import expected_code_length, huffman_code_lengths
from explorer.core.gibbs import gibbs_gaps
from explorer.core.information import (
    cross_entropy,
    entropy,
    kl_divergence,
    perplexity,
    self_information,
)
from explorer.figures.numbers import written
from explorer.teaching.exercise import Exercise, bits, listed, nats
from explorer.teaching.worked_examples import EXAMPLES

_TENNIS = EXAMPLES["table_tennis"]["p"]
_SKEWED, _UNIFORM = EXAMPLES["kl_is_asymmetric"]["p"], EXAMPLES["fair_lottery"]["p"]
_RARE = EXAMPLES["lottery_nearly_decided"]["p"]
_FIRST, _Q1, _Q2 = (EXAMPLES["two_guesses"][name] for name in ("p", "q1", "q2"))


SELF_INFORMATION = (
    Exercise(
        "The favourite won 63 of 64 meetings. How many bits does a win by the underdog carry?",
        {"p": repr(_TENNIS[1]), "unit": "bits"},
        f"{bits(self_information(_TENNIS[1]))}, as much as six tosses of a coin, because "
        f"1/64 = 2⁻⁶. A win by the favourite carries {bits(self_information(_TENNIS[0]))}.",
        guesses=("1 bit", "6 bits", "64 bits"),
        right=1,
    ),
    Exercise(
        "Drag the point from p = 1/2 to 1/4, then to 1/8. What happens to the information each "
        "time the probability halves?",
        {"p": "0.5", "unit": "bits"},
        f"It grows by {bits(self_information(0.25) - self_information(0.5))} each time, whatever "
        "p is: products of probabilities become sums of information.",
        guesses=("It doubles", "It grows less and less", "It grows by the same amount"),
        right=2,
    ),
    Exercise(
        "A die shows 6, 6, 6, 6. Is that sequence more surprising than 3, 1, 6, 2?",
        {"source": "Die", "events": "6 6 6 6", "unit": "bits"},
        f"No. Each face carries {bits(self_information(1 / 6))}, so both sequences carry "
        f"{bits(4 * self_information(1 / 6))}. Surprise is about probability, not about pattern.",
        guesses=(
            "They are equally surprising",
            "Yes, 6, 6, 6, 6 is more surprising",
            "No, 3, 1, 6, 2 is more surprising",
        ),
        right=0,
        control="sequence field",
        plot="running-information",
    ),
)
ENTROPY = (
    Exercise(
        "Each of three outcomes has probability 0.001 and would carry almost 10 bits, yet the "
        "entropy is close to 0. How can that be?",
        {"p": listed(_RARE), "unit": "bits"},
        "The entropy is an average. Each rare outcome carries "
        f"{bits(self_information(_RARE[0]))} but comes once in a thousand times; H(p) = "
        f"{bits(entropy(_RARE))}.",
        guesses=(
            "Rare outcomes hardly count on average",
            "Their bits cancel out",
            "The entropy is wrong",
        ),
        right=0,
    ),
    Exercise(
        "Start from the uniform distribution of four outcomes and drag any bar. Can the entropy "
        "rise?",
        {"p": listed(_UNIFORM), "unit": "bits"},
        f"No: {bits(entropy(_UNIFORM))} is the maximum log₂ 4, reached by the uniform "
        f"distribution alone. Its perplexity is {written(float(perplexity(_UNIFORM)))}.",
        guesses=("Yes", "No", "It depends on the bar"),
        right=1,
    ),
    Exercise(
        "Two outcomes: where on its curve is the entropy of a biased coin half a bit?",
        {"p": "0.89,0.11", "name": ("heads", "tails"), "unit": "bits"},
        f"Near 0.11 and 0.89, on both sides: H = {bits(entropy([0.89, 0.11]))}. "
        "A coin must be very biased before half of its information is gone.",
        guesses=("At 1/2", "At 1/4 and 3/4", "Near 0.11 and 0.89"),
        right=2,
        plot="binary-entropy",
    ),
)
DIVERGENCE = (
    Exercise(
        "p is (.1, .1, .1, .7) and q is uniform. Swap them: is D(p‖q) the same?",
        {"p": listed(_SKEWED), "q": listed(_UNIFORM), "unit": "bits", "view": "Terms"},
        f"No: {bits(kl_divergence(_SKEWED, _UNIFORM))} one way, "
        f"{bits(kl_divergence(_UNIFORM, _SKEWED))} the other. KL divergence is not a distance.",
        guesses=("Yes", "No", "Yes, because q is uniform"),
        right=1,
    ),
    Exercise(
        "The true class is the first. Walk q to p. Why do cross-entropy and D(p‖q) fall together?",
        {"p": listed(_FIRST), "q": listed(_Q1), "unit": "nats", "view": "Terms"},
        "A one-hot p has entropy 0, so H(p,q) = D(p‖q). It starts at "
        f"{nats(cross_entropy(_FIRST, _Q1, base=math.e))}; a q of {written(_Q2[0])} on the true "
        f"class would leave {nats(cross_entropy(_FIRST, _Q2, base=math.e))}.",
        guesses=(
            "H(p) is 0, so they are the same number",
            "They do not: D(p‖q) falls faster",
            "By chance",
        ),
        right=0,
    ),
    Exercise(
        "Messages about p with a code made for a wrong q: how many bits are wasted per event?",
        {
            "p": listed(_SKEWED),
            "q": listed(_UNIFORM),
            "unit": "bits",
            "view": "Messages",
            "events": "10000",
        },
        f"D(p‖q) = {bits(kl_divergence(_SKEWED, _UNIFORM))} with ideal codes. Huffman's code for "
        f"p needs {bits(expected_code_length(_SKEWED, huffman_code_lengths(_SKEWED)))}, a little "
        f"above H(p) = {bits(entropy(_SKEWED))}, because it cannot use fractions of a digit. "
        "“Gibbs” shows why the waste is never negative: the shares add up to "
        f"{nats(gibbs_gaps(_SKEWED, _UNIFORM).shares.sum())}.",
        guesses=("None", "H(p,q)", "D(p‖q)"),
        right=2,
        control="coding events",
        plot="average-lengths",
    ),
)
