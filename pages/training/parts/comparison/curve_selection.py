"""Which curves are compared, and the colour and dash of each, in the session and the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from explorer.runs.run import CurveRow
from pages.components.address import address
from pages.components.address.parameters import Parameter, identifiers
from pages.components.inputs import lasting_inputs

MOST_CURVES = 200
"""So many lines are drawn and pointed at without delay; the first 30 differ by colour and dash."""

FILTER = "compare filter"
"""Key of the field that filters the table."""
_LONGEST = 1_000
_STYLES = "compare styles"
_SAID = "compare said"


def open_link(rows: Sequence[CurveRow]) -> None:
    """Take the curves that the address names; at first those of the newest run with records.

    `runs` holds ids of curves, "run:curve", or of runs, which stand for all of their curves;
    `styles` holds, in the same order, the numbers of their colours and dashes.
    """
    asked, styles = address.take("runs"), address.take("styles") or []
    if asked:
        named = {one: style for one, style in zip(asked, styles, strict=False) if style is not None}
        found = [row.id for one in asked for row in rows if one in (row.id, row.run_id)]
        missing = sum(all(one not in (row.id, row.run_id) for row in rows) for one in asked)
        st.session_state[_STYLES] = {}
        choose(found, named)
        if missing:
            count = "One curve" if missing == 1 else f"{missing} curves"
            _say(f"{count} of the link cannot be shown: deleted, or not in this run store.")
    elif _STYLES not in st.session_state:
        newest = next((row.run_id for row in rows if row.summary.steps), None)
        choose([row.id for row in rows if row.run_id == newest])


def chosen(rows: Sequence[CurveRow]) -> list[CurveRow]:
    """Return the rows that are compared, in the order in which they were chosen."""
    by_id = {row.id: row for row in rows}
    return [by_id[one] for one in _styles() if one in by_id]


def styles_of(rows: Sequence[CurveRow]) -> dict[str, int]:
    """Return the numbers of the chosen curves' colours and dashes, by the curves' ids."""
    styles = _styles()
    return {row.id: styles[row.id] for row in rows}


def choose(ids: Sequence[str], wanted: dict[str, int] | None = None) -> None:
    """Compare these curves; those that were compared before keep their colour and dash.

    Args:
        ids: Ids of curves; of more than MOST_CURVES the first are taken, and that is said.
        wanted: Numbers of colour and dash that some of them had elsewhere.
    """
    ids = list(dict.fromkeys(ids))
    _say("")
    if len(ids) > MOST_CURVES:
        _say(
            f"At most {MOST_CURVES} curves can be compared at a time, so "
            f"{len(ids) - MOST_CURVES} of {len(ids)} were not added."
        )
        ids = ids[:MOST_CURVES]
    before = (wanted or {}) | _styles()
    styles: dict[str, int] = {}
    taken: set[int] = set()
    for one in ids:
        if one in before and before[one] not in taken:
            styles[one] = before[one]
            taken.add(before[one])
    free = dict.fromkeys(range(MOST_CURVES))
    for style in styles.values():
        free.pop(style, None)
    for one in ids:
        if one not in styles:
            # A curve of a race has the colour that it has there, if that is still free.
            own = int(one.rpartition(":")[2]) % MOST_CURVES
            styles[one] = own if own in free else next(iter(free))
            del free[styles[one]]
    st.session_state[_STYLES] = {one: styles[one] for one in ids}


def filter_words() -> str:
    """Return what the rows of the table are filtered by, also before it is drawn."""
    asked = address.take_or_warn("filter")
    if asked is not None:
        lasting_inputs.choose(FILTER, asked)
    return lasting_inputs.chosen(FILTER, "")


def said() -> str:
    """Return what there is to say of the last choice, or ""."""
    return st.session_state.get(_SAID, "")


def state() -> dict[str, Any]:
    """Return what `address.keep` needs to compare these curves again."""
    styles = _styles()
    return {"runs": styles.keys(), "styles": styles.values()}


def _parse_styles(text: str) -> list[int | None]:
    """Return the numbers of colours and dashes, None for what is no such number."""
    return [
        int(piece) if piece.isascii() and piece.isdigit() and int(piece) < MOST_CURVES else None
        for piece in text[:_LONGEST].split(",")
    ]


SELECTION = (
    identifiers("runs"),
    Parameter("styles", _parse_styles, lambda styles: ",".join(map(str, styles))),
)
"""What the address holds of the choice."""


def _styles() -> dict[str, int]:
    return st.session_state.get(_STYLES, {})


def _say(text: str) -> None:
    st.session_state[_SAID] = text
