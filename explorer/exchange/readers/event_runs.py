"""TensorBoard's folders of event files as runs: scalars, hyperparameters, restarts."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from google.protobuf import message

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.event_files import (
    HYPERPARAMETERS,
    SESSION_STARTED,
    HyperparameterData,
    TornRecord,
    events_in,
    scalar_of,
)
from explorer.exchange.readers.found import Notes, ReadCurve, counted, in_order
from explorer.exchange.readers.limits import MOST_MEASUREMENTS, MOST_SERIES
from explorer.exchange.readers.meaning import EPOCH_WORDS, normal
from explorer.exchange.readers.own_files import split_events
from explorer.exchange.readers.restarts import settle
from explorer.exchange.readers.runs_of_tables import rows_by_code
from explorer.exchange.readers.settings_in_words import setting_text
from explorer.runs.series import EPOCH, LARGEST_STEP, ROW, SECONDS, STEP, CurveData, Series

# Keras writes training and validation of a run to folders of their own under equal tags.
_PARTS = frozenset(
    ("train", "training", "validation", "val", "valid", "test", "eval", "evaluation")
)
_IS_TIME = re.compile(r"\d{9,}(\.\d+)?")
_TIME = re.compile(r"tfevents\.(\d+)")


@dataclass(slots=True, eq=False)
class _Events:
    """The scalars of one run, one row each, in the order of its files."""

    steps: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    times: array[float] = field(default_factory=lambda: array("d"))
    codes: array[int] = field(default_factory=lambda: array("q"))
    tags: dict[str, int] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    restarts: list[tuple[int, float]] = field(default_factory=list)


def curves_of_events(
    files: Iterable[tuple[str, bytes]], label: str, notes: Notes
) -> list[ReadCurve]:
    """Read event files.

    Args:
        files: The path of each within its archive or folder, and its bytes.
        label: What to call a run whose folder has no name.
        notes: Takes what is assumed.

    Raises:
        ImportRefused: A file is damaged, or there is no scalar in any.
    """
    every = sorted(files, key=lambda file: _order(file[0]))
    folders = {path.rpartition("/")[0] for path, _ in every}
    runs: dict[str, _Events] = {}
    for path, content in every:
        run, prefix = run_of(path.rpartition("/")[0], folders)
        _read(content, path, prefix, runs.setdefault(run, _Events()), notes)
    curves = [
        ReadCurve(run or label, data, events.settings)
        for run, events in runs.items()
        if (data := _data(events, notes)) is not None
    ]
    if not curves:
        raise ImportRefused(
            "The event files hold no scalar: write some with add_scalar or tf.summary.scalar."
        )
    return curves


def _order(path: str) -> tuple[str, int, str]:
    folder, _, name = path.rpartition("/")
    begun = _TIME.search(name)
    return folder, int(begun[1]) if begun else 0, name


def run_of(folder: str, folders: Iterable[str]) -> tuple[str, str]:
    """Say to which run the event files of a folder belong.

    A folder inside of one with event files belongs to that: `add_scalars` and `add_hparams` write
    such. Folders called train, validation and the like belong to the one around them.

    Args:
        folder: Its path, "" for the top.
        folders: Those of all event files.

    Returns:
        The path of the run, and what to put before its tags.
    """
    every = set(folders)
    run = folder
    parent, _, leaf = run.rpartition("/")
    siblings = {one.rpartition("/")[2].lower() for one in every if one.rpartition("/")[0] == parent}
    if leaf.lower() in _PARTS and (parent or len(siblings & _PARTS) > 1):
        run = parent
    above = run.split("/")
    for depth in range(1, len(above)):
        if "/".join(above[:depth]) in every:
            run = "/".join(above[:depth])
            break
    if "" in every and (_IS_TIME.fullmatch(run) or run.lower() in _PARTS):
        run = ""
    inner = folder[len(run) :].strip("/")
    return run, inner


def _read(content: bytes, path: str, inner: str, into: _Events, notes: Notes) -> None:
    names: dict[bytes, int] = {}
    try:
        for event in events_in(content):
            if event.HasField("session_log"):
                if event.session_log.status == SESSION_STARTED and len(into.steps):
                    into.restarts.append((len(into.steps), float(event.step)))
                continue
            for value in event.summary.value:
                if value.HasField("metadata") and value.metadata.plugin.name == HYPERPARAMETERS:
                    into.settings |= _hyperparameters(value.metadata.plugin.content)
                    continue
                number = scalar_of(value)
                if number is None:
                    continue
                code = names.get(value.tag)
                if code is None:
                    code = names[value.tag] = _code(value.tag, inner, into)
                into.steps.append(event.step)
                into.values.append(number)
                into.times.append(event.wall_time)
                into.codes.append(code)
            if len(into.steps) > MOST_MEASUREMENTS:
                raise ImportRefused(
                    f"The run holds more than {MOST_MEASUREMENTS:,} scalars: log each tenth step."
                )
    except TornRecord:
        notes.add(f"{quoted(path)} is cut off in its last record: all records before it were read.")
    except ImportRefused as error:
        raise ImportRefused(f"{quoted(path)}: {error}") from error


def _code(tag: bytes, inner: str, into: _Events) -> int:
    try:
        name = tag.decode()
    except UnicodeDecodeError as error:
        raise ImportRefused("A tag in the event file is not text in UTF-8.") from error
    name = _named(name, inner)
    if len(into.tags) >= MOST_SERIES and name not in into.tags:
        raise ImportRefused(f"The run holds more than {MOST_SERIES:,} tags: split it.")
    return into.tags.setdefault(name, len(into.tags))


def _named(tag: str, inner: str) -> str:
    """Put a folder inside of a run before a tag; `add_scalars` has the tag in the folder's name."""
    leaf = inner.rpartition("/")[2]
    # add_hparams calls its folder by the time.
    if not inner or _IS_TIME.fullmatch(leaf):
        return tag
    for between in ("/", "_"):
        if inner.startswith(f"{tag}{between}"):
            return f"{tag}/{inner[len(tag) + 1 :]}"
    return f"{inner}/{tag}"


