"""Which series of a file stand for the training loss and the measures on test images."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

import numpy as np

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.reading import ReadCurve
from explorer.runs import meaning
from explorer.runs.config import LOSS_LABELS
from explorer.runs.curve_data import (
    ACCURACY,
    TEST,
    TRAIN,
    UNKNOWN_LOSS,
    are_own,
    as_fractions,
)
from explorer.runs.series import CurveData, FileNotes

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Names of the series of a file that stand for what this app draws; "" for none.

    Attributes:
        own_loss: Key of LOSS_LABELS that says which loss `train_loss` is, "" where it is unknown.
        test_cross_entropy: In nats.
    """

    train_loss: str = ""
    own_loss: str = ""
    test_accuracy: str = ""
    test_cross_entropy: str = ""

    def by_own_name(self) -> dict[str, str]:
        """Return the app's name → the file's, of the series that are there."""
        names = {
            f"{TRAIN}/{self.own_loss or UNKNOWN_LOSS}": self.train_loss,
            f"{TEST}/{ACCURACY}": self.test_accuracy,
            f"{TEST}/cross_entropy": self.test_cross_entropy,
        }
        return {own: name for own, name in names.items() if name}


def series_names(curves: Sequence[ReadCurve]) -> list[str]:
    """Return the names of all series of a file, in its order."""
    return list(dict.fromkeys(name for curve in curves for name in curve.data.series))


def was_written_here(curves: Sequence[ReadCurve]) -> bool:
    """Tell whether the series of a file are called as this app calls them."""
    return all(are_own(curve.data.series) for curve in curves)


def guessed(curves: Sequence[ReadCurve]) -> ColumnMapping:
    """Guess what series of a file stand for by their names; never which loss one without a name is.

    What holds no fractions and no percent is no accuracy.
    """
    told = {
        name: meaning.guessed(name, np.concatenate(_values(curves, name)))
        for name in series_names(curves)
    }
    measured = (meaning.VALIDATION, meaning.TEST)

    def first(whats: Container[str], *splits: str) -> str:
        fitting = (
            name
            for split in splits
            for name, one in told.items()
            if one.what in whats
            and (one.split in measured if split == TEST else one.split == split)
        )
        return next(fitting, "")

    train_loss = first(meaning.LOSSES, meaning.TRAIN, meaning.UNSAID)
    is_cross_entropy = train_loss and told[train_loss].what == meaning.CROSS_ENTROPY
    return ColumnMapping(
        train_loss=train_loss,
        own_loss=meaning.CROSS_ENTROPY if is_cross_entropy else "",
        test_accuracy=first((meaning.ACCURACY, meaning.PERCENT), TEST, meaning.UNSAID),
        test_cross_entropy=first((meaning.CROSS_ENTROPY,), TEST),
    )


def loss_of(data: CurveData) -> str:
    """Return the key of LOSS_LABELS of the training loss that a curve is known to have, or ""."""
    metrics = (name.removeprefix(f"{TRAIN}/") for name in data.known)
    return next((metric for metric in metrics if metric in LOSS_LABELS), "")


def kept_curves(curves: Sequence[ReadCurve], mapping: ColumnMapping | None) -> list[CurveData]:
    """Make what is kept of the curves of a file: every series under its own name.

    A file that was written by this app needs no mapping.

    Raises:
        ImportRefused: What is said to be an accuracy is none.
    """
    measured = _values(curves, mapping.test_accuracy) if mapping else []
    if mapping and any(as_fractions(values) is None for values in measured):
        raise ImportRefused(
            f"{quoted(mapping.test_accuracy)} is no accuracy: it goes below 0 or above 100 %."
        )
    found = []
    for one in curves:
        names = mapping.by_own_name() if mapping else {name: name for name in one.data.series}
        own = {ours: theirs for ours, theirs in names.items() if theirs in one.data.series}
        found.append(replace(one.data, file=FileNotes(own, one.settings, one.units)))
    return found


def kept_name(text: str) -> str:
    """Return a file's name for something as the store keeps names: printable, not too long.

    What is cut off or replaced shows as … or as the replacement character.
    """
    printable = (one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text.strip())
    name = "".join(printable)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _values(curves: Sequence[ReadCurve], name: str) -> list[np.ndarray]:
    return [curve.data.series[name].values for curve in curves if name in curve.data.series]
