"""What this app itself wrote: its long table in CSV and Parquet, and its JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from explorer.exchange.errors import ImportRefused
from explorer.exchange.json_export import FORMAT, MEASURED, VERSION
from explorer.exchange.long_table import CLOCK, COLUMNS, WORDS, unshielded
from explorer.exchange.readers.columns import Column, Table
from explorer.exchange.readers.found import ReadCurve, in_order, merged
from explorer.exchange.readers.runs_of_tables import codes_of, rows_by_code, word_at
from explorer.exchange.readers.settings_in_words import settings_of
from explorer.runs.curve_data import (
    CONFUSION,
    DIVERGED,
    EVENT,
    EXAMPLES,
    IMAGES,
    LEARNING_RATE,
)
from explorer.runs.series import EPOCH, LARGEST_STEP, SECONDS, X_KINDS, CurveData, Series, Snapshots

_DAMAGED = "The file says that this app wrote it, but it is damaged: export it again."
_LATER = "A later version of this app wrote the file: read it with that one."


def split_events(series: Mapping[str, Series]) -> tuple[dict[str, Series], dict[str, Series]]:
    """Part what was measured from what happened, which this app's files hold side by side."""
    names = {f"{EVENT}/{name}": name for name in (DIVERGED, LEARNING_RATE)}
    return (
        {name: one for name, one in series.items() if name not in names},
        {names[name]: one for name, one in series.items() if name in names},
    )


def words_of(names: Iterable[str]) -> frozenset[str]:
    """Return which columns of a table hold words for certain: those of what this app writes."""
    return WORDS if tuple(names) == COLUMNS else frozenset()


def is_own_table(table: Table) -> bool:
    """Tell whether a table has the columns that this app writes."""
    return tuple(column.name for column in table.columns) == COLUMNS


