"""Examples of the lecture for the three forms: logits, which labels are true, and one node."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer.teaching.worked_examples import EXAMPLES


@dataclass(frozen=True)
class LabelledPreset:
    """One example.

    Attributes:
        logits: one per class.
        labels: indices of the true labels.
        node: index of the logit that the one-node form takes.
        form: which of the three forms it is about, 1 softmax, 2 sigmoids or 3 one node.
        names: one name per class.
        source: row of the lessons table that it comes from.
        note: what to look at, one sentence.
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
    example = EXAMPLES["B7"]
    true = tuple(index for index, label in enumerate(example["labels"]) if label)
    return LabelledPreset(logits, true, true[0], form, example.names, "B7", note)


_A14, _A15, _A26, _Q = EXAMPLES["A14"], EXAMPLES["A15"], EXAMPLES["A26"], EXAMPLES["B7"]["q"]

LABELLED_PRESETS: Mapping[str, LabelledPreset] = MappingProxyType(
    {
        "Batch of two, row 1": _row(
            "A17", 0, 1, "The third class is true: one loss under softmax, three under sigmoids."
        ),
        "Batch of two, row 2": _row(
            "A17", 1, 1, "The first class is true; its sigmoid is σ(1) only."
        ),
        "Row 1 under sigmoids": _row(
            "A18", 0, 2, "A loss for each label: the largest is that of the first, a false one."
        ),
        "Row 2 under sigmoids": _row(
            "A18", 1, 2, "A logit of 0 costs ln 2, whatever the label says."
        ),
        "Logits (0.5, 2, −1)": LabelledPreset(
            _A26["logits"],
            (_A26["true_class"],),
            _A26["true_class"],
            1,
            _A26.names,
            "A26",
            "−Σ y ln q and −z of the true class plus logsumexp are the same number.",
        ),
        "Three yes-or-no answers": LabelledPreset(
            tuple(map(_log_odds, _A14["probabilities"])),
            tuple(range(len(_A14["probabilities"]))),
            0,
            2,
            _A14.names,
            "A14",
            "All answers are yes; σ is 0.9, 0.5 and 0.1, and each has its own loss −ln σ.",
        ),
        "One node and a zero": LabelledPreset(
            (_A15["z"], 0.0),
            (0,),
            0,
            3,
            ("z", "zero"),
            "A15",
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
