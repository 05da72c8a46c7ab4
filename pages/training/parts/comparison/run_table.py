"""The table of all curves that are kept: filtered, sorted, and chosen from."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from explorer.figures.line_traces import line_style
from explorer.figures.palette import CATEGORICAL, CATEGORICAL_DARK
from explorer.jobs import launcher
from explorer.runs.config import INIT_LABELS, LOSS_LABELS, OPTIMIZER_LABELS
from explorer.runs.run import WATCHED, CurveRow
from pages.components.inputs.lasting_inputs import lasting_text
from pages.training.parts.comparison.curve_selection import FILTER, choose, chosen
from pages.training.parts.shipped_runs import counted, recorded_behind

_TABLE = "compare table"
_HEIGHT = 290
"""Of the table, so that it ends within the first screen of a projector."""


def run_table(rows: Sequence[CurveRow], styles: Mapping[str, int]) -> None:
    """Show the rows that pass the filter; ticking some compares them.

    It stands beside the plots, so it holds what tells the curves apart; `every_column` the rest.

    Args:
        styles: Number of colour and dash, by id, of those that are drawn.
    """
    words = lasting_text(
        "Filter",
        "",
        key=FILTER,
        link="filter",
        placeholder="Filter: a name, a tag, seed 3, rate 0.1",
        help="Words that must all occur in a row: part of a name, a tag, a note, a loss, a "
        "state, “seed 3”, “rate 0.1”. A click on a column's head sorts.",
    )
    described = {row.id: describe(row) for row in rows}
    shown = [row for row in rows if _passes(row, described[row.id], words)]
    picked = chosen(rows)
    places = {row.id: place for place, row in enumerate(shown)}
    hidden = [row.id for row in picked if row.id not in places]

    def pick() -> None:
        ticked = {shown[place].id for place in st.session_state[_TABLE]["selection"]["rows"]}
        # Those chosen before come first, in their order; what the filter hides stays chosen.
        kept = [row.id for row in picked if row.id in ticked or row.id in hidden]
        choose([*kept, *(row.id for row in shown if row.id in ticked and row.id not in kept)])

    ticked = sorted(places[row.id] for row in picked if row.id in places)
    # Set only where it differs: the browser takes it as an order and undoes a press that is on its
    # way.
    if (
        _TABLE not in st.session_state
        or sorted(st.session_state[_TABLE]["selection"]["rows"]) != ticked
    ):
        st.session_state[_TABLE] = {"selection": {"rows": ticked, "columns": [], "cells": []}}
    st.dataframe(
        _frame(shown, styles),
        key=_TABLE,
        on_select=pick,
        selection_mode="multi-row",
        hide_index=True,
        height=min(_HEIGHT, 38 + 35 * max(1, len(shown))),
        placeholder="–",
        column_config={
            "Line": st.column_config.ImageColumn("Line", width=50, help="Colour and dash"),
            "Best": st.column_config.NumberColumn(
                format="%.2f %%", width=66, help="The best accuracy on test images"
            ),
        },
        alt=f"Table of {len(shown)} curves; tick rows to compare them.",
    )
    also = f", {len(hidden)} of them hidden by the filter" if hidden else ""
    st.caption(f"{counted(rows, shown)}; {len(picked)} compared{also}.{recorded_behind(rows)}")


def every_column(rows: Sequence[CurveRow]) -> None:
    """Show everything that is known of the curves without reading their records."""
    st.dataframe(
        pd.DataFrame([describe(row) for row in rows]),
        key="compare every column",
        hide_index=True,
        height=min(400, 38 + 35 * len(rows)),
        placeholder="–",
        column_config=_columns(),
        alt=f"Table of {len(rows)} curves with every setting and result.",
    )


def describe(row: CurveRow) -> dict[str, object]:
    """Return what the table says of a curve, by column."""
    summary, config, where = row.summary, row.config, row.environment
    return {
        "Curve": row.label,
        "Run": row.run_name or row.origin or row.run_id,
        "State": state_words(row),
        "Loss": LOSS_LABELS.get(row.own_loss, "not known"),
        "Accuracy": _percent(summary.final_accuracy if summary else None),
        "Best": _percent(summary.best_accuracy if summary else None),
        "Test CE": summary and summary.final_cross_entropy,
        "Optimizer": config and OPTIMIZER_LABELS[config.optimizer],
        "Rate": config and config.learning_rate,
        "Initialisation": config and INIT_LABELS[config.init],
        "ReLU on logits": config and ("yes" if config.output_relu else "no"),
        "Seed": config and config.seed,
        "Steps": summary and summary.steps,
        "Time": summary and summary.seconds,
        "Data": where.dataset_description if where and where.dataset else row.origin or None,
        "Device": where and (where.device_name or None),
        "Tags": list(row.tags),
        "Note": row.note,
        "Begun": datetime.fromtimestamp(row.created_at).astimezone(),
    }


def state_words(row: CurveRow) -> str:
    """Return a curve's state in words, which its run's alone does not tell if it diverged."""
    if row.is_shipped:
        return "recorded"
    if row.origin:
        return "watched" if row.status == WATCHED else "made elsewhere"
    if row.summary.diverged_at is not None:
        return f"diverged at step {row.summary.diverged_at:,}"
    return launcher.state_of(row)


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100 * fraction


def _passes(row: CurveRow, described: dict[str, object], words: str) -> bool:
    if not words:
        return True
    parts = [str(value) for value in described.values() if isinstance(value, str)]
    parts += [*row.tags, row.id]
    if row.config:
        parts += [f"seed {row.config.seed}", f"rate {row.config.learning_rate:g}"]
        parts.append("ReLU on logits" if row.config.output_relu else "")
    tokens = re.split(r"[\s,;:()]+", " ".join(parts).casefold())
    text = " ".join(tokens)
    # A number must match as a whole: 0.1 must not find 0.15.
    return all(
        word in tokens if re.fullmatch(r"[\d.e-]+", word) else word in text
        for word in words.casefold().split()
    )


def _frame(shown: Sequence[CurveRow], styles: Mapping[str, int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Line": [swatch(styles[row.id]) if row.id in styles else None for row in shown],
            "Best": [_percent(row.summary.best_accuracy) for row in shown],
            "Curve": [row.label for row in shown],
            "Run": [row.run_name or row.origin or row.run_id for row in shown],
        }
    )


def _columns() -> dict[str, ColumnConfig]:
    column = st.column_config
    return {
        "Accuracy": column.NumberColumn(format="%.2f %%", help="On test images, at the end"),
        "Best": column.NumberColumn(format="%.2f %%", help="The best on test images"),
        "Test CE": column.NumberColumn(format="%.4f nats", help="Cross-entropy on test images"),
        "Rate": column.NumberColumn("Rate", format="%g", help="Learning rate at the start"),
        "Time": column.NumberColumn(format="%.1f s", help="Training time, pauses left out"),
        "Tags": column.ListColumn(),
        "Begun": column.DatetimeColumn(format="D MMM YYYY, HH:mm"),
    }


def swatch(style: int) -> str:
    """Return a picture of a line in a colour and dash, as the address of an image."""
    return _picture(style, st.context.theme.type == "dark")


@cache
def _picture(style: int, dark: bool) -> str:
    line = line_style(style)
    colour = str(line["color"])
    if dark:
        colour = CATEGORICAL_DARK[CATEGORICAL.index(colour)]
    dashes = "" if line["dash"] == "solid" else str(line["dash"]).replace("px", "")
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="56" height="16" viewBox="0 0 56 16">'
        f'<line x1="2" x2="54" y1="8" y2="8" stroke="{colour}" stroke-width="3" '
        f'stroke-dasharray="{dashes}"/></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
