"""What is read of one watched file, or of one folder of event files, as it grows.

Of event files, tables and JSON lines only what was appended is read where that tells all; a file
that was cut off, replaced or written over is read anew, and so is every document that is written as
a whole. A table is also read anew each time it has grown by half: what its columns mean may show
only later.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from explorer.exchange.column_mapping import (
    guessed,
    kept_curves,
    kept_name,
    loss_of,
    was_written_here,
)
from explorer.exchange.errors import ImportRefused
from explorer.exchange.readers.event_runs import Events
from explorer.exchange.readers.found import Notes, ReadCurve, check_size, free_name, with_settings
from explorer.exchange.readers.limits import MOST_BYTES
from explorer.exchange.readers.settings_in_words import settings_in_text
from explorer.exchange.reading import called_by_place, read_curves
from explorer.store.watched import ForeignRun
from explorer.watching.appended import Appended
from explorer.watching.folders import MOST_FILES, Stamp, read_from

_SMALL_BYTES = 2**13
"""A file that is read anew in no time."""
_GROWN = 1.5
_HEAD_BYTES, _END_BYTES = 256, 64
_BLOCK_BYTES, _LARGEST_RECORD, _LARGEST_SETTINGS = 2**24, 2**27, 2**20


@dataclass(frozen=True, slots=True)
class EventPart:
    """One event file of a run, below the watched folder, and what to put before its tags."""

    path: str
    inner: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What is read as one: a file, or the event files of a run.

    Attributes:
        folder: Real path of the watched folder.
        path: Of the file, or of the run's folder, below it.
        label: What to call a run of event files.
        parts: Its event files, in the order in which they were begun; none for another file.
        settings: The files that tell its settings, as they are now.
    """

    folder: str
    path: str
    label: str = ""
    parts: tuple[EventPart, ...] = ()
    settings: tuple[tuple[str, Stamp], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What was read: notes, and all runs that the file tells of, whole; None for nothing new."""

    runs: tuple[ForeignRun, ...] | None
    why: str = ""


class Followed(Protocol):
    """Something that is read again whenever it has changed."""

    def read(self, watched: Watched, *, is_settled: bool) -> Found:
        """Return what it tells now; it is settled if nobody has written to it for a while.

        Raises:
            ImportRefused: It cannot be read; the text is one plain sentence.
            OSError: It is not there, may not be read, or leads out of its folder.
        """
        ...


@functools.lru_cache(maxsize=MOST_FILES)
def _settings_in(folder: str, files: tuple[tuple[str, Stamp], ...]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for path, _ in files:
        # One that went away in this moment tells nothing.
        with contextlib.suppress(OSError):
            found |= settings_in_text(read_from(folder, path, most=_LARGEST_SETTINGS)[0])
    return found


class FollowedFile:
    """A file that is no event file."""

    def __init__(self) -> None:
        self._identity = 0
        self._end = self._whole_end = 0
        self._head = self._last = b""
        self._curve: ReadCurve | None = None
        self._appended: Appended | None = None
        self._notes: tuple[str, ...] = ()
        self._settings: Mapping[str, str] = {}

    def read(self, watched: Watched, *, is_settled: bool) -> Found:
        """See `Followed`."""
        before = self._curve, self._settings
        self._settings = _settings_in(watched.folder, watched.settings)
        curves = self._read_on(watched, is_settled)
        if curves is None:
            curves = self._read_anew(watched, is_settled)
        elif (self._curve, self._settings) == before:
            return Found(None, " ".join(self._notes[:3]))
        check_size(curves)
        runs = foreign_runs(with_settings(curves, self._settings))
        return Found(runs, " ".join(self._notes[:3]))

    def _read_on(self, watched: Watched, is_settled: bool) -> list[ReadCurve] | None:
        """Return the curve with what was appended; None where that does not tell all."""
        if self._appended is None or self._curve is None:
            return None
        begin = self._end - len(self._last)
        more, stamp = read_from(watched.folder, watched.path, begin, most=MOST_BYTES)
        head, again = read_from(watched.folder, watched.path, 0, most=len(self._head))
        is_same = stamp.identity == again.identity == self._identity and head == self._head
        if not is_same or not more.startswith(self._last):
            return None
        rows, rest = _whole_lines(more[len(self._last) :])
        if (rest and is_settled) or self._end + len(rows) > _GROWN * self._whole_end:
            return None
        data = self._appended.extended(self._curve.data, rows)
        if data is None:
            return None
        if data is self._curve.data:
            return [self._curve]
        self._end += len(rows)
        self._last = (self._last + rows)[-_END_BYTES:]
        self._curve = replace(self._curve, data=data)
        return [self._curve]

    def _read_anew(self, watched: Watched, is_settled: bool) -> list[ReadCurve]:
        self._appended = self._curve = None
        content, stamp = read_from(watched.folder, watched.path, most=MOST_BYTES + 1)
        whole, rest = _whole_lines(content)
        # Half a number would be another number.
        is_lined = not watched.path.lower().endswith(".json")
        told = whole if is_lined and not is_settled else content
        reading = read_curves(told, watched.path)
        curves = called_by_place(reading.curves, watched.path)
        self._notes = reading.notes
        is_whole = told is whole or not rest
        if is_lined and is_whole and len(curves) == 1 and len(content) > _SMALL_BYTES:
            self._follow(whole, curves[0], stamp)
        return curves

    def _follow(self, content: bytes, curve: ReadCurve, stamp: Stamp) -> None:
        try:
            self._appended = Appended(content, curve.data)
        except ValueError:
            return
        self._curve = curve
        self._identity = stamp.identity
        self._end = self._whole_end = len(content)
        self._head, self._last = content[:_HEAD_BYTES], content[-_END_BYTES:]


def _whole_lines(content: bytes) -> tuple[bytes, bytes]:
    end = content.rfind(b"\n") + 1
    return content[:end], content[end:]


@dataclass(slots=True)
class _EventFile:
    identity: int
    end: int = 0
    last: bytes = b""
    events: Events = field(default_factory=Events)


class FollowedEvents:
    """The event files of one run."""

    def __init__(self) -> None:
        self._files: dict[EventPart, _EventFile] = {}
        self._read: object = None

    def read(self, watched: Watched, *, is_settled: bool) -> Found:
        """See `Followed`."""
        notes = Notes()
        every = Events()
        settings = _settings_in(watched.folder, watched.settings)
        self._files = {part: self._read_file(watched.folder, part, notes) for part in watched.parts}
        ends = settings, [(file.identity, file.end) for file in self._files.values()]
        if ends == self._read and not is_settled:
            return Found(None)
        self._read = ends
        for file in self._files.values():
            every.extend(file.events)
        data = every.data(notes)
        if data is None:
            raise ImportRefused(
                "The event files hold no scalar yet: they are written with add_scalar or "
                "tf.summary.scalar."
            )
        curves = [every.curve(watched.label, data)]
        check_size(curves)
        # That the newest record is not yet whole says nothing while it is being written.
        said = [text for text in notes.texts() if is_settled or "cut off in its last" not in text]
        return Found(foreign_runs(with_settings(curves, settings)), " ".join(said[:3]))

    def _read_file(self, folder: str, part: EventPart, notes: Notes) -> _EventFile:
        file = self._files.get(part)
        size = _BLOCK_BYTES
        begin = file.end - len(file.last) if file else 0
        read, stamp = read_from(folder, part.path, begin, most=size)
        if file and (file.identity != stamp.identity or not read.startswith(file.last)):
            file = None
            read, stamp = read_from(folder, part.path, most=size)
        file = file or _EventFile(stamp.identity)
        block = read[len(file.last) :]
        while block:
            end = file.events.take(block, part.path, part.inner, notes, file.end)
            taken = end - file.end
            file.end = end
            file.last = (file.last + block[:taken])[-_END_BYTES:]
            if len(read) < size:
                break
            size = _BLOCK_BYTES if taken else size * 8
            if size > _LARGEST_RECORD:
                raise ImportRefused(f"An event is larger than {_LARGEST_RECORD >> 20} MB.")
            block = read = read_from(folder, part.path, file.end, most=size)[0]
        return file


def foreign_runs(curves: Sequence[ReadCurve]) -> tuple[ForeignRun, ...]:
    """Return the curves of a file as the store keeps them, their meaning guessed by their names."""
    mapping = None if was_written_here(curves) else guessed(curves)
    found: dict[str, ForeignRun] = {}
    for curve, data in zip(curves, kept_curves(curves, mapping), strict=True):
        label = kept_name(curve.label)
        label = label if label not in found else free_name(kept_name(curve.label[:60]), found)
        found[label] = ForeignRun(label, loss_of(data), data)
    return tuple(found.values())