def _hyperparameters(content: bytes) -> dict[str, str]:
    try:
        told = HyperparameterData.FromString(content)
    except message.DecodeError:
        return {}
    found = {}
    for entry in told.start.hparams:
        value = _setting(entry.value)
        if value is not None:
            found[entry.key.decode("utf-8", "replace")] = value
    return found


def _setting(value: Any) -> str | None:
    if value.HasField("number"):
        number = value.number
        return setting_text(int(number) if number.is_integer() else number)
    if value.HasField("flag"):
        return setting_text(value.flag)
    return value.text.decode("utf-8", "replace") if value.HasField("text") else None


def _data(events: _Events, notes: Notes) -> CurveData | None:
    if not len(events.steps):
        return None
    steps = np.frombuffer(events.steps, np.int64)
    if steps.min() < 0 or steps.max() > LARGEST_STEP:
        raise ImportRefused(
            f"An event has the step {int(steps.min() if steps.min() < 0 else steps.max()):,}, and "
            f"steps are numbers from 0 to {LARGEST_STEP:,}."
        )
    codes = np.frombuffer(events.codes, np.int64)
    rows = rows_by_code(codes)
    names = list(events.tags)
    x, kind = steps.astype(np.float64), STEP
    if all(own.size > 2 and np.all(steps[own] == steps[own[0]]) for own in rows):
        notes.add("All events have the same step: the events of each tag are counted, from 0.")
        kind = ROW
        for own in rows:
            x[own] = np.arange(own.size)
    elif all(name.rpartition("/")[2].startswith("epoch_") for name in names):
        kind = EPOCH
    settled = settle(x, rows, None, "step", notes, events.restarts)
    values, times = np.frombuffer(events.values), np.frombuffer(events.times)
    whole = settled.x.astype(np.int64)
    found: dict[str, Series] = {}
    twice = 0
    for name, own in zip(names, settled.rows, strict=True):
        if own.size:
            rising, at, more = in_order(whole[own], values[own])
            found[name] = Series(rising, at)
            twice += more
    if twice:
        notes.add(f"{counted(twice, 'scalar was', 'scalars were')} written again: the later count.")
    counting = np.sort(np.concatenate(settled.rows))
    # Of what was written at one step the first counts, which may be long before the last.
    counting = counting[::-1]
    rising, at, _ = in_order(whole[counting], times[counting] - times.min())
    clocks = {SECONDS: Series(rising, at)}
    clocks |= _epochs(found, kind, rising)
    series, told = split_events(found)
    return CurveData(series, kind, clocks, events=told) if series else None


def _epochs(found: dict[str, Series], kind: str, steps: np.ndarray) -> dict[str, Series]:
    """Take the epoch out of what was measured: Lightning writes it as a scalar."""
    if kind == EPOCH:
        return {EPOCH: Series(steps, steps.astype(np.float64))}
    names = [name for name in found if normal(name).rpartition("/")[2] in EPOCH_WORDS]
    if not names or len(names) == len(found):
        return {}
    return {EPOCH: found.pop(names[0])}
