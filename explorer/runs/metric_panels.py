"""Which metrics of curves share a panel, and what a curve has to draw there.

Metrics share a panel where they are the same quantity in the same unit, such as training and
validation loss of one kind. Losses whose kind is not known share one only by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from explorer.runs import meaning
from explorer.runs.curve_data import TEST_FULL
from explorer.runs.meaning import (
    ACCURACY,
    LOSS,
    OTHER,
    PERCENT,
    TEST,
    TRAIN,
    UNSAID,
    VALIDATION,
    WHATS,
    Meaning,
)
from explorer.runs.series import CurveData, Series

GAP = "gap: "
"""Begins the key of a panel of what a loss is higher, or a score lower, off the training images."""
LOWEST, HIGHEST = "__MIN", "__MAX"
"""End the names of the lowest and highest value of what was averaged, as W&B exports them."""
_BY_NAME = frozenset({LOSS, ACCURACY, PERCENT, "score", "learning_rate", "norm", OTHER})


@dataclass(frozen=True, eq=False)
class ComparedCurve:
    """One curve, and what its series mean.

    Attributes:
        data: What was measured.
        meanings: Of every series, by name.
        began: When it began, in seconds since 1970; None where that is not known.
        units: By name of a series, the unit that its file names.
        diverged_at: First step that is not finite; None where there is none.
    """

    data: CurveData
    meanings: Mapping[str, Meaning]
    began: float | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    diverged_at: int | None = None

    @cached_property
    def placed(self) -> Mapping[str, Mapping[str, str]]:
        """The names of its series by key of their panel and by split."""
        found: dict[str, dict[str, str]] = {}
        for name in self.data.series:
            base = name.removesuffix(LOWEST).removesuffix(HIGHEST)
            if base != name and base in self.data.series:
                continue
            told = self.meanings[name]
            key = _key(name, told.what)
            if told.split in found.get(key, {}):
                # A second one of the same kind: two heads of one network, or steps and epochs.
                key = f"{key} ({name})"
            found.setdefault(key, {})[told.split] = name
        return found


@dataclass(frozen=True, slots=True)
class Panel:
    """A quantity that is drawn in one panel.

    Attributes:
        key: Its name in an address.
        title: What it is called, with its unit where that is known.
        what: Key of WHATS; of accuracies in percent too it is ACCURACY.
        splits: On what it was measured, keys of SPLITS; none of a gap.
    """

    key: str
    title: str
    what: str
    splits: frozenset[str]

    @property
    def is_gap(self) -> bool:
        """Whether it shows a generalisation gap."""
        return self.key.startswith(GAP)

    @property
    def better(self) -> int:
        """As `meaning.better`; 0 for a gap."""
        return 0 if self.is_gap else meaning.better(self.what)


@dataclass(frozen=True, slots=True, eq=False)
class PanelSeries:
    """What one curve has to draw in a panel, for one split.

    Attributes:
        name: What the curve calls it.
        series: The measurements; accuracies from 0 to 1.
        low: The lowest of what was averaged, where the curve tells it.
        high: The highest.
    """

    name: str
    series: Series
    low: Series | None = None
    high: Series | None = None


def panels_of(curves: Sequence[ComparedCurve]) -> dict[str, Panel]:
    """Return every panel that the curves could be drawn in, by key; gaps last.

    Args:
        curves: In their order; panels come in that of their series.
    """
    found: dict[str, tuple[str, str]] = {}
    splits: dict[str, set[str]] = {}
    for curve in curves:
        for key, by_split in curve.placed.items():
            names = list(by_split.values())
            found.setdefault(key, (_title(curve, key, names), curve.meanings[names[0]].what))
            splits.setdefault(key, set()).update(by_split)
    panels = {
        key: Panel(key, title, ACCURACY if what == PERCENT else what, frozenset(splits[key]))
        for key, (title, what) in found.items()
    }
    gaps = [one for one in panels.values() if one.better and _has_gap(one.splits)]
    return panels | {
        f"{GAP}{one.key}": Panel(f"{GAP}{one.key}", f"Gap: {one.title}", one.what, frozenset())
        for one in gaps
    }


def panel_series(curve: ComparedCurve, key: str) -> dict[str, PanelSeries]:
    """Return what a curve has to draw in a panel, by split; of a gap by UNSAID.

    Args:
        key: Of the panel.
    """
    if key.startswith(GAP):
        gap = _gap(panel_series(curve, key.removeprefix(GAP)))
        return {UNSAID: gap} if gap else {}
    found = {}
    for split, name in curve.placed.get(key, {}).items():
        each = [curve.data.series.get(name + end) for end in ("", LOWEST, HIGHEST)]
        if curve.meanings[name].what == PERCENT:
            each = [one and one.with_values(one.values * 0.01) for one in each]
        measured, low, high = each
        if measured:
            found[split] = PanelSeries(name, measured, low, high)
    return found


def first_panels(curves: Sequence[ComparedCurve], own_losses: Sequence[str] = ()) -> list[str]:
    """Return the keys of the panels that are shown until somebody chooses others.

    They are the losses that the curves minimise, the loss that all can be compared by, and an
    accuracy; where there is none of these, the first metrics.

    Args:
        own_losses: Keys of LOSS_LABELS that the curves minimise, "" for one that is not known.
    """
    every = panels_of(curves)
    losses = [one for one in every.values() if meaning.Meaning(what=one.what).is_loss]
    losses = [one for one in losses if not one.is_gap]
    wanted = [one.key for one in losses if one.what in own_losses or one.key == LOSS]
    wanted += [one.key for one in losses if one.what == meaning.CROSS_ENTROPY]
    if not wanted:
        wanted = [one.key for one in losses][:2]
    accuracies = [one.key for one in every.values() if one.what == ACCURACY and not one.is_gap]
    found = list(dict.fromkeys([*wanted[:4], *accuracies[:1]]))
    return found or list(every)[:2]


# The same few names are met in every curve of a comparison.
@lru_cache(maxsize=4096)
def _key(name: str, what: str) -> str:
    if what not in _BY_NAME:
        return what
    stem = meaning.stem(name)
    what = ACCURACY if what == PERCENT else what
    # Where the name itself says what it is, it is enough.
    by_name = meaning.guessed(stem, np.empty(0)).what
    return stem if by_name == what else f"{what}: {stem}"


def _title(curve: ComparedCurve, key: str, names: Sequence[str]) -> str:
    what = curve.meanings[names[0]].what
    unit = curve.units.get(names[0], "")
    if what in (ACCURACY, PERCENT):
        return "Accuracy" if key == ACCURACY else key
    if key == LOSS:
        return WHATS[LOSS]
    if what not in _BY_NAME:
        return WHATS[what] if key == what else f"{WHATS[what]} ({names[0]})"
    shown = names[0] if len(names) == 1 else meaning.stem(names[0])
    return f"{shown} / {unit}" if unit else shown


def _has_gap(splits: frozenset[str]) -> bool:
    return TRAIN in splits and bool(splits & {VALIDATION, TEST, TEST_FULL})


def _gap(by_split: Mapping[str, PanelSeries]) -> PanelSeries | None:
    """Return validation, or test, minus training, at each measurement of the former.

    The training value is the mean of what was measured since the measurement before.
    """
    other = by_split.get(VALIDATION) or by_split.get(TEST) or by_split.get(TEST_FULL)
    train = by_split.get(TRAIN)
    if other is None or train is None:
        return None
    steps = other.series.steps
    ends = np.searchsorted(train.series.steps, steps, side="right")
    begins = np.concatenate([[0], ends[:-1]])
    values = train.series.values
    counts = ends - begins
    known = counts > 0
    if not known.any():
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        # What is not known between lies empty, so that each sum ends where the next begins.
        sums = np.add.reduceat(values[: ends[-1]], begins[known])
        gap = other.series.values[known] - sums / counts[known]
    return PanelSeries(f"{other.name} − {train.name}", Series(steps[known], gap))


def prefix_of(panel: Panel) -> str:
    """Return what the names of a group of metrics begin with, such as "layer"; "" for no group.

    Args:
        panel: One of `panels_of`.
    """
    if panel.is_gap:
        return "Generalisation gap"
    head, stroke, rest = panel.title.partition("/")
    return head if stroke and head == head.rstrip() and rest == rest.lstrip() else ""
