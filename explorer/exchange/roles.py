"""What the metrics of a run made elsewhere stand for here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from explorer.exchange.record_series import are_own, own_loss_of, records_of
from explorer.exchange.refusal import ImportRefused, quoted
from explorer.exchange.series import ACCURACY, TEST, TRAIN, UNKNOWN_LOSS, NamedSeries, Series
from explorer.runs.record_columns import CurveRecords

LONGEST_NAME = 80

_TEST_WORDS = frozenset({"test", "val", "valid", "validation", "eval", "evaluation", "dev"})
_TRAIN_WORDS = frozenset({"train", "training"})
_ACCURACY_WORDS = frozenset({"acc", "accuracy", "top1"})
_CROSS_ENTROPY_WORDS = frozenset({"ce", "nll", "xent", "crossentropy", "entropy"})
_LOSS_WORDS = _CROSS_ENTROPY_WORDS | {"loss", "cost", "objective"}


@dataclass(frozen=True, slots=True)
class Roles:
    """Which series of a file stands for what; "" for none.

    Attributes:
        train_loss: Name of the series that is the training loss.
        own_loss: Key of LOSS_LABELS that says which loss that is, or "" where it is unknown.
        test_accuracy: Name of the series that is the accuracy on test images.
        test_cross_entropy: Name of the series that is the cross-entropy on test images, in nats.
    """

    train_loss: str = ""
    own_loss: str = ""
    test_accuracy: str = ""
    test_cross_entropy: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ImportedCurve:
    """A curve made elsewhere, as it is kept.

    Attributes:
        label: Name of the curve.
        own_loss: Key of LOSS_LABELS of the loss that it minimises, or "" where that is unknown.
        records: What is known of it; see `record_series.records_of` for what is not.
    """

    label: str
    own_loss: str
    records: CurveRecords

    @property
    def name(self) -> str:
        """The label as the store keeps names."""
        return kept_name(self.label)


def kept_name(text: str) -> str:
    """Return a file's name for something as the store keeps names: printable, not too long.

    Args:
        text: Anything; what is cut off or replaced shows as … or as the replacement character.
    """
    printable = (one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text.strip())
    name = "".join(printable)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def guessed(names: Iterable[str]) -> Roles:
    """Guess what series stand for by their names; never which loss one without a name is.

    Args:
        names: As in the file.
    """
    words = {name: frozenset(_words(name)) for name in names}

    def first(*wanted: frozenset[str], without: frozenset[str] = frozenset()) -> str:
        fitting = (
            name
            for name, own in words.items()
            if all(own & group for group in wanted) and not own & without
        )
        return next(fitting, "")

    train_loss = first(_LOSS_WORDS, _TRAIN_WORDS, without=_TEST_WORDS | _ACCURACY_WORDS)
    train_loss = train_loss or first(_LOSS_WORDS, without=_TEST_WORDS | _ACCURACY_WORDS)
    is_cross_entropy = train_loss and words[train_loss] & _CROSS_ENTROPY_WORDS
    return Roles(
        train_loss=train_loss,
        own_loss="cross_entropy" if is_cross_entropy else "",
        test_accuracy=first(_ACCURACY_WORDS, _TEST_WORDS)
        or first(_ACCURACY_WORDS, without=_TRAIN_WORDS),
        test_cross_entropy=first(_CROSS_ENTROPY_WORDS, _TEST_WORDS),
    )


def is_percent(values: np.ndarray) -> bool:
    """Tell whether accuracies are given in percent: one of them is above 1."""
    return bool(np.any(values > 1))


def curves_of(found: Sequence[NamedSeries], roles: Roles | None = None) -> list[ImportedCurve]:
    """Make the curves that are kept of a file.

    Accuracies above 1 are taken for percent. Curves without any of the chosen series, such as
    TensorBoard's folders of settings, are left out.

    Args:
        found: What the file holds.
        roles: What its series stand for; None for a file written by this app.

    Raises:
        ImportRefused: Nothing is left, or the series do not fit together.
    """
    curves = []
    for one in found:
        own = one.series if roles is None else _assigned(one.series, roles)
        if own:
            try:
                records = records_of(own, len(curves))
            except ImportRefused as error:
                raise ImportRefused(f"{error} (Curve {quoted(one.label)}.)") from error
            loss = own_loss_of(own)
            curves.append(ImportedCurve(one.label, loss, records))
    if not curves:
        raise ImportRefused("Choose at least one series to import, the training loss for example.")
    return curves


def was_written_here(found: Sequence[NamedSeries]) -> bool:
    """Tell whether the series of a file are called as this app calls them."""
    return all(are_own(list(one.series)) for one in found)


def _assigned(named: Mapping[str, Series], roles: Roles) -> dict[str, Series]:
    targets = {
        f"{TRAIN}/{roles.own_loss or UNKNOWN_LOSS}": roles.train_loss,
        f"{TEST}/{ACCURACY}": roles.test_accuracy,
        f"{TEST}/cross_entropy": roles.test_cross_entropy,
    }
    own = {target: named[name] for target, name in targets.items() if name in named}
    accuracy = own.get(f"{TEST}/{ACCURACY}")
    if accuracy is not None:
        if np.any((accuracy.values < 0) | (accuracy.values > 100)):
            raise ImportRefused(
                f"{quoted(roles.test_accuracy)} is not an accuracy: it goes below 0 or above 100 %."
            )
        if is_percent(accuracy.values):
            own[f"{TEST}/{ACCURACY}"] = replace(accuracy, values=accuracy.values / 100)
    return own


def _words(name: str) -> list[str]:
    """Split a metric's name: "epoch_valLoss/Train" is epoch, val, loss, train."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", parted) if word]
