"""TensorBoard's folders of event files as runs: scalars, hyperparameters, restarts."""

from __future__ import annotations

import re
from array import array
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from google.protobuf import message

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.event_files import (
    EXACT_PREFIX,
    HYPERPARAMETERS,
    OWN_PLUGIN,
    OWN_TAG,
    SESSION_STARTED,
    HyperparameterData,
    TornRecord,
    placed_events,
    scalar_of,
)
from explorer.exchange.readers.found import Notes, ReadCurve, clock_of, counted, in_order
from explorer.exchange.readers.limits import MOST_MEASUREMENTS, MOST_SERIES
from explorer.exchange.readers.meaning import EPOCH_WORDS, SPLITS, normal
from explorer.exchange.readers.own_files import (
    own_data,
    own_description,
    own_settings,
    split_events,
)
from explorer.exchange.readers.restarts import settle
from explorer.exchange.readers.runs_of_tables import rows_by_code
from explorer.exchange.readers.settings_in_words import setting_text
from explorer.runs.series import (
    BEGAN,
    EPOCH,
    LARGEST_STEP,
    ROW,
    SECONDS,
    STEP,
    CurveData,
    Series,
)

_IS_TIME = re.compile(r"\d{9,}(\.\d+)?")
_TIME = re.compile(r"tfevents\.(\d+)")


@dataclass(slots=True, eq=False)
class Events:
    """The scalars of one event file, or of one run, one row each, in the order written."""

    steps: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    times: array[float] = field(default_factory=lambda: array("d"))
    codes: array[int] = field(default_factory=lambda: array("q"))
    tags: dict[str, int] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    restarts: list[tuple[int, float]] = field(default_factory=list)
    own: Mapping[str, Any] | None = None
    """What this app says of a curve that it wrote itself."""

    def take(self, content: bytes, path: str, inner: str, notes: Notes, offset: int = 0) -> int:
        """Read an event file, or what was appended to it; say where the first torn record begins.

        Args:
            content: From the end of a record on.
            inner: What to put before its tags.
            offset: Where in the file the content begins.

        Raises:
            ImportRefused: The file is damaged.
        """
        names: dict[bytes, int] = {}
        place = offset
        try:
            for event, end in placed_events(content, offset):
                self._take_event(event, inner, names)
                place = end
        except TornRecord:
            notes.add(
                f"{quoted(path)} is cut off in its last record: all records before it were read."
            )
        except ImportRefused as error:
            raise ImportRefused(f"{quoted(path)}: {error}") from error
        return place

    def _take_event(self, event: Any, inner: str, names: dict[bytes, int]) -> None:
        if event.HasField("session_log"):
            if event.session_log.status == SESSION_STARTED:
                self.restarts.append((len(self.steps), float(event.step)))
            return
        for value in event.summary.value:
            if value.HasField("metadata") and value.metadata.plugin.name == HYPERPARAMETERS:
                self.settings |= _hyperparameters(value.metadata.plugin.content)
                continue
            number = scalar_of(value)
            if number is None:
                if value.tag == OWN_TAG:
                    self.own = own_description(value.tensor.string) or self.own
                continue
            if value.HasField("metadata") and value.metadata.plugin.name == OWN_PLUGIN:
                # The scalar just before it, in all of its bits.
                code = names.get(value.tag.removeprefix(EXACT_PREFIX))
                if code is not None and len(self.codes) and self.codes[-1] == code:
                    self.values[-1] = number
                continue
            code = names.get(value.tag)
            if code is None:
                code = names[value.tag] = self._code(value.tag, inner)
            self.steps.append(event.step)
            self.values.append(number)
            self.times.append(event.wall_time)
            self.codes.append(code)
        if len(self.steps) > MOST_MEASUREMENTS:
            raise ImportRefused(
                f"The run holds more than {MOST_MEASUREMENTS:,} scalars: log every tenth step."
            )

    def _code(self, tag: bytes, inner: str) -> int:
        try:
            name = tag.decode()
        except UnicodeDecodeError as error:
            raise ImportRefused("A tag in the event file is not text in UTF-8.") from error
        return self._code_of_name(_named(name, inner))

    def _code_of_name(self, name: str) -> int:
        if len(self.tags) >= MOST_SERIES and name not in self.tags:
            raise ImportRefused(f"The run holds more than {MOST_SERIES:,} tags: split it.")
        return self.tags.setdefault(name, len(self.tags))

    def extend(self, later: Events) -> None:
        """Put the scalars of a later file of the same run behind these."""
        begun = len(self.steps)
        codes = np.array([self._code_of_name(name) for name in later.tags], np.int64)
        self.codes.frombytes(codes[np.frombuffer(later.codes, np.int64)].tobytes())
        self.steps.extend(later.steps)
        self.values.extend(later.values)
        self.times.extend(later.times)
        self.settings |= later.settings
        self.own = later.own or self.own
        self.restarts += [(begun + row, step) for row, step in later.restarts]

    def data(self, notes: Notes) -> CurveData | None:
        """Return the scalars as a curve; None where there is none."""
        if not len(self.steps):
            return None
        steps = np.frombuffer(self.steps, np.int64)
        if steps.min() < 0 or steps.max() > LARGEST_STEP:
            raise ImportRefused(
                f"An event has the step {steps.min() if steps.min() < 0 else steps.max():,}, and "
                f"steps are numbers from 0 to {LARGEST_STEP:,}."
            )
        codes = np.frombuffer(self.codes, np.int64)
        rows = rows_by_code(codes)
        names = list(self.tags)
        if self.own is not None:
            values = np.frombuffer(self.values)
            tagged = {name: in_order(steps[own], values[own])[0]
                      for name, own in zip(names, rows, strict=True)}  # fmt: skip
            return own_data(tagged, str(self.own["x"]))
        x, kind = steps.astype(np.float64), STEP
        if all(own.size > 2 and np.all(steps[own] == steps[own[0]]) for own in rows):
            notes.add("All events have the same step: the events of each tag are counted, from 0.")
            kind = ROW
            for own in rows:
                x[own] = np.arange(own.size)
        elif all(name.rpartition("/")[2].startswith("epoch_") for name in names):
            kind = EPOCH
        resumed = [(row, step) for row, step in self.restarts if row]
        x, settled = settle(x, rows, None, "step", notes, resumed)
        values, times = np.frombuffer(self.values), np.frombuffer(self.times)
        whole = x.astype(np.int64)
        found: dict[str, Series] = {}
        twice = 0
        for name, own in zip(names, settled, strict=True):
            if own.size:
                found[name], more = in_order(whole[own], values[own])
                twice += more
        if twice:
            notes.add(
                f"{counted(twice, 'scalar was', 'scalars were')} written again: the later count."
            )
        counting = np.concatenate(settled)
        seconds = clock_of(SECONDS, whole[counting], times[counting] - times.min())
        clocks = {SECONDS: seconds, BEGAN: Series(seconds.steps[:1], times.min(keepdims=True))}
        clocks |= _epochs(found, kind, seconds.steps)
        series, told = split_events(found)
        return CurveData(series, kind, clocks, events=told) if series else None

    def curve(self, label: str, data: CurveData) -> ReadCurve:
        """Return a curve of these scalars, called as this app calls it where it wrote them."""
        if self.own is None:
            return ReadCurve(label, data, self.settings)
        return ReadCurve(str(self.own.get("label") or label), data, own_settings(self.own))


