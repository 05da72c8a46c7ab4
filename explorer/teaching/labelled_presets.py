"""Examples of the lecture for the three forms: logits, which labels are true, and one node."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer.teaching.worked_examples import EXAMPLES


@dataclass(frozen=True)
class LabelledPreset:
    """Logits with the labels that are true.

    Attributes:
        logits: One per class.
        labels: Indices of the true labels.
        node: Index of the logit that the one-node form takes.
        form: Which of the three forms it is about, 1 softmax, 2 sigmoids or 3 one node.
        names: One name per class.
        source: Key of the worked example that it comes from.
        note: What to look at, one sentence.
    """

    logits: tuple[float, ...]
    labels: tuple[int, ...]
    node: int
    form: int
    names: tuple[str, ...]
    source: str
    note: str


def _log_odds(p: float) -> float:
    return math.log(p / (1 - p))


def _row(source: str, row: int, form: int, note: str) -> LabelledPreset:
    example = EXAMPLES[source]
    true_class = example["classes"][row]
    return LabelledPreset(
        example["logits"][row], (true_class,), true_class, form, example.names, source, note
    )


def _two_labels(logits: tuple[float, ...], form: int, note: str) -> LabelledPreset:
    example = EXAMPLES["two_hot_labels"]
    true = tuple(index for index, label in enumerate(example["labels"]) if label)
    return LabelledPreset(logits, true, true[0], form, example.names, "two_hot_labels", note)


_BINARY, _ONE_NODE, _LOGSUMEXP, _Q = (
    EXAMPLES["binary_cross_entropy"],
    EXAMPLES["sigmoid_as_softmax"],
    EXAMPLES["logsumexp_form"],
    EXAMPLES["two_hot_labels"]["q"],
)

LABELLED_PRESETS: Mapping[str, LabelledPreset] = MappingProxyType(
    {
        "Batch of two, row 1": _row(
            "softmax_batch",
            0,
            1,
            "The third class is true: one loss under softmax, three under sigmoids.",
        ),
        "Batch of two, row 2": _row(
            "softmax_batch", 1, 1, "The first class is true; its sigmoid is σ(1) only."
        ),
        "Row 1 under sigmoids": _row(
            "sigmoid_batch",
            0,
            2,
            "One loss for each label: the first, a false one, has the largest.",
        ),
        "Row 2 under sigmoids": _row(
            "sigmoid_batch", 1, 2, "A logit of 0 costs ln 2, whatever the label says."
        ),
        "Logits (0.5, 2, −1)": LabelledPreset(
            _LOGSUMEXP["logits"],
            (_LOGSUMEXP["true_class"],),
            _LOGSUMEXP["true_class"],
            1,
            _LOGSUMEXP.names,
            "logsumexp_form",
            "−Σ y ln q and −z of the true class plus logsumexp are the same number.",
        ),
        "Three yes-or-no answers": LabelledPreset(
            tuple(map(_log_odds, _BINARY["probabilities"])),
            tuple(range(len(_BINARY["probabilities"]))),
            0,
            2,
            _BINARY.names,
            "binary_cross_entropy",
            "All answers are yes; σ is 0.9, 0.5 and 0.1, and each has its own loss −ln σ.",
        ),
        "One node and a zero": LabelledPreset(
            (_ONE_NODE["z"], 0.0),
            (0,),
            0,
            3,
            ("z", "zero"),
            "sigmoid_as_softmax",
            "The sigmoid of z is the softmax of (z, 0), so forms 1 and 3 agree.",
        ),
        "Labels 0, 1, 0, 1, softmax": _two_labels(
            tuple(map(math.log, _Q)),
            1,
            "The softmax is q = (.1, .6, .2, .1), with two labels true.",
        ),
        "Labels 0, 1, 0, 1, sigmoids": _two_labels(
            tuple(map(_log_odds, _Q)),
            2,
            "Now the sigmoids are .1, .6, .2, .1: four separate answers.",
        ),
    }
)
"""Name → example, for the page of the three forms."""
