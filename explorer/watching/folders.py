"""What lies in a watched folder, and opening it without ever leaving the folder.

No link is followed: what it leads to inside of the folder is found there anyway, and what it leads
to outside is none of our business. Where the system allows it, every folder on the way to a file
is opened by itself, so that a link put in its place in the meantime leads nowhere either.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from explorer.exchange.errors import quoted
from explorer.exchange.readers.settings_in_words import folder_of_settings

VARIABLE = "EXPLORER_WATCH"
MOST_FILES, MOST_FOLDERS, DEEPEST = 2_000, 10_000, 16

_IS_WATCHED = re.compile(
    r".*tfevents.*|.*\.(csv|tsv|jsonl|ndjson)(\.\d{1,3})?"
    r"|(trainer_state|metrics|scalars|history|log_history|results|training_log)\.json",
    re.IGNORECASE,
)
_UNWATCHED_FOLDERS = frozenset(("node_modules", "__pycache__", "site-packages", "wandb-cache"))
_BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = _READ | _NO_LINK | getattr(os, "O_DIRECTORY", 0)
# A pipe has nobody at its other end, and opening it would wait for somebody.
_FILE = _READ | _NO_LINK | getattr(os, "O_NONBLOCK", 0)


class FolderRefused(ValueError):
    """A folder that cannot be watched; its text is a plain sentence."""


class Outside(OSError):
    """A path that leads out of its folder, or to something that is no file."""


class Stamp(NamedTuple):
    """Tells a file from another one of the same name, and from itself before a change."""

    size: int
    modified: int
    identity: int

    def __str__(self) -> str:
        return f"{self.size} {self.modified} {self.identity}"


def checked_folder(text: str) -> str:
    """Return the real path of a folder to watch; "~" is the user's own folder.

    Raises:
        FolderRefused: There is no such folder, or it cannot be read.
    """
    text = text.strip()
    if not text or "\0" in text:
        raise FolderRefused("Give the path of a folder, such as /home/me/runs.")
    path = Path(text).expanduser()
    if not path.is_absolute():
        raise FolderRefused(f"{quoted(text)} is not a whole path: begin it with / or ~.")
    if not path.exists():
        raise FolderRefused(f"There is no folder {quoted(text)} on the server's machine.")
    if not path.is_dir():
        raise FolderRefused(f"{quoted(text)} is a file: name the folder that it lies in.")
    if not os.access(path, os.R_OK | os.X_OK):
        raise FolderRefused(f"The app may not read {quoted(text)}: allow it, or name another.")
    real = os.path.realpath(path)
    if real == os.path.abspath(os.sep):
        raise FolderRefused("That is the whole disk: name the folder that the runs are in.")
    return real


def named_folders() -> tuple[list[str], list[str]]:
    """Return the folders that EXPLORER_WATCH names, and a sentence for each that cannot be used.

    One that is not there, or not now, is among the folders: a training may make it.
    """
    found: dict[str, None] = {}
    refused = []
    for text in os.environ.get(VARIABLE, "").split(os.pathsep):
        if not text.strip():
            continue
        path = Path(text.strip()).expanduser()
        try:
            found.setdefault(checked_folder(text))
        except FolderRefused as error:
            refused.append(f"{VARIABLE}: {error}")
            if path.is_absolute() and not path.exists():
                found.setdefault(os.path.realpath(path))
    return list(found), refused


def without_nested(folders: Sequence[str]) -> list[str]:
    """Leave out the folders that lie inside of others: what is in them is found there."""
    every = sorted(dict.fromkeys(folders), key=len)
    kept: list[str] = []
    for folder in every:
        if not any(folder.startswith(outer.rstrip(os.sep) + os.sep) for outer in kept):
            kept.append(folder)
    return sorted(kept)


@contextmanager
def _opened(folder: str, path: str, flags: int) -> Iterator[int]:
    """Open what lies below a folder; every part of the path must be itself, and no link."""
    parts = [part for part in path.split("/") if part]
    if ".." in parts:
        raise Outside(f"{path} leads out of its folder.")
    if not _BY_DESCRIPTOR:
        yield from _opened_by_path(folder, parts, flags)
        return
    at = os.open(folder, _FOLDER)
    try:
        for place, part in enumerate(parts, 1):
            inner = os.open(part, flags if place == len(parts) else _FOLDER, dir_fd=at)
            os.close(at)
            at = inner
        yield at
    finally:
        os.close(at)


def _opened_by_path(folder: str, parts: Sequence[str], flags: int) -> Iterator[int]:
    whole = os.path.join(folder, *parts)
    descriptor = os.open(whole, flags)
    try:
        real = os.path.realpath(whole)
        inside = real == os.path.join(folder, *parts)
        if not inside or not os.path.samestat(os.fstat(descriptor), os.stat(real)):
            raise Outside(f"{whole} leads out of its folder.")
        yield descriptor
    finally:
        os.close(descriptor)


def read_from(folder: str, path: str, offset: int = 0, most: int = -1) -> tuple[bytes, Stamp]:
    """Return the bytes of a file below a watched folder, so many from a place on, and its stamp.

    Raises:
        Outside: It is no regular file.
        OSError: It is not there, may not be read, or there is a link on the way.
    """
    with _opened(folder, path, _FILE) as descriptor:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Outside(f"{path} is not a file.")
        with os.fdopen(os.dup(descriptor), "rb") as file:
            file.seek(offset)
            return file.read(most), _stamp(found)


def _below(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _by_path(folders: Iterable[tuple[str, Mapping[str, Stamp]]]) -> Iterator[tuple[str, Stamp]]:
    return ((_below(path, name), own[name]) for path, own in folders for name in own)


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


@dataclass(slots=True)
class _Listed:
    files: dict[str, Stamp] = field(default_factory=dict)
    settings: dict[str, Stamp] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)


class FolderContents:
    """The files of a watched folder that may hold curves, as of the last looks at it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._listed: dict[str, _Listed] = {}

    @property
    def folders(self) -> list[str]:
        """Paths of the folder and of all inside of it, absolute."""
        return [os.path.join(self.folder, path) if path else self.folder for path in self._listed]

    @property
    def files(self) -> Mapping[str, Stamp]:
        """The files by their path below the folder, with strokes; the first MOST_FILES of them."""
        every = ((path, own.files) for path, own in self._listed.items())
        return dict(itertools.islice(_by_path(every), MOST_FILES))

    @property
    def settings(self) -> Mapping[str, Stamp]:
        """The files that may tell settings of the curves around them, by the same paths."""
        return dict(_by_path((path, own.settings) for path, own in self._listed.items()))

    def look(self, inside: str = "") -> None:
        """Look again at a folder and at all that are new in it; at the top, at all there are."""
        waiting = [inside]
        while waiting and len(self._listed) < MOST_FOLDERS:
            path = waiting.pop()
            before = self._listed.get(path)
            try:
                listed = self._list(path)
            except OSError:
                self._forget(path)
                continue
            self._listed[path] = listed
            for gone in set(before.folders if before else ()) - set(listed.folders):
                self._forget(gone)
            waiting += [
                one for one in reversed(listed.folders) if not inside or one not in self._listed
            ]

    def _forget(self, path: str) -> None:
        inner = f"{path}/" if path else ""
        for one in [one for one in self._listed if one == path or one.startswith(inner)]:
            del self._listed[one]

    def _list(self, path: str) -> _Listed:
        listed = _Listed()
        with _opened(self.folder, path, _FOLDER) as descriptor:
            place: str | int = descriptor
            if not _BY_DESCRIPTOR:
                place = os.path.join(self.folder, *path.split("/"))
            with os.scandir(place) as entries:
                for entry in entries:
                    is_hidden = entry.name.startswith(".") and entry.name != ".hydra"
                    if is_hidden or not entry.name.isprintable():
                        continue
                    try:
                        self._take(entry, path, listed)
                    except OSError:
                        # It went away in this moment.
                        continue
        listed.folders.sort()
        return listed

    def _take(self, entry: os.DirEntry[str], path: str, listed: _Listed) -> None:
        if entry.is_dir(follow_symlinks=False):
            inner = _below(path, entry.name)
            if entry.name not in _UNWATCHED_FOLDERS and inner.count("/") < DEEPEST:
                listed.folders.append(inner)
            return
        is_settings = folder_of_settings(entry.name) is not None
        if is_settings or _IS_WATCHED.fullmatch(entry.name):
            found = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(found.st_mode):
                (listed.settings if is_settings else listed.files)[entry.name] = _stamp(found)