def curves_of_events(
    files: Iterable[tuple[str, bytes]], label: str, notes: Notes
) -> list[ReadCurve]:
    """Read event files, each with its path within its archive or folder.

    A run whose folder has no name is called by the label.

    Raises:
        ImportRefused: A file is damaged, or there is no scalar in any.
    """
    every = sorted(files, key=lambda file: file_order(file[0]))
    places = runs_of_folders(path.rpartition("/")[0] for path, _ in every)
    runs: dict[str, Events] = {}
    for path, content in every:
        run, prefix = places[path.rpartition("/")[0]]
        runs.setdefault(run, Events()).take(content, path, prefix, notes)
    curves = [
        events.curve(run or label, data)
        for run, events in runs.items()
        if (data := events.data(notes)) is not None
    ]
    if not curves:
        raise ImportRefused(
            "The event files hold no scalar: write some with add_scalar or tf.summary.scalar."
        )
    return curves


def file_order(path: str) -> tuple[str, int, str]:
    """Return what event files are sorted by: their folder, then when they were begun."""
    folder, _, name = path.rpartition("/")
    begun = _TIME.search(name)
    return folder, int(begun[1]) if begun else 0, name


def runs_of_folders(folders: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Say to which run the event files of each folder belong, and what to put before its tags.

    A folder inside of one with event files belongs to that: `add_scalars` and `add_hparams` write
    such. Folders called train, validation and the like belong to the one around them.
    """
    every = set(folders)
    splits = {one.lower() for one in every if one.lower() in SPLITS}
    return {folder: _run_of(folder, every, len(splits) > 1) for folder in every}


def _run_of(folder: str, every: Container[str], are_splits: bool) -> tuple[str, str]:
    run = folder
    parent, _, leaf = run.rpartition("/")
    # Keras writes training and validation of a run to folders of their own under equal tags.
    if leaf.lower() in SPLITS and (parent or are_splits):
        run = parent
    above = run.split("/")
    for depth in range(1, len(above)):
        if "/".join(above[:depth]) in every:
            run = "/".join(above[:depth])
            break
    if "" in every and (_IS_TIME.fullmatch(run) or run.lower() in SPLITS):
        run = ""
    inner = folder[len(run) :].strip("/")
    return run, inner


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


def _epochs(found: dict[str, Series], kind: str, steps: np.ndarray) -> dict[str, Series]:
    """Take the epoch out of what was measured: Lightning writes it as a scalar."""
    if kind == EPOCH:
        return {EPOCH: Series(steps, steps.astype(np.float64))}
    names = [name for name in found if normal(name).rpartition("/")[2] in EPOCH_WORDS]
    if not names or len(names) == len(found):
        return {}
    return {EPOCH: found.pop(names[0])}
