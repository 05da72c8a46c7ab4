"""A guided tour of fifteen minutes through the pages, in teaching order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from explorer.teaching.exercise import listed
from explorer.teaching.worked_examples import EXAMPLES


@dataclass(frozen=True)
class Stop:
    """A page of the tour in a state worth looking at.

    Attributes:
        page: Address of the page.
        title: What the stop is about.
        words: What to look at and to do.
        minutes: How long it takes.
        parameters: Of the page's address, which set its state.
    """

    page: str
    title: str
    words: str
    minutes: float
    parameters: Mapping[str, str] = field(default_factory=dict)


TOUR = (
    Stop(
        "self_information",
        "Information is surprise",
        "An underdog's win, 1 in 64, carries 6 bits. Drag the point: halve p, and one bit is "
        "added. Then draw 64 events below and see how their information adds up.",
        2,
        {"p": repr(EXAMPLES["table_tennis"]["p"][1]), "unit": "bits"},
    ),
    Stop(
        "entropy",
        "Entropy is the average surprise",
        "Four lottery tickets, one favourite. Drag the bars until the entropy is as high as it "
        "can be, then as low.",
        2,
        {"p": listed(EXAMPLES["lottery_with_favourite"]["p"]), "unit": "bits"},
    ),
    Stop(
        "divergence",
        "Cross-entropy and KL: the price of being wrong",
        "Events come from p, you believe in q. Press “Walk q to p”: the cross-entropy falls to "
        "H(p), and D(p‖q) to 0. What is left cannot be avoided.",
        2.5,
        {
            "p": listed(EXAMPLES["kl_is_asymmetric"]["p"]),
            "q": listed(EXAMPLES["fair_lottery"]["p"]),
            "unit": "bits",
            "view": "Terms",
        },
    ),
    Stop(
        "binary",
        "As a loss: who still pulls when the answer is wrong?",
        "The logit is −10, the label 1. Compare the derivatives, then press Play in the race "
        "below: squared error sits still.",
        2.5,
        {
            "z": repr(EXAMPLES["vanishing_gradient"]["z"]),
            "y": str(EXAMPLES["vanishing_gradient"]["y"]),
        },
    ),
    Stop(
        "multiclass",
        "Many classes: the gradient is q − p",
        "The model is confident and wrong. Read the norms of the gradients, then drag the bars "
        "and watch q − p follow.",
        2,
        {
            "edit": "probabilities",
            "q": listed(EXAMPLES["drop_is_not_gradient"]["wrong"]),
            "y": "1",
            "show": "One example",
        },
    ),
    Stop(
        "live",
        "A real race on handwritten digits",
        "Press Train. Cross-entropy and MSE start from the same weights and see the same batches; "
        "the right plot is the fair comparison.",
        2.5,
        {"race": "CE against MSE"},
    ),
    Stop(
        "notes_checked",
        "What the notes get wrong",
        "Even good lecture notes contain slips. Guess the verdict of a card before you read it, "
        "then follow its link.",
        1.5,
        {"topic": "all"},
    ),
)
"""The stops; together fifteen minutes."""
