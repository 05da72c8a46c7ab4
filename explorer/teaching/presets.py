"""The distributions that the lecture notes use as examples, as the pages offer them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer.core.distributions import one_hot
from explorer.teaching import tour_digit
from explorer.teaching.worked_examples import EXAMPLES


@dataclass(frozen=True)
class Preset:
    """A named example.

    Attributes:
        p: True distribution.
        q: Model distribution with the same outcomes; None where the example has only p.
        names: One name per outcome.
        source: Key of the worked example that it comes from; "" for the tour's digit.
        note: What to look at, one sentence.
    """

    p: tuple[float, ...]
    q: tuple[float, ...] | None
    names: tuple[str, ...]
    source: str
    note: str


def printed(key: str, quantity: str) -> str:
    """Return a reference value of a worked example as it is printed, with its unit.

    Args:
        key: Key of `EXAMPLES`.
        quantity: Key of its references.
    """
    value = EXAMPLES[key].references[quantity]
    return f"{value.text} {value.unit}"


def _preset(
    key: str, note: str, p: str = "p", q: str | None = None, names: tuple[str, ...] = ()
) -> Preset:
    """Return the inputs `p` and `q` of the worked example."""
    example = EXAMPLES[key]
    model = None if q is None else example[q]
    return Preset(example[p], model, names or example.names, key, note)


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "Lottery": _preset(
            "fair_lottery",
            f"Four people, equal chances: {printed('fair_lottery', 'H(p)')}, the most that "
            "four outcomes can have.",
        ),
        "Lottery, one favourite": _preset(
            "lottery_with_favourite",
            "One person holds most of the tickets: less to be surprised by on average.",
        ),
        "Lottery, nearly decided": _preset(
            "lottery_nearly_decided",
            f"The average surprise is small, though a rare winner carries "
            f"{printed('expected_surprise', 'I(0.001)')}.",
        ),
        "One-hot": _preset(
            "decomposition",
            "A certain outcome: entropy 0, so cross-entropy and KL divergence coincide.",
            "one_hot",
        ),
        "Uniform": _preset(
            "fair_lottery",
            "Every outcome equally likely: entropy at its maximum, log n.",
            "three",
            names=("outcome 1", "outcome 2", "outcome 3"),
        ),
        "Table tennis": _preset(
            "match_and_coin",
            f"{EXAMPLES['table_tennis']['meetings']} meetings, {EXAMPLES['table_tennis']['wins']} "
            f"wins: the rare result carries {printed('table_tennis', 'I(1/64)')}, the usual one "
            f"{printed('table_tennis', 'I(63/64)')}.",
        ),
        "Fair coin": _preset(
            "match_and_coin", "The unit of information: 1 bit.", "coin", names=("heads", "tails")
        ),
        "Certain outcome": _preset(
            "match_and_coin",
            f"Nothing to be surprised by: {printed('match_and_coin', 'certain')}.",
            "certain",
            names=("happens", "does not happen"),
        ),
        "Die": _preset("fair_die", f"Each face carries {printed('fair_die', 'I(1/6)')}."),
        "Five classes, first guess q₁": _preset(
            "two_guesses",
            f"The true class has 0.4: cross-entropy {printed('two_guesses', 'q1')}.",
            q="q1",
        ),
        "Five classes, better guess q₂": _preset(
            "two_guesses",
            f"The true class has 0.98: cross-entropy {printed('two_guesses', 'q2')}.",
            q="q2",
        ),
        "Five classes, confidently wrong": _preset(
            "drop_is_not_gradient",
            "The gradient of cross-entropy is large here, that of squared error is not.",
            q="wrong",
        ),
        "Four classes, one true": _preset(
            "one_hot_of_four",
            f"Only −log 0.6 counts: {printed('one_hot_of_four', 'H(p,q)')}.",
            q="q",
        ),
        "Skewed against uniform": _preset(
            "kl_is_asymmetric", "D(p‖q) and D(q‖p) differ: KL divergence is not a distance.", q="q"
        ),
    }
)
"""Name → example of the lecture."""
DIGIT_PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        f"A handwritten {tour_digit.LABEL}, {network} after {step:,} steps": Preset(
            tuple(one_hot(tour_digit.LABEL, 10).tolist()),
            q,
            tour_digit.NAMES,
            "",
            "p is the truth, q what a network believes while it learns.",
        )
        for network, step, q in tour_digit.beliefs()
    }
)
"""Name → the tour's digit, and a softmax of it in the race that comes with the app."""
