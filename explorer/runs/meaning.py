"""What a metric means: on which images it was measured, what it is, and which way is better.

The meaning of a curve's own series is known. That of a foreign one is guessed from its name and
its values; a person can say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.runs.config import LOSS_LABELS
from explorer.runs.curve_data import TEST_FULL
from explorer.runs.series import CurveData

TRAIN, VALIDATION, TEST, UNSAID = "train", "validation", "test", ""
SPLITS: Mapping[str, str] = {
    TRAIN: "training",
    VALIDATION: "validation",
    TEST: "test",
    TEST_FULL: "test, all images",
    UNSAID: "not said",
}
"""On what a metric was measured → what that is called."""

LOSS, ACCURACY, PERCENT, OTHER = "loss", "accuracy", "accuracy_percent", "other"
CROSS_ENTROPY = "cross_entropy"
LOSSES: Mapping[str, str] = {
    LOSS: "Loss, not known which",
    CROSS_ENTROPY: "Cross-entropy / nats",
    "cross_entropy_bits": "Cross-entropy / bits",
    "cross_entropy_dits": "Cross-entropy / dits",
    **{loss: label for loss, label in LOSS_LABELS.items() if loss != CROSS_ENTROPY},
    "squared_error": "Mean squared error",
    "root_squared_error": "Root mean squared error",
    "absolute_error": "Mean absolute error",
    "kl_divergence": "KL divergence",
}
WHATS: Mapping[str, str] = {
    **LOSSES,
    ACCURACY: "Accuracy, 0 to 1",
    PERCENT: "Accuracy / %",
    "error_rate": "Error rate",
    "score": "Score, higher is better",
    "perplexity": "Perplexity",
    "learning_rate": "Learning rate",
    "norm": "Norm",
    OTHER: "Something else",
}
"""What a metric can be → what that is called, with its unit."""
_LOWER = frozenset({*LOSSES, "error_rate", "perplexity"})
_HIGHER = frozenset({ACCURACY, PERCENT, "score"})

SPLIT_WORDS: Mapping[str, frozenset[str]] = {
    VALIDATION: frozenset(
        {"val", "valid", "validate", "validation", "dev", "eval", "evaluate", "evaluation"}
    ),
    TEST: frozenset({"test", "testing"}),
    TRAIN: frozenset({"train", "training", "tr", "fit"}),
}
"""On what a metric was measured → the words for it in names; the first that is found decides."""
# As Lightning ends the names of what it logs twice.
_PACE_WORDS = frozenset({"epoch", "step"})
ACCURACY_WORDS = frozenset(
    {"acc", "accuracy", "top1", "top5", "acc1", "acc5", "accuracy01", "accuracy05"}
)
# The first that is found in a name decides, so what is narrower stands first.
_WORDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("learning_rate", frozenset({"lr", "lrs", "learningrate"})),
    ("perplexity", frozenset({"perplexity", "ppl"})),
    ("norm", frozenset({"norm", "gradnorm", "gnorm", "norms"})),
    ("cross_entropy_bits", frozenset({"bpb", "bpc", "bpd", "bits"})),
    (
        CROSS_ENTROPY,
        frozenset({"ce", "nll", "xent", "crossentropy", "logloss", "mlogloss", "bce"}),
    ),
    ("multiclass_hinge", frozenset({"hinge"})),
    ("kl_divergence", frozenset({"kl", "kld", "kldiv"})),
    ("root_squared_error", frozenset({"rmse"})),
    ("squared_error", frozenset({"mse", "l2"})),
    ("absolute_error", frozenset({"mae", "l1"})),
    (LOSS, frozenset({"loss", "losses", "cost", "objective", "criterion"})),
    (ACCURACY, ACCURACY_WORDS),
    ("error_rate", frozenset({"err", "error", "merror"})),
    (
        "score",
        frozenset({"f1", "auc", "auroc", "precision", "recall", "map", "iou", "miou", "dice"})
        | {"bleu", "rouge", "r2", "score"},
    ),
)
_JOINED = (
    (re.compile(r"cross[^A-Za-z0-9]?entropy", re.IGNORECASE), "crossentropy"),
    (re.compile(r"learning[^A-Za-z0-9]?rate", re.IGNORECASE), "learningrate"),
    (re.compile(r"log[^A-Za-z0-9]loss", re.IGNORECASE), "logloss"),
)

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a metric is.

    Attributes:
        split: Key of SPLITS.
        what: Key of WHATS.

    Raises:
        ValueError: One of them is no such key.
    """

    split: str = UNSAID
    what: str = OTHER

    def __post_init__(self) -> None:
        if self.split not in SPLITS or self.what not in WHATS:
            raise ValueError(f"There is no metric of “{self.what}” on “{self.split}”.")

    @property
    def is_loss(self) -> bool:
        """Whether it is a loss of whatever kind."""
        return self.what in LOSSES

    @property
    def in_words(self) -> str:
        """What it is called, such as "Cross-entropy / nats, validation"."""
        return f"{WHATS[self.what]}, {SPLITS[self.split]}" if self.split else WHATS[self.what]


