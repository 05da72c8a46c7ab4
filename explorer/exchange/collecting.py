"""Gathering a file's measurements one by one into curves, within bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from explorer.exchange.refusal import ImportRefused, quoted
from explorer.exchange.series import NamedSeries, Series, series

MOST_CURVES = 64
MOST_SERIES = 500
MOST_POINTS = 1_000_000
LONGEST_NAME = 200
LARGEST_STEP = 2**53


@dataclass(slots=True)
class _Points:
    steps: list[int] = field(default_factory=list)
    rows: list[tuple[float, float, float, float, float]] = field(default_factory=list)


class Collector:
    """Measurements of one file, by curve and by name."""

    def __init__(self) -> None:
        self._curves: dict[str, dict[str, _Points]] = {}
        self._series = 0
        self._points = 0

    def add(
        self,
        curve: str,
        name: str,
        step: int,
        value: float,
        epoch: float = math.nan,
        examples: float = math.nan,
        seconds: float = math.nan,
        images: float = math.nan,
    ) -> None:
        """Take one measurement.

        Args:
            curve: Name of the curve.
            name: Name of the series.
            step: Steps made.
            value: What was measured.
            epoch: NaN where unknown, as in the following.
            examples: Training images seen.
            seconds: Training time.
            images: Test images measured on.

        Raises:
            ImportRefused: More than can be taken in, or a step that is none.
        """
        if not 0 <= step <= LARGEST_STEP:
            raise ImportRefused(f"The step {step:,} is not a number of steps.")
        own = self._curves.get(curve)
        points = own.get(name) if own is not None else None
        if points is None:
            points = self._begin(curve, name)
        self._points += 1
        if self._points > MOST_POINTS:
            raise ImportRefused(f"The file holds more than {MOST_POINTS:,} measurements.")
        points.steps.append(step)
        points.rows.append((value, epoch, examples, seconds, images))

    def _begin(self, curve: str, name: str) -> _Points:
        for text in (curve, name):
            if len(text) > LONGEST_NAME:
                raise ImportRefused(
                    f"The name {quoted(text)} is longer than {LONGEST_NAME} characters."
                )
        self._series += 1
        if self._series > MOST_SERIES:
            raise ImportRefused(f"The file holds more than {MOST_SERIES} series.")
        own = self._curves.setdefault(curve, {})
        if len(self._curves) > MOST_CURVES:
            raise ImportRefused(
                f"The file holds more than {MOST_CURVES} curves: import them in smaller parts."
            )
        return own.setdefault(name, _Points())

    def curves(self, *, later_counts: bool = False) -> tuple[tuple[NamedSeries, ...], int]:
        """Return the curves, each series by rising step.

        Args:
            later_counts: Whether of two measurements at one step the one added later counts;
                otherwise they are refused.

        Returns:
            The curves, and how many measurements did not count.

        Raises:
            ImportRefused: A series has two values at a step.
        """
        dropped = 0
        found = []
        for label, own in self._curves.items():
            named: dict[str, Series] = {}
            for name, points in own.items():
                steps = np.array(points.steps, np.int64)
                order = np.argsort(steps, kind="stable")
                # The last of each row of equal steps.
                last = np.append(np.diff(steps[order]) != 0, True)
                if not last.all() and not later_counts:
                    step = int(steps[order][~last][0])
                    raise ImportRefused(
                        f"{quoted(name)} of curve {quoted(label)} has two values at step {step:,}."
                    )
                dropped += int((~last).sum())
                kept = order[last]
                values, epochs, examples, seconds, images = np.array(points.rows)[kept].T
                named[name] = series(
                    steps[kept], values,
                    epochs=epochs, examples=examples, seconds=seconds, images=images,
                )  # fmt: skip
            found.append(NamedSeries(label, named))
        return tuple(found), dropped
