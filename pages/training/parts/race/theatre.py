"""The stage of a race: accuracies, curves and digits of any step, on one screen.

The browser has what it was sent once, and moves from step to step without asking the server.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import plotly.graph_objects as go
import streamlit as st

from explorer.core.bars import Bars
from explorer.core.distributions import one_hot
from explorer.figures.palette import CATEGORICAL
from explorer.figures.race_lines import RaceLine
from explorer.figures.training import GOAL
from explorer.runs.curve_data import (
    DIGITS_SOFTMAX,
    LEARNING_RATE,
    diverged_at,
)
from explorer.runs.curve_data import last_step as newest_step
from explorer.runs.records import Records
from explorer.runs.run import Run
from explorer.runs.series import NOTHING
from pages.components.bars.bar_editor import set_bars
from pages.components.frontend.frontend import component
from pages.components.payloads import sequence_of
from pages.components.plot.plot import plots_of
from pages.training.parts.race.snapshots import Measurements, norms_by_step, reached

TABS = ("Accuracy", "Loss", "Test loss", "Gradients", "Dead units", "Confusion")
KEY = "race theatre"
_mount = component(__file__)

Pictures = Mapping[str, tuple[go.Figure | orjson.Fragment, str]]


@dataclass(frozen=True, slots=True)
class Words:
    """What the stage says beside its numbers.

    Attributes:
        status: State of the race, a sentence.
        progress: How far it is, how fast, and how much is left.
        ground: Data and device.
        pace: How long a race took that was too quick to watch, or "".
        verdict: Answer to a bet, or "".
    """

    status: str
    progress: str
    ground: str
    pace: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Cue:
    """What the stage is to do.

    Attributes:
        at: Step that the address asks for; None for the newest.
        asked: Number of the last address that asked.
        tab: One of `TABS`.
        active: Whether more may come.
        plays: Whether the race is to be replayed by itself now.
        held: Whether to show its beginning, since it will be replayed in a moment.
    """

    at: int | None
    asked: int
    tab: str
    active: bool
    plays: bool
    held: bool


def sent_state() -> Mapping[str, Any]:
    """Return what the browser last said: what it has, its tab, step, and what was pressed."""
    state: Mapping[str, Any] = st.session_state.get(KEY, {})
    return state


@dataclass(frozen=True, slots=True)
class Moment:
    """What a browser shows: a step of a run, None for the newest, on one of `TABS`.

    Attributes:
        step: The step.
        tab: The tab.
        asked: Number of the address that it followed last.
    """

    step: int | None
    tab: str
    asked: int


def moment_of(sent: Any, run_id: str) -> Moment | None:
    """Read what a browser says that it shows of a run; None for anything else."""
    if not isinstance(sent, Mapping) or sent.get("run") != run_id:
        return None
    step, tab, asked = (sent.get(name) for name in ("step", "tab", "asked"))
    if tab not in TABS or type(asked) is not int:
        return None
    return Moment(step if type(step) is int and 0 <= step < 2**53 else None, tab, asked)


def theatre(
    run: Run,
    labels: Sequence[str],
    lines: Sequence[RaceLine],
    records: Records,
    pictures: Pictures,
    cue: Cue,
    words: Words,
    cell: Mapping[str, Any] | None,
    last_step: int,
) -> None:
    """Show the stage.

    Args:
        run: The race, its info known.
        labels: Name of each curve.
        lines: How each is drawn.
        records: All that was recorded so far.
        pictures: Tab → figure and what it shows in words; those that are left out stay as they
            were.
        cue: What to do.
        words: What to say.
        cell: Images of a cell of the confusion matrix, as `images_in` returns them.
        last_step: Last step of the whole run.
    """
    had = _had(run.id, len(labels))
    first = had or [0] * len(labels)
    measured = [Measurements(curve) for curve in records.curves]
    new = [one.kept(last_step)[count:] for one, count in zip(measured, first, strict=True)]
    payload: dict[str, Any] = {
        "run": run.id,
        "head": _head(run, labels, lines) if _wants_head(run) else None,
        "first": first,
        "snapshots": [
            [one.encoded(place) for place in own] for one, own in zip(measured, new, strict=True)
        ],
        "newest": [one.encoded(-1) if len(one) else None for one in measured],
        "norms": [norms_by_step(curve) for curve in records.curves],
        "diverged": [diverged_at(curve) for curve in records.curves],
        "rates": [
            [
                [0, config.learning_rate],
                *zip(changes.steps.tolist(), changes.values.tolist(), strict=True),
            ]
            for config, curve in zip(run.configs, records.curves, strict=True)
            for changes in [curve.events.get(LEARNING_RATE, NOTHING)]
        ],
        "reached": [reached(curve, GOAL) for curve in records.curves],
        "now": max(map(newest_step, records.curves), default=0),
        "last": last_step,
        "epochs": run.configs[0].epochs * _share_made(run, last_step),
        "cue": cue,
        "words": words,
        "cell": cell,
        "plots": {
            name: orjson.Fragment(data)
            for name, data in plots_of(
                {tab.lower().replace(" ", "-"): one for tab, one in pictures.items()}
            ).items()
        },
    }
    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_SERIALIZE_DATACLASS
    data = orjson.dumps(payload, option=options)
    nothing = dict.fromkeys(("have", "moment", "cell", "opened", "played"), lambda: None)
    _mount(key=KEY, data=data, **{f"on_{name}_change": act for name, act in nothing.items()})


def open_asked(run: Run, records: Records) -> None:
    """Switch to the page on divergence where a digit's p and q were asked for.

    Args:
        run: The race on screen.
        records: All that was recorded so far.
    """
    sent = sent_state().get("opened")
    seq = sequence_of(sent)
    taken = f"{KEY} opened"
    if sent is None or seq is None or seq == st.session_state.get(taken) or run.info is None:
        return
    st.session_state[taken] = seq
    curve, digit, step = (sent.get(name) for name in ("curve", "digit", "step"))
    if not all(type(one) is int for one in (curve, digit, step)):
        return
    if not (0 <= curve < len(records.curves) and 0 <= digit < len(run.info.digit_labels)):
        return
    shown = records.curves[curve].snapshots.get(DIGITS_SOFTMAX)
    # The newest up to that step.
    place = -1 if shown is None else int(np.searchsorted(shown.steps, step, "right")) - 1
    if shown is not None and place >= 0 and np.isfinite(q := shown.values[place, digit]).all():
        open_divergence(int(run.info.digit_labels[digit]), q)


def open_divergence(truth: int, q: np.ndarray) -> None:
    """Switch to the page on divergence with a digit's p and q.

    Args:
        truth: The digit.
        q: Softmax output [10].
    """
    names = tuple(f"digit {digit}" for digit in range(10))
    values = {"p": tuple(one_hot(truth, 10).tolist()), "q": tuple(q.tolist())}
    set_bars("divergence", Bars(names, values))
    st.switch_page("pages/information/divergence.py")


def _had(run_id: str, num_curves: int) -> list[int] | None:
    """Return how many snapshots of each curve the browser has; None for nothing at all."""
    sent = sent_state().get("have")
    if not isinstance(sent, Mapping) or sent.get("run") != run_id:
        return None
    counts = sent.get("counts")
    if not isinstance(counts, list) or len(counts) != num_curves:
        return None
    return counts if all(type(one) is int and one >= 0 for one in counts) else None


def _wants_head(run: Run) -> bool:
    """Tell whether the browser lacks what does not change, all of it or the digits."""
    sent = sent_state().get("have")
    if _had(run.id, len(run.configs)) is None or not isinstance(sent, Mapping):
        return True
    return run.info is not None and not sent.get("whole")


def _head(run: Run, labels: Sequence[str], lines: Sequence[RaceLine]) -> dict[str, Any]:
    """Return what does not change while a race goes on."""
    info = run.info
    return {
        "curves": [
            {"name": label, "place": CATEGORICAL.index(line.colour), "shade": line.shade,
             "dash": line.dash}
            for label, line in zip(labels, lines, strict=True)
        ],
        "pixels": base64.b64encode(info.digits.tobytes()).decode() if info else "",
        "truth": info.digit_labels.tolist() if info else [],
        "testImages": info.test_images if info else 0,
        "goal": GOAL,
        "tabs": TABS,
    }  # fmt: skip


def _share_made(run: Run, last_step: int) -> float:
    """Return the part of the planned steps that the run shows: less than 1 if it was stopped."""
    planned = run.progress.total_steps
    return last_step / planned if planned else 1.0