def curves_of_own_table(
    table: Table,
    *,
    is_shielded: bool,
    settings: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> list[ReadCurve]:
    """Make the curves of a table with the columns of `long_table.COLUMNS`.

    Args:
        is_shielded: Whether names carry an apostrophe against spreadsheets, as in CSV.
        settings: By run and curve, as "run:curve".

    Raises:
        ImportRefused: A step is none.
    """
    run, curve, label, kind, metric, x, step, epoch, examples, seconds, images, value = (
        table.columns
    )
    _check(table)

    def text(column: Column, row: int) -> str:
        found = word_at(column, row)
        return unshielded(found) if is_shielded else found

    curves: list[ReadCurve] = []
    taken: set[str] = set()
    for rows in rows_by_code(codes_of([run, curve], table.size)):
        rows = rows[value.present[rows]]
        if not rows.size:
            continue
        first = int(rows[0])
        id_ = f"{text(run, first)}:{text(curve, first)}"
        name = text(label, first)
        name = f"{name} ({id_})" if name in taken else name
        taken.add(name)
        found: dict[str, Series] = {}
        tested: dict[str, list[np.ndarray]] = {}
        clocks = {
            clock: _series(step.values[known], column.values[known])
            for clock, column in ((EPOCH, epoch), (EXAMPLES, examples), (SECONDS, seconds))
            if (known := rows[column.present[rows]]).size
        }
        for own in rows_by_code(codes_of([kind.of_rows(rows), metric.of_rows(rows)], rows.size)):
            at = rows[own]
            of_kind, measured = text(kind, int(at[0])), text(metric, int(at[0]))
            one = _series(step.values[at], value.values[at])
            if of_kind == CLOCK:
                # What the rows of a clock tell counts before what its column does.
                clocks[measured] = merged([*filter(None, [clocks.get(measured)]), one])
            else:
                found[f"{of_kind}/{measured}" if of_kind else measured] = one
            if of_kind in IMAGES and (known := at[images.present[at]]).size:
                tested.setdefault(IMAGES[of_kind], []).append(known)
        for clock, parts in tested.items():
            known = np.concatenate(parts)
            counted = _series(step.values[known], images.values[known])
            clocks[clock] = merged([counted, *filter(None, [clocks.get(clock)])])
        series, events = split_events(found)
        data = CurveData(series, x=text(x, first), clocks=clocks, events=events)
        curves.append(ReadCurve(name, data, settings.get(id_, {})))
    return curves


def _check(table: Table) -> None:
    columns = dict(zip(COLUMNS, table.columns, strict=True))
    step, value, x = columns["step"], columns["value"], columns["x"]
    if not step.is_number or not value.is_number:
        raise ImportRefused(_DAMAGED)
    if x.words is None or not set(x.words.dictionary.to_pylist()) <= set(X_KINDS):
        raise ImportRefused(_DAMAGED)
    at = step.values[value.present]
    if not np.all((at >= 0) & (at <= LARGEST_STEP) & (at == np.floor(at))):
        raise ImportRefused(_DAMAGED)


def _series(steps: np.ndarray, values: np.ndarray) -> Series:
    return in_order(steps.astype(np.int64), values)[0]


def own_description(texts: Iterable[bytes]) -> Mapping[str, Any] | None:
    """Return what this app says in an event file of a curve that it wrote; None if it says nothing.

    The texts stand under `event_files.OWN_TAG`, which others use too.
    """
    try:
        (text,) = texts
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not is_own_document(told):
        return None
    if told.get("version") != VERSION:
        raise ImportRefused(_LATER)
    return told if told.get("x") in X_KINDS else None


def own_settings(told: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings that this app says a curve of its own was trained with."""
    config = told.get("config")
    return settings_of(config) if isinstance(config, dict) else {}


def own_data(scalars: dict[str, Series], x: str) -> CurveData | None:
    """Make the curve of an event file that this app wrote, of its scalars by tag."""
    clocks = {
        name.removeprefix(f"{CLOCK}/"): scalars.pop(name)
        for name in list(scalars)
        if name.startswith(f"{CLOCK}/")
    }
    series, events = split_events(scalars)
    return CurveData(series, x, clocks, events=events) if series else None


def settings_in_metadata(text: bytes) -> dict[str, dict[str, str]]:
    """Return the settings that stand in the metadata of this app's Parquet, by "run:curve"."""
    try:
        told = json.loads(text)["curves"]
        return {
            f"{one['run']}:{one['curve']}": settings_of(one.get("config") or {}) for one in told
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ImportRefused(_DAMAGED) from error


def is_own_document(document: Any) -> bool:
    """Tell whether a JSON document says that this app wrote it."""
    return isinstance(document, dict) and document.get("format") == FORMAT


def read_own_document(document: Mapping[str, Any]) -> list[ReadCurve]:
    """Make the curves of a JSON document that this app wrote; see `json_export`.

    Raises:
        ImportRefused: It is damaged, or a later version of the app wrote it.
    """
    if document.get("version") != VERSION:
        raise ImportRefused(_LATER)
    try:
        return [
            ReadCurve(str(one["label"]), _data(one), settings_of(one.get("config") or {}))
            for one in document["curves"]
        ]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ImportRefused(_DAMAGED) from error


def _data(told: Mapping[str, Any]) -> CurveData:
    found: dict[str, Any] = {}
    for name in MEASURED:
        kind: Any = Snapshots if name == "snapshots" else Series
        found[name] = {one: kind(*_measured(own)) for one, own in told[name].items()}
    if CONFUSION in found["snapshots"]:
        confusion = found["snapshots"][CONFUSION]
        counts = confusion.values.astype(np.int64)
        found["snapshots"][CONFUSION] = Snapshots(confusion.steps, counts)
    return CurveData(x=told["x"], **found)


def _measured(told: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    # JSON has no NaN and no Infinity: they stand there as texts, which numpy reads.
    return np.array(told["step"], np.int64), np.array(told["value"], np.float64)
