"""The stage of a race: accuracies, curves and digits of any step, on one screen.

The browser has what it was sent once, and moves from step to step without asking the server.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import streamlit as st

from explorer.core.bars import Bars
from explorer.core.distributions import one_hot
from explorer.figures.palette import CATEGORICAL
from explorer.figures.training import GOAL, LineStyle
from explorer.runs.curve_data import DIGITS_SOFTMAX
from explorer.runs.records import Records
from explorer.runs.run import Run
from pages.components.bars.bar_editor import set_bars
from pages.components.frontend.frontend import component
from pages.components.payloads import new_edit
from pages.training.parts.race.pictures import TABS, View, name_of, picture
from pages.training.parts.race.reading import (
    Reading,
    counts_of,
    counts_that_hold,
    facts,
    measured,
)

KEY = "race theatre"
_MOST_IMAGES = 1000
_mount = component(__file__)


def sent_state() -> Mapping[str, Any]:
    """Return what the browser last said: what it has, its tab, step, and what was pressed."""
    state: Mapping[str, Any] = st.session_state.get(KEY, {})
    return state


@dataclass(frozen=True, slots=True)
class Moment:
    """What is shown of a race.

    Attributes:
        step: None for the newest.
        tab: One of `TABS`.
        asked: Number of the last address, or press elsewhere, that asked for it.
        image: Which of the race's images is shown large, from 0.
        run_id: Of the race; None for the one that the page opens with.
    """

    step: int | None = None
    tab: str = TABS[0]
    asked: int = 0
    image: int = 0
    run_id: str | None = None


def moment_of(sent: Any, run_id: str) -> Moment | None:
    """Read what a browser says that it shows of a run; None for anything else."""
    if not isinstance(sent, Mapping) or sent.get("run") != run_id:
        return None
    step, tab, asked, image = (sent.get(name) for name in ("step", "tab", "asked", "image"))
    if tab not in TABS or type(asked) is not int:
        return None
    is_step = type(step) is int and 0 <= step < 2**53
    if not (type(image) is int and 0 <= image < _MOST_IMAGES):
        image = 0
    return Moment(step if is_step else None, tab, asked, image, run_id)


def theatre(
    reading: Reading,
    lines: Sequence[LineStyle],
    views: Sequence[View],
    drawn: Collection[str],
    moment: Moment,
    follows: bool,
    verdict: str,
    cell: Mapping[str, Any] | None,
) -> None:
    """Show the stage.

    Args:
        drawn: Tabs of which the plot is told; those that are left out stay as they were.
        follows: Whether to replay the race as soon as it has ended if it was too quick to watch.
        cell: Images of a cell of the confusion matrix, as `images_in` returns them.
    """
    run = reading.run
    data = orjson.dumps(
        {
            **facts(reading),
            **measured(reading, _had(reading) or [0] * len(run.configs)),
            "read": reading.at,
            "live": reading.seconds,
            "head": _head(run, reading.labels, lines) if _wants_head(reading) else None,
            "cue": {
                "at": moment.step,
                "asked": moment.asked,
                "tab": moment.tab,
                "image": moment.image,
                "follows": follows,
            },
            "verdict": verdict,
            "cell": cell,
            "views": {name_of(view.tab): view.written() for view in views},
            "plots": {
                name_of(view.tab): picture(reading, view).whole
                for view in views
                if view.tab in drawn and reading.records
            },
        },
        option=orjson.OPT_SERIALIZE_NUMPY,
    )
    nothing = dict.fromkeys(
        ("have", "moment", "cell", "opened", "played", "tick", "stale"), lambda: None
    )
    _mount(key=KEY, data=data, **{f"on_{name}_change": act for name, act in nothing.items()})


def open_asked(run: Run, records: Records) -> None:
    """Switch to the page on divergence where a digit's p and q were asked for."""
    sent: Any = new_edit(KEY, "opened")
    if sent is None or run.info is None:
        return
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
        q: Softmax output [10].
    """
    names = tuple(f"digit {digit}" for digit in range(10))
    values = {"p": tuple(one_hot(truth, 10).tolist()), "q": tuple(q.tolist())}
    set_bars("divergence", Bars(names, values))
    st.switch_page("pages/information/divergence.py")


def _had(reading: Reading) -> list[int] | None:
    """Return how many snapshots of each curve the browser has; None for nothing at all."""
    sent = sent_state().get("have")
    if not isinstance(sent, Mapping) or sent.get("run") != reading.run.id:
        return None
    counts = counts_of(sent.get("counts"))
    if counts is None or len(counts) != len(reading.run.configs):
        return None
    return counts_that_hold(reading, counts, sent.get("share"))


def _wants_head(reading: Reading) -> bool:
    """Tell whether the browser lacks what does not change, all of it or the digits."""
    sent = sent_state().get("have")
    if _had(reading) is None or not isinstance(sent, Mapping):
        return True
    return reading.run.info is not None and not sent.get("whole")


def _head(run: Run, labels: Sequence[str], lines: Sequence[LineStyle]) -> dict[str, Any]:
    """Return what does not change while a race goes on."""
    info = run.info
    return {
        "curves": [
            {"name": label, "place": CATEGORICAL.index(line["color"]), "dash": line["dash"]}
            for label, line in zip(labels, lines, strict=True)
        ],
        "pixels": base64.b64encode(info.digits.tobytes()).decode() if info else "",
        "truth": info.digit_labels.tolist() if info else [],
        "testImages": info.test_images if info else 0,
        "goal": GOAL,
        "tabs": TABS,
    }  # fmt: skip