def better(what: str) -> int:
    """Tell which way a metric gets better: −1 down, 1 up, 0 where that cannot be said.

    Args:
        what: Key of WHATS.
    """
    return -1 if what in _LOWER else int(what in _HIGHER)


def meanings_of(data: CurveData, said: Mapping[str, Meaning] | None = None) -> dict[str, Meaning]:
    """Return what every series of a curve means.

    Args:
        data: What was measured of it; what the mapping of its file names is known.
        said: By name of a series, what a person said that it means; that counts most.
    """
    told = {name: own for own, name in data.file.mapping.items()} if data.file else {}
    found = {}
    for name, series in data.series.items():
        by_name = guessed(name, series.values)
        own = guessed(told[name], series.values) if name in told else by_name
        # A file's own word for validation images says more than a role.
        found[name] = Meaning(by_name.split or own.split, own.what)
    # What has no such word is of the training where its like was validated too, as in Keras.
    validated = {
        stem(name) for name, one in found.items() if one.split in (VALIDATION, TEST, TEST_FULL)
    }
    trained = {
        stem(name): len(data.series[name]) for name, one in found.items() if one.split == TRAIN
    }
    for name, one in found.items():
        # A single number beside a curve is its summary, as Transformers writes "train_loss".
        is_summed_up = trained.get(stem(name), 0) == 1 < len(data.series[name])
        if (
            one.split == UNSAID
            and stem(name) in validated
            and (stem(name) not in trained or is_summed_up)
        ):
            found[name] = Meaning(TRAIN, one.what)
    return found | {name: one for name, one in (said or {}).items() if name in found}


def guessed(name: str, values: Values) -> Meaning:
    """Guess what a metric means by its name and its values.

    Args:
        name: Of the series.
        values: float64 [n].
    """
    every = frozenset(words(name))
    if name.startswith(f"{TEST_FULL}/"):
        split = TEST_FULL
    else:
        split = next((one for one, own in SPLIT_WORDS.items() if every & own), UNSAID)
    own_loss = name.partition("/")[2]
    if own_loss in LOSS_LABELS:
        return Meaning(split, own_loss)
    what = next((what for what, own in _WORDS if every & own), OTHER)
    if what == "multiclass_hinge" and values.size and np.nanmin(values) < 0:
        what = LOSS
    return Meaning(split, _accuracy(values) if what == ACCURACY else what)


def _accuracy(values: Values) -> str:
    """Tell whether accuracies are fractions or percent; what is neither is something else."""
    known = values[~np.isnan(values)]
    if np.any((known < 0) | (known > 100)):
        return OTHER
    return PERCENT if np.any(known > 1) else ACCURACY


def stem(name: str) -> str:
    """Return a metric's name without what tells the split: "val_loss" and "loss" are "loss"."""
    dropped = frozenset().union(*SPLIT_WORDS.values())
    left = [word for word in words(name.removeprefix(f"{TEST_FULL}/")) if word not in dropped]
    if len(left) > 1:
        left = [word for word in left if word not in _PACE_WORDS] or left
    joined = " ".join(left)
    return {"acc": "accuracy"}.get(joined, joined) or name


def words(name: str) -> list[str]:
    """Split a metric's name: "epoch_valLoss/Train" is epoch, val, loss, train."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    for pattern, joined in _JOINED:
        parted = pattern.sub(joined, parted)
    return [word.lower() for word in re.split(r"[^\w]+|_", parted) if word]


def to_texts(meanings: Mapping[str, Meaning]) -> dict[str, list[str]]:
    """Return meanings as JSON can hold them."""
    return {name: [one.split, one.what] for name, one in meanings.items()}


def from_texts(texts: Mapping[str, Iterable[str]]) -> dict[str, Meaning]:
    """Read what `to_texts` wrote; what a later version knows more of is left out."""
    found = {}
    for name, (split, what) in texts.items():
        if split in SPLITS and what in WHATS:
            found[name] = Meaning(split, what)
    return found
