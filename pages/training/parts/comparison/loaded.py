"""The curves of a comparison with everything that was measured of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from explorer.exchange.exported import ExportedCurve
from explorer.exchange.settings import settings_of
from explorer.figures.numbers import written
from explorer.jobs import launcher
from explorer.runs.curve_data import diverged_at
from explorer.runs.meaning import Meaning, meanings_of
from explorer.runs.metric_panels import ComparedCurve, Panel, first_panels, panels_of
from explorer.runs.run import CurveRow
from explorer.runs.sweep_cells import ACTIVE
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.training.parts.live_records import newest_records
from pages.training.parts.store_notice import say_unusable


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """The chosen curves with everything that was measured of them.

    Attributes:
        curves: With their records.
        compared: The same, with what their series mean.
        told: What files tell of the settings of each, by name.
        state: Changes with every new measurement.
    """

    curves: tuple[ExportedCurve, ...]
    compared: tuple[ComparedCurve, ...]
    told: tuple[Mapping[str, str], ...]
    state: tuple[object, ...]

    @property
    def rows(self) -> list[CurveRow]:
        """Of each curve, what the store tells of it."""
        return [curve.row for curve in self.curves]

    @property
    def settings(self) -> list[dict[str, str]]:
        """Of each curve, by name, in words."""
        return [settings_of(row) | dict(own) for row, own in zip(self.rows, self.told, strict=True)]

    def panels(self) -> dict[str, Panel]:
        """Every panel that can be drawn, by key."""
        return panels_of(self.compared)

    def first(self) -> list[str]:
        """Keys of the panels that are drawn until somebody chooses others."""
        return first_panels(self.compared, [curve.row.own_loss for curve in self.curves])


def read_or_say(read: Callable[[], Loaded]) -> Loaded | None:
    """Return the curves that are read, or say why they cannot be."""
    try:
        return read()
    except StoreUnavailable as error:
        say_unusable(error)
    except UnknownRun as error:
        st.error(str(error))
    return None


def loaded(rows: Sequence[CurveRow], labels: Sequence[str]) -> Loaded:
    """Read what was measured of curves, nothing of it twice.

    Raises:
        UnknownRun: One of their runs is gone.
        StoreUnavailable: The run store cannot be used.
    """
    ended = {row.run_id: launcher.state_of(row) not in ACTIVE for row in rows}
    records = {run_id: newest_records(run_id, ended=over) for run_id, over in ended.items()}
    curves = tuple(
        ExportedCurve(row, records[row.run_id].curves[row.curve], label)
        for row, label in zip(rows, labels, strict=True)
    )
    store = launcher.default_store().url
    compared = tuple(
        _compared(store, row.id, records[row.run_id].cursor, tuple(row.meanings.items()), one)
        for one in curves
        for row in [one.row]
    )
    told = tuple(_told(one, own) for one, own in zip(curves, compared, strict=True))
    state = tuple((run_id, one.cursor) for run_id, one in records.items())
    return Loaded(curves, compared, told, state)


def _told(curve: ExportedCurve, compared: ComparedCurve) -> dict[str, str]:
    """Return what a file tells of the settings: what it calls so, and rates that stay the same."""
    if curve.data.file is None:
        return {}
    steady = {
        name: written(float(series.values[0]))
        for name, series in compared.data.series.items()
        if compared.meanings[name].what == "learning_rate"
        and len(series) > 1
        and (series.values == series.values[0]).all()
    }
    return steady | dict(curve.data.file.settings)


# Larger than the largest comparison.
@st.cache_resource(max_entries=1_000, show_spinner=False)
def _compared(
    store: str,
    curve_id: str,
    cursor: int,
    said: tuple[tuple[str, Meaning], ...],
    _curve: ExportedCurve,
) -> ComparedCurve:
    data, file = _curve.data, _curve.data.file
    return ComparedCurve(
        data,
        meanings_of(data, dict(said)),
        began=None if file else _curve.row.started_at,
        units=file.units if file else {},
        diverged_at=diverged_at(data),
    )


def are_training(rows: Sequence[CurveRow]) -> bool:
    """Tell whether one of the curves can still grow."""
    return any(launcher.state_of(row) in ACTIVE for row in rows)


def newest(rows: Sequence[CurveRow]) -> Sequence[CurveRow]:
    """Return curves that may be in training as they are now; draws the page anew after that."""
    if not are_training(rows):
        return rows
    found = launcher.default_store().curves.list({row.run_id for row in rows})
    by_id = {row.id: row for row in found}
    rows = [by_id.get(row.id, row) for row in rows]
    if not are_training(rows):
        st.rerun()
    return rows
