"""The process that follows watched folders: `python -m explorer.watching.watcher`.

One for each run store. It looks at the folders, has what changed read by a `Reader`, and writes
what was read to the store. It ends with the server that started it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from explorer.exchange.readers.event_runs import file_order, runs_of_folders
from explorer.exchange.readers.settings_in_words import folder_of_settings, nearest
from explorer.jobs import worker_processes
from explorer.store.database import StoreGone, StoreUnavailable
from explorer.store.run_store import RunStore
from explorer.store.watched import FOLLOWED, GONE, REFUSED, WatchedUpdate
from explorer.watching.folders import FolderContents, Stamp, named_folders, without_nested
from explorer.watching.following import EventPart, Watched
from explorer.watching.hints import Hints
from explorer.watching.launch import NAME
from explorer.watching.reader import Answer, Reader

SETTLED_SECONDS = 2.0
"""A file to which nobody has written for so long is read to its last byte, and refused if need be.
"""
_LOOK_SECONDS, _LONGEST_LOOK_SECONDS = 1.0, 30.0
_LOOK_SHARE = 40
"""A look at all folders may take this part of the time, so 2.5 % of a core."""
_READ_SHARE = 8
"""The same for reading one file."""
_LEAST_PAUSE_SECONDS = 0.5
_READING_SECONDS = 1.0
"""After so long of reading it looks again."""
_MOST_TOGETHER = 32
"""Files that are written to the store at once."""
_PAUSE_SECONDS = 1.0
"""Before what could not be written is tried again."""
_WITHOUT_FOLDERS_SECONDS = 20.0


@dataclass(slots=True)
class _File:
    """What is known of one file, or of the event files of a run.

    Attributes:
        stamp: As it was seen last.
        changed_at: When it was last seen to change, seconds since 1970.
        seen_at: The same, by the clock that never runs backwards.
        read_stamp: As it was when it was read; "" before.
        is_settled: Whether nobody had written to it for a while when it was read.
        due: When it may be read again, by the clock that never runs backwards.
    """

    stamp: str
    changed_at: float
    seen_at: float
    read_stamp: str = ""
    is_settled: bool = False
    due: float = 0.0


class Watcher:
    """Follows folders and keeps a store up to date."""

    def __init__(self, store: RunStore, reader: Reader) -> None:
        self._store, self._reader = store, reader
        self._hints = Hints()
        self._contents: dict[str, FolderContents] = {}
        self._files: dict[Watched, _File] = {}
        self._known: dict[tuple[str, str], tuple[str, str]] = {}
        self._pending: dict[tuple[str, str], WatchedUpdate] = {}
        self._next_look = 0.0
        self._next_write = 0.0
        self._with_folders_at = time.monotonic()

    def follow(self, stop: threading.Event) -> None:
        """Go on until told to stop, or until there is no folder to watch."""
        while not stop.is_set():
            self.turn()
            if self._contents:
                self._with_folders_at = time.monotonic()
            elif time.monotonic() - self._with_folders_at > _WITHOUT_FOLDERS_SECONDS:
                return
            self._hints.arrived.wait(self._rest())
            if self._hints.arrived.is_set():
                # What is written together is read together.
                stop.wait(0.1)

    def turn(self) -> None:
        """Look, read what has changed, and write what was read."""
        changed = self._hints.take()
        if time.monotonic() >= self._next_look:
            self._look_everywhere()
        elif changed:
            self._look_at(changed)
        self._notice()
        begun = time.monotonic()
        for watched in self._due():
            self._read(watched)
            if len(self._pending) >= _MOST_TOGETHER:
                self._write()
            if time.monotonic() - begun > _READING_SECONDS:
                # There are more; what came meanwhile is newer.
                break
        self._write()

    def close(self) -> None:
        """End what was started."""
        self._hints.close()
        self._reader.close()

    def _rest(self) -> float:
        now = time.monotonic()
        soon = [file.due for file in self._files.values() if file.read_stamp != file.stamp]
        soon += [file.seen_at + SETTLED_SECONDS for file in self._files.values()
                 if not file.is_settled]  # fmt: skip
        if self._pending:
            soon.append(self._next_write)
        return min(max(0.05, min([self._next_look, *soon]) - now), _LOOK_SECONDS)

    def _look_everywhere(self) -> None:
        begun = time.monotonic()
        folders = sorted(self._contents)
        with _unless_away():
            folders = without_nested([*named_folders()[0], *self._store.watched.folders()])
        if folders != sorted(self._contents):
            self._contents = {
                folder: self._contents.get(folder) or FolderContents(folder) for folder in folders
            }
            self._adopt()
        for contents in self._contents.values():
            contents.look()
        self._hints.watch(path for contents in self._contents.values() for path in contents.folders)
        now = time.monotonic()
        pause = max(_LOOK_SECONDS, min(_LOOK_SHARE * (now - begun), _LONGEST_LOOK_SECONDS))
        self._next_look = now + pause

    def _adopt(self) -> None:
        """Begin with what an earlier watcher has read."""
        with _unless_away():
            self._store.watched.prune(list(self._contents))
            self._known = self._store.watched.stamps()

    def _look_at(self, changed: set[str]) -> None:
        for contents in self._contents.values():
            for path in changed & set(contents.folders):
                inside = os.path.relpath(path, contents.folder).replace(os.sep, "/")
                contents.look("" if inside == "." else inside)

    def _notice(self) -> None:
        """See what has come, changed and gone."""
        now, today = time.monotonic(), time.time()
        found: dict[Watched, tuple[str, float]] = {}
        for contents in self._contents.values():
            found |= watched_in(contents)
        for watched, (stamp, modified) in found.items():
            file = self._files.get(watched)
            if file is None:
                age = max(0.0, today - modified)
                file = _File(stamp, min(modified, today), now - age)
                known = self._known.pop((watched.folder, watched.path), ("", ""))
                if known == (stamp, FOLLOWED):
                    file.read_stamp, file.is_settled = stamp, True
                self._files[watched] = file
            elif file.stamp != stamp:
                file.stamp, file.changed_at, file.seen_at = stamp, today, now
                file.is_settled = False
        keys = {(one.folder, one.path) for one in found}
        for watched in [one for one in self._files if one not in found]:
            file = self._files.pop(watched)
            # Where an event file joined those of a run, the run is still there.
            if (watched.folder, watched.path) not in keys:
                self._reader.forget(watched)
                self._say_gone(watched.folder, watched.path, file.stamp, today)
        for folder, path in [key for key in self._known if key[0] in self._contents]:
            stamp, state = self._known.pop((folder, path))
            if state != GONE:
                self._say_gone(folder, path, stamp, today)

    def _say_gone(self, folder: str, path: str, stamp: str, today: float) -> None:
        if folder in self._contents:
            why = "The file is gone; what was read of it stays for a week."
            self._take(WatchedUpdate(folder, path, GONE, why, stamp, today))

    def _due(self) -> list[Watched]:
        now = time.monotonic()
        found = []
        for watched, file in self._files.items():
            is_new = file.read_stamp != file.stamp
            is_settled = now - file.seen_at >= SETTLED_SECONDS
            if now >= file.due and (is_new or (is_settled and not file.is_settled)):
                found.append(watched)
        # The newest first: somebody may be looking at it.
        return sorted(found, key=lambda one: -self._files[one].changed_at)

    def _read(self, watched: Watched) -> None:
        file = self._files[watched]
        file.is_settled = time.monotonic() - file.seen_at >= SETTLED_SECONDS
        file.read_stamp = file.stamp
        answer = self._reader.read(watched, is_settled=file.is_settled)
        pause = max(_LEAST_PAUSE_SECONDS, _READ_SHARE * answer.seconds)
        file.due = time.monotonic() + pause
        update = _update(watched, file, answer)
        if update is not None:
            self._take(update)

    def _take(self, update: WatchedUpdate) -> None:
        key = (update.folder, update.path)
        before = self._pending.pop(key, None)
        if before is not None and update.runs is None:
            update = replace(update, runs=before.runs)
        self._pending[key] = update

    def _write(self) -> None:
        if not self._pending or time.monotonic() < self._next_write:
            return
        self._next_write = time.monotonic() + _PAUSE_SECONDS
        with _unless_away():
            self._store.watched.write(list(self._pending.values()))
            self._pending.clear()
            self._next_write = 0.0


@contextmanager
def _unless_away() -> Iterator[None]:
    """Leave what is done for later while the store cannot be used, and say so."""
    try:
        yield
    except StoreGone:
        raise
    except StoreUnavailable as error:
        say(error)


def _update(watched: Watched, file: _File, answer: Answer) -> WatchedUpdate | None:
    """Return what to write of an answer; None while a file is still being written."""
    place = watched.folder, watched.path
    if answer.found is not None:
        told = answer.found
        return WatchedUpdate(*place, FOLLOWED, told.why, file.stamp, file.changed_at, told.runs)
    if not file.is_settled and not answer.is_gone:
        return None
    state = GONE if answer.is_gone else REFUSED
    return WatchedUpdate(*place, state, answer.refusal, file.stamp, file.changed_at)


def watched_in(contents: FolderContents) -> dict[Watched, tuple[str, float]]:
    """Say what is read as one, with its stamp and when it was written to, seconds since 1970."""
    folder, files = contents.folder, contents.files
    told: dict[str, list[tuple[str, Stamp]]] = {}
    for path, stamp in sorted(contents.settings.items()):
        told.setdefault(folder_of_settings(path) or "", []).append((path, stamp))
    events = [path for path in files if "tfevents" in path.rpartition("/")[2]]
    places = runs_of_folders(path.rpartition("/")[0] for path in events)
    runs: dict[str, list[EventPart]] = {}
    for path in sorted(events, key=file_order):
        run, inner = places[path.rpartition("/")[0]]
        runs.setdefault(run, []).append(EventPart(path, inner))
    found: dict[Watched, tuple[str, float]] = {}

    def take(
        path: str, own: Sequence[str], label: str = "", parts: Sequence[EventPart] = ()
    ) -> None:
        settings = nearest(f"{path}/" if parts else path, told, [])
        stamps = [files[one] for one in own]
        text = " ".join(str(one) for one in (*stamps, *(stamp for _, stamp in settings)))
        watched = Watched(folder, path, label, tuple(parts), tuple(settings))
        found[watched] = text, max(stamp.modified for stamp in stamps) / 1e9

    for run, parts in runs.items():
        take(run, [part.path for part in parts], run or os.path.basename(folder), parts)
    for path in files:
        if "tfevents" not in path.rpartition("/")[2]:
            take(path, [path])
    return found


def say(sentence: object) -> None:
    """Write a line to the log."""
    print(sentence, file=sys.stderr, flush=True)


def main() -> int:
    """Follow the folders of the store that the environment names until the server is gone."""
    store = RunStore()
    lock = worker_processes.take_slot(worker_processes.make_slot_folder(store), NAME)
    if lock is None:
        return 0
    if hasattr(os, "nice"):
        os.nice(2)
    stop = threading.Event()

    def end_with_the_server() -> None:
        # Not through `sys.stdin`, which a thread that waits would hold locked at the end.
        while os.read(0, 4096):
            pass
        stop.set()

    threading.Thread(target=end_with_the_server, daemon=True).start()
    reader = Reader()
    reader.start()
    watcher = Watcher(store, reader)
    try:
        watcher.follow(stop)
    except StoreGone as error:
        say(error)
        return 1
    finally:
        watcher.close()
        lock.release()
    return 0


if __name__ == "__main__":
    sys.exit(main())
