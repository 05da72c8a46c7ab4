"""What a checked statement is: words, and functions that compute its numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from explorer.teaching.worked_examples import EXAMPLES

Verdict = Literal["wrong", "sloppy", "right under a condition"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
Topic = Literal[
    "entropy",
    "cross-entropy",
    "KL divergence",
    "squared error",
    "targets and labels",
    "code and numerics",
    "training",
]
TOPICS: tuple[Topic, ...] = get_args(Topic)
NATS = math.e


@dataclass(frozen=True)
class Quantity:
    """A number of a card, or a few that belong together, computed when it is asked for.

    Attributes:
        label: What it is, plain text.
        compute: Returns the number or numbers.
        unit: As `explorer.core.information.unit_name` names it; empty for a plain number.
        digits: Significant digits that mean something.
    """

    label: str
    compute: Callable[[], float | Sequence[float] | np.ndarray]
    unit: str = ""
    digits: int = 6

    def values(self) -> tuple[float, ...]:
        """Return the computed numbers, at least one."""
        return tuple(np.atleast_1d(np.asarray(self.compute(), dtype=np.float64)).tolist())


@dataclass(frozen=True)
class Measurement:
    """Figures of training runs, which take too long to be repeated for each reader.

    Attributes:
        label: What was measured, plain text.
        values: One per run.
        unit: Of the values; "%" where they are shares between 0 and 1.
    """

    label: str
    values: tuple[float, ...]
    unit: str = ""


@dataclass(frozen=True)
class NoteCheck:
    """One statement of the notes, checked.

    Attributes:
        key: Key of the worked example in `EXAMPLES` that holds the inputs.
        topic: What it is about.
        verdict: How far it holds.
        statement: The statement as the notes make it, Markdown with KaTeX.
        implied: What follows from it when it is taken at its word.
        right: What is true instead.
        because: Why, Markdown with KaTeX.
        measurements: Figures of training runs, under `conditions`.
        conditions: Data, settings and seeds of the measurements.
    """

    key: str
    topic: Topic
    verdict: Verdict
    statement: str
    implied: tuple[Quantity, ...]
    right: tuple[Quantity, ...]
    because: str
    measurements: tuple[Measurement, ...] = ()
    conditions: str = ""

    @property
    def lesson(self) -> str:
        """Row of the lessons table, "B1" to "B21", as cards and addresses show it."""
        return EXAMPLES[self.key].lesson
