"""Taking in a file of runs made elsewhere: CSV, TensorBoard's event files, or a zip of them."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from explorer.exchange.collecting import Collector
from explorer.exchange.csv_import import read_csv
from explorer.exchange.event_files import is_event_file
from explorer.exchange.refusal import ImportRefused, quoted
from explorer.exchange.roles import was_written_here
from explorer.exchange.series import NamedSeries
from explorer.exchange.tensorboard_import import curve_and_prefix, read_event_file

MOST_BYTES = 20 * 2**20
MOST_UNPACKED_BYTES = 64 * 2**20
MOST_MEMBERS = 1_000
_UNPACKS_TO_MORE = f"The archive unpacks to more than {MOST_UNPACKED_BYTES >> 20} MB."


@dataclass(frozen=True, slots=True, eq=False)
class ReadFile:
    """What a file holds, before it is said what its series stand for.

    Attributes:
        name: The file's name.
        curves: Its curves, at least one, each with at least one series.
        notes: What was left out or merged, in plain sentences.
        is_own: Whether this app wrote it, so that every series is known.
    """

    name: str
    curves: tuple[NamedSeries, ...]
    notes: tuple[str, ...]
    is_own: bool

    def series_names(self) -> list[str]:
        """Return the names of all series, in the order of the file."""
        return list(dict.fromkeys(name for curve in self.curves for name in curve.series))


def read_file(name: str, content: bytes) -> ReadFile:
    """Read a file; what it is shows by its bytes, and only an event file by its name too.

    Args:
        name: The file's name.
        content: Its bytes.

    Raises:
        ImportRefused: It cannot be taken in; the text says why.
    """
    if len(content) > MOST_BYTES:
        raise ImportRefused(f"The file is larger than {MOST_BYTES >> 20} MB.")
    if not content.strip():
        raise ImportRefused("The file is empty.")
    into = Collector()
    stem = re.sub(r"\.(csv|tsv|txt|zip)$", "", name, flags=re.IGNORECASE) or "imported"
    has_events = True
    if content.startswith(b"PK"):
        notes = _read_archive(content, stem, into)
    elif is_event_file(content) or "tfevents" in name.lower():
        read_event_file(content, stem, into)
        notes = []
    else:
        notes, has_events = read_csv(content, stem, into), False
    curves, dropped = into.curves(later_counts=has_events)
    if not curves:
        raise ImportRefused("The file holds no measurement that could be drawn.")
    if dropped:
        notes.append(
            f"{dropped:,} measurements were written twice, as after a restart: the later ones "
            "count."
        )
    return ReadFile(name, curves, tuple(notes), was_written_here(curves))


def _read_archive(content: bytes, stem: str, into: Collector) -> list[str]:
    members = list(_members(content))
    folders: dict[str, list[bytes]] = {}
    notes = []
    tables = [member for member in members if member[0].lower().endswith((".csv", ".tsv"))]
    for path, unpacked in members:
        if (path, unpacked) in tables:
            own = path.rpartition("/")[2].rpartition(".")[0]
            try:
                notes += read_csv(unpacked, own, into)
            except ImportRefused as error:
                raise ImportRefused(f"{quoted(path)}: {error}") from error
        elif "tfevents" in path.rpartition("/")[2]:
            folders.setdefault(path.rpartition("/")[0], []).append(unpacked)
        else:
            notes.append(f"{quoted(path)} is neither CSV nor an event file and is left out.")
    for folder, files in folders.items():
        curve, prefix = curve_and_prefix(folder, folders, stem)
        for unpacked in files:
            try:
                read_event_file(unpacked, curve, into, prefix)
            except ImportRefused as error:
                raise ImportRefused(f"{quoted(folder or stem)}: {error}") from error
    return notes if len(notes) <= 5 else [*notes[:5], f"And {len(notes) - 5} more like these."]


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Unpack an archive in memory, never more than the bounds whatever its head says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check(infos)
            left = MOST_UNPACKED_BYTES
            # What the head says is checked before a byte is unpacked, and again while unpacking.
            if sum(info.file_size for info in infos) > left:
                raise ImportRefused(_UNPACKS_TO_MORE)
            for info in sorted(infos, key=lambda one: one.filename):
                with archive.open(info) as member:
                    unpacked = member.read(left + 1)
                left -= len(unpacked)
                if left < 0:
                    raise ImportRefused(_UNPACKS_TO_MORE)
                yield info.filename, unpacked
    except (
        zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError,
        RuntimeError, ValueError,
    ) as error:  # fmt: skip
        if isinstance(error, ImportRefused):
            raise
        raise ImportRefused("The archive is damaged or cut off.") from error


def _check(infos: Sequence[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_MEMBERS:
        raise ImportRefused(f"The archive holds more than {MOST_MEMBERS:,} files.")
    names = [info.filename for info in infos]
    for info in infos:
        path = info.filename.replace("\\", "/")
        if path.startswith("/") or ".." in path.split("/") or re.match(r"[A-Za-z]:", path):
            raise ImportRefused(
                f"The archive holds a path that leads out of it: {quoted(info.filename)}."
            )
        if names.count(info.filename) > 1:
            raise ImportRefused(f"The archive holds {quoted(info.filename)} twice.")
        if info.flag_bits & 1:
            raise ImportRefused("The archive is locked with a password.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ImportRefused(
                f"{quoted(info.filename)} is packed in a way that is not read here."
            )
