"""What the compared lines came to, and the settings in which they differ, as a table of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from explorer.exchange.report import results_of
from explorer.exchange.settings import split_settings
from explorer.figures.comparison import Result
from explorer.figures.numbers import written
from explorer.runs.meaning import ACCURACY, SPLITS
from explorer.runs.metric_panels import Panel
from explorer.runs.run import CurveRow
from pages.components.escaping import escaped
from pages.training.parts.comparison.line_groups import LineGroup
from pages.training.parts.comparison.run_table import state_words

_UNKNOWN = "–"
# The name of the loss says as much, and versions of libraries go below.
LEFT_OUT = frozenset({"Formula", "Versions", "Commit"})


def results_table(
    rows: Sequence[CurveRow],
    told: Sequence[Mapping[str, str]],
    lines: Sequence[LineGroup],
    panels: Sequence[Panel],
    results: Mapping[str, Sequence[Result]],
    goals: Mapping[str, float],
) -> dict[str, list[object]]:
    """Return the head and the rows of the table, a row for each line, without its name.

    Args:
        results: By key of a panel, of each line.
        goals: By key of a panel, the value to be reached.
    """
    columns = {"State": [_joined([state_words(rows[place]) for place in one.places])
                         for one in lines]}  # fmt: skip
    for panel in panels:
        own = results[panel.key]
        if panel.better:
            columns[f"Best {panel.title}"] = [_best(panel, one) for one in own]
        columns[f"Last {panel.title}"] = [_value(panel, one.last) for one in own]
        if panel.key in goals:
            sign = "≥" if panel.better > 0 else "≤" if panel.better < 0 else "reaching"
            goal = _value(panel, goals[panel.key])
            columns[f"Step to {panel.title} {sign} {goal}"] = [
                _UNKNOWN if one.last is None
                else "not reached" if one.reached_at is None
                else f"{one.reached_at:,}"
                for one in own
            ]  # fmt: skip
    columns |= _summaries(rows, lines)
    differing, _ = split_settings(rows, told)
    columns |= {
        name: [_joined([of[place] for place in one.places]) for one in lines]
        for name, of in differing.items()
        if name not in LEFT_OUT
    }
    every = [[of[place] for of in columns.values()] for place in range(len(lines))]
    return {"head": list(columns), "rows": list(every)}


def shared_settings(rows: Sequence[CurveRow], told: Sequence[Mapping[str, str]]) -> None:
    """Show the settings that do not differ."""
    differing, shared = split_settings(rows, told)
    lines = [f"- {escaped(name)}: {escaped(value)}" for name, value in shared.items()]
    lines += [
        f"- {name}: not the same for all" for name in differing if name in LEFT_OUT - {"Formula"}
    ]
    st.markdown("\n".join(lines) or "Nothing is known.")


def _best(panel: Panel, one: Result) -> str:
    if one.best is None:
        return _UNKNOWN
    on = f" {SPLITS[one.split]}," if len(panel.splits) > 1 and one.split else ""
    return f"{_value(panel, one.best)} ({on.strip()} step {one.best_at:,})".replace("( ", "(")


def _value(panel: Panel, value: float | None) -> str:
    if value is None:
        return _UNKNOWN
    return f"{value:.2%}" if panel.what == ACCURACY else written(value, 4)


def _summaries(rows: Sequence[CurveRow], lines: Sequence[LineGroup]) -> dict[str, list[str]]:
    """Return what is known of single curves beside their metrics, where any of it is."""
    columns = results_of([""] * len(rows), [row.summary for row in rows])
    del columns["State"], columns["Test accuracy"], columns["Best"], columns["Test cross-entropy"]
    has_accuracy = any(row.summary.best_accuracy is not None for row in rows)
    return {
        name: [of[one.places[0]] if len(one.places) == 1 else _UNKNOWN for one in lines]
        for name, of in columns.items()
        if any(value != _UNKNOWN for value in of)
        and (has_accuracy or not name.startswith("Steps to"))
    }


def _joined(values: Sequence[str]) -> str:
    each = list(dict.fromkeys(values))
    return each[0] if len(each) == 1 else f"{each[0]} … {each[-1]}"
