"""Choose one or two trained networks; the choice is kept across pages and in the address."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import streamlit as st

from explorer.figures.training import race_lines
from explorer.jobs import launcher
from explorer.runs.run import CurveRow
from pages.components.address import address
from pages.components.address.parameters import identifiers, staying
from pages.components.escaping import escaped
from pages.components.inputs.lasting_inputs import shown
from pages.training.parts.imported_run import say_imported

_KEPT = "networks kept"
_NONE = ""
NETWORKS = (identifiers("runs"), *staying(identifiers("run")))
"""What the address holds of the choice; other pages link to all networks of a `run`."""


def network_choice() -> list[CurveRow]:
    """Show the choice and return the chosen curves, none if no network is kept.

    At first these are two of the newest race that left networks, with different losses if it
    has such.

    Raises:
        StoreUnavailable: The run store cannot be used.
    """
    rows = launcher.default_store().curves.list()
    usable = {row.id: row for row in rows if row.has_weights}
    names = [address.take(one.name) for one in NETWORKS]
    if asked := next(filter(None, names), None):
        st.session_state[_KEPT] = asked[:2]
    wanted = _curves_of(st.session_state.get(_KEPT, []), list(usable.values()))
    if missing := [name for name in wanted if name not in usable]:
        _say_missing(missing[0], rows, others=bool(usable))
    if not usable:
        return []
    kept = list(dict.fromkeys(name for name in wanted if name in usable))[:2]
    chosen = kept or _pair(list(usable.values()))
    left, right = st.columns(2)
    # A widget's own value is dropped on other pages, hence the list that is kept.
    for place, (column, label) in enumerate(((left, "Network"), (right, "Beside it"))):
        options = [*usable] if place == 0 else [_NONE, *usable]
        key = f"network choice {place + 1}"
        column.selectbox(
            label,
            options,
            options.index(shown(key, (*chosen, _NONE)[place])),
            format_func=lambda name: _described(usable, name),
            key=key,
            on_change=_keep,
        )
    _tell_diverged([usable[name] for name in chosen], rows)
    return [usable[name] for name in chosen]


def names_of(chosen: Sequence[CurveRow]) -> list[str]:
    """Return what tells the chosen curves apart: their labels, with the run where they agree."""
    labels = [row.label for row in chosen]
    if len(set(labels)) == len(labels):
        return labels
    return [f"{row.label} ({row.id})" for row in chosen]


def colours_of(chosen: Sequence[CurveRow]) -> list[str]:
    """Return the colour of each network, which is that of the loss that it learnt by."""
    return [str(line["color"]) for line in race_lines([row.config for row in chosen if row.config])]


def _keep() -> None:
    names = [st.session_state[f"network choice {place}"] for place in (1, 2)]
    st.session_state[_KEPT] = list(dict.fromkeys(name for name in names if name != _NONE))


def _curves_of(wanted: Sequence[str], rows: Sequence[CurveRow]) -> list[str]:
    """Return the ids of curves; the id of a run alone stands for two of its curves."""
    by_run = {name: [row for row in rows if row.run_id == name] for name in wanted}
    return [one for name in wanted for one in (_pair(by_run[name]) if by_run[name] else [name])]


def _pair(rows: Sequence[CurveRow]) -> list[str]:
    """Return the ids of two curves of the first run, with different losses if it has such."""
    first = rows[0]
    others = [row for row in rows[1:] if row.run_id == first.run_id]
    # The newest races come first, their curves in order; sort keeps that among equals.
    others.sort(key=lambda row: row.own_loss == first.own_loss)
    return [row.id for row in (first, *others[:1])]


def _described(usable: Mapping[str, CurveRow], name: str) -> str:
    if name == _NONE:
        return "No second network"
    row = usable[name]
    when = time.strftime("%d %b, %H:%M", time.localtime(row.created_at))
    parts = [row.label, row.run_name, when]
    if row.summary.final_accuracy is not None:
        parts.insert(1, f"{row.summary.final_accuracy:.1%}")
    return " · ".join(part for part in parts if part)


def _say_missing(name: str, rows: Sequence[CurveRow], *, others: bool) -> None:
    """Say why a network that was asked for is not there."""
    row = next((row for row in rows if name in (row.id, row.run_id)), None)
    instead = ": another one is shown" if others else ""
    if row is None:
        st.warning(f"There is no recorded network “{escaped(name)}”{instead}.")
    elif row.origin:
        here = f"so only its curves are kept, and no network to draw for{instead}"
        say_imported(row, here, via="network-choice")
    elif row.summary.diverged_at is not None:
        st.warning(f"“{escaped(row.label)}” diverged and left no network{instead}.")
    else:
        st.warning(f"“{escaped(row.label)}” left no network, or has not ended{instead}.")


def _tell_diverged(chosen: Sequence[CurveRow], rows: Sequence[CurveRow]) -> None:
    runs = {row.run_id for row in chosen}
    diverged = [
        f"“{escaped(row.label)}”"
        for row in rows
        if row.run_id in runs and row.summary.diverged_at is not None
    ]
    if diverged:
        st.caption(f"{', '.join(diverged)} diverged in the same race and left no network.")
