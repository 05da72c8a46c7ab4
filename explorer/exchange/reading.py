"""Reading curves of any kind out of a file of any kind.

`read_curves` is a pure function of the file: it keeps nothing, starts nothing, and raises nothing
but `ValueError`. It takes memory for a few copies of the file; `readers.limits` says how much is
read at most.

The libraries, by measurement: Arrow parts a table into columns of text, beside which numbers,
words and odd cells can be told apart and named by their line; polars is a little faster, but
names no line and weighs 180 MB, and Python's csv module alone takes three times as long as
pandas. TensorBoard's own reader takes five times as long as `event_files`, wants files on a disk,
and hides a torn record instead of telling of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import replace

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.event_files import is_event_file
from explorer.exchange.readers.archives import is_archive, members, unpacked
from explorer.exchange.readers.columnar import is_columnar, read_columnar
from explorer.exchange.readers.curves_of_tables import curves_of
from explorer.exchange.readers.decoding import as_utf8
from explorer.exchange.readers.delimited import read_table
from explorer.exchange.readers.event_runs import curves_of_events
from explorer.exchange.readers.found import (
    Notes,
    ReadCurve,
    Reading,
    Told,
    check_size,
    counted,
    joined,
    with_settings,
)
from explorer.exchange.readers.json_documents import read_json
from explorer.exchange.readers.json_lines import is_lines, read_json_lines, read_log
from explorer.exchange.readers.limits import MOST_BYTES
from explorer.exchange.readers.meaning import dates_of
from explorer.exchange.readers.own_files import curves_of_own_table, is_own_table
from explorer.exchange.readers.settings_in_words import (
    folder_of_settings,
    nearest,
    settings_in_text,
)
from explorer.exchange.readers.tracked_folders import (
    is_metric_file,
    read_metric_file,
    read_run,
    told_apart,
)

__all__ = ["ReadCurve", "Reading", "Told", "called_by_place", "read_curves"]

_ENDING = re.compile(
    r"(\.(csv|tsv|txt|tab|dat|log|out|md|json|jsonl|ndjson|parquet|pq|arrows?|feather|ipc|zip|tar|tgz"
    r"|gz|bz2|xz))+$",
    re.IGNORECASE,
)
# As TensorBoard's page calls what it downloads.
_TENSORBOARDS = re.compile(r"run-(.+)-tag-(.+)")
_GENERAL_NAMES = frozenset(
    (
        "metrics", "metric", "progress", "monitor", "history", "log", "logs", "results", "result",
        "scalars", "trainer_state", "events", "training", "training_log", "data", "summary",
    )
)  # fmt: skip
# Of other files in an archive: pictures, code, weights, and what systems put there.
_UNREAD = re.compile(
    r"(^|/)(\.|__MACOSX)|\.(png|jpe?g|gif|svg|pdf|html?|py|ipynb|css|js|pt|pth|ckpt|safetensors|bin"
    r"|h5|hdf5|npy|npz|pkl|pickle|onnx|pb|mp4|wav|zip|tar|ya?ml|toml|cfg|ini|sh|lock|profile|db)$",
    re.IGNORECASE,
)
# As a line of a log begins, with its time or its round in brackets.
_STAMPED = re.compile(rb"\s*\[[^\[\]{}\"\n]*\][ \t]*[A-Za-z]")
_OTHER_KINDS = {
    b"\x93NUMPY": "a NumPy array: write it with numpy.savetxt, and a header with names",
    b"\x89HDF": "an HDF5 file: write its curves as CSV",
    b"SQLite format 3": "a database: export the curves as CSV",
    b"%PDF": "a PDF: give the numbers as CSV",
    b"\x89PNG": "a picture: give the numbers as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel file: save it as CSV",
    b"\x80\x02": "a pickled Python object: write it as CSV or JSON",
    b"\x80\x03": "a pickled Python object: write it as CSV or JSON",
    b"}q\x00": "a pickled Python object: write it as CSV or JSON",
    b"(dp0\n": "a pickled Python object: write it as CSV or JSON",
    b"\x80\x04": "a pickled Python object: write it as CSV or JSON",
    b"\x80\x05": "a pickled Python object: write it as CSV or JSON",
}


def read_curves(content: bytes, filename: str, told: Told | None = None) -> Reading:
    """Read the curves of a file.

    What the file is shows by its bytes; its name, with or without folders, only tells what curves
    without one are called.

    Returns:
        Its curves, at least one, and a plain sentence for everything that was assumed, sorted,
        dropped or guessed.

    Raises:
        ValueError: It cannot be read; the text is one plain sentence that says what to do, with
            the line where there is one.
    """
    if len(content) > MOST_BYTES:
        raise ImportRefused(
            f"The file is larger than {MOST_BYTES >> 20} MB: leave columns out, keep every tenth "
            "row, or split it."
        )
    if not content or content.isspace():
        raise ImportRefused("The file is empty.")
    notes = Notes(told)
    if is_archive(content):
        curves = _read_archive(content, filename, notes)
    else:
        curves = _read_one(content, filename, notes)
    curves = [curve for curve in curves if curve.data.series]
    if not curves:
        raise ImportRefused("The file holds no measurement that could be drawn.")
    check_size(curves)
    return Reading(tuple(curves), notes.texts(), notes.columns, notes.x)


def _names(filename: str) -> tuple[str, str]:
    """Return what to call a run, and what to call its only metric, by the name of its file."""
    stem = _ENDING.sub("", filename.replace("\\", "/").rpartition("/")[2]) or "curve"
    if found := _TENSORBOARDS.fullmatch(stem):
        return found[1], found[2]
    return stem, stem


def _read_one(content: bytes, filename: str, notes: Notes) -> list[ReadCurve]:
    content = unpacked(content)
    label, metric = _names(filename)
    if is_columnar(content):
        return read_columnar(content, label, notes)
    if is_event_file(content) or ("tfevents" in filename and b"\0" in content[:12]):
        return curves_of_events([(filename.rpartition("/")[2], content)], label, notes)
    for start, what in _OTHER_KINDS.items():
        if content.startswith(start):
            raise ImportRefused(f"This is {what}.")
    return _read_text(as_utf8(content, notes), label, metric, notes)


def _read_text(text: bytes, label: str, metric: str, notes: Notes) -> list[ReadCurve]:
    start = text[:1000].lstrip()[:2]
    if start.startswith((b"{", b"[")) and not _STAMPED.match(text):
        if is_lines(text):
            return read_json_lines(text, label, notes)
        if start.startswith(b"{") or start[1:2] in b'[{]"-0123456789 \r\n\t':
            return read_json(text, label, metric, notes)
    if is_metric_file(text):
        return read_metric_file(text, label, metric, notes)
    if (curves := read_log(text, label, notes)) is not None:
        return curves
    table = read_table(text, notes)
    if is_own_table(table):
        return curves_of_own_table(table, is_shielded=True)
    if table.columns[-1].name.lower() in ("value", "values") and all(
        column.is_number or dates_of(column) is not None for column in table.columns
    ):
        # As TensorBoard and Neptune write a curve: the file's name alone tells what it is.
        table.columns[-1].name = metric
    return curves_of(table, label)


def _read_archive(content: bytes, filename: str, notes: Notes) -> list[ReadCurve]:
    events: list[tuple[str, bytes]] = []
    files: list[tuple[str, bytes]] = []
    left_out: list[str] = []

    def is_wanted(path: str) -> bool:
        if path.endswith("xl/workbook.xml"):
            raise ImportRefused("This is an Excel workbook: save the sheet with the curves as CSV.")
        is_settings = path.endswith("meta.yaml") or folder_of_settings(path) is not None
        wanted = is_settings or not _UNREAD.search(path)
        if not wanted and not path.startswith("__MACOSX"):
            left_out.append(path)
        return wanted

    settings: dict[str, dict[str, str]] = {}
    for path, unpacked_file in members(content, is_wanted):
        is_event = "tfevents" in path.rpartition("/")[2]
        if (folder := folder_of_settings(path)) is not None:
            settings[folder] = settings.get(folder, {}) | settings_in_text(unpacked_file)
        else:
            (events if is_event else files).append((path, unpacked_file))
    label = _names(filename)[0]
    curves: list[ReadCurve] = []
    if events:
        for curve in curves_of_events(events, label, notes):
            curves += with_settings([curve], nearest(f"{curve.label}/", settings, {}))
    runs, others = told_apart(files)
    for run, own in runs.items():
        told = nearest(f"{run}/", settings, {})
        curves += with_settings(read_run(run, own, run or label, notes), told)
    refused: list[str] = []
    for path, one in others:
        if not one or one.isspace():
            continue
        try:
            read = _read_one(one, path, notes) if len(others) == 1 else _placed(path, one, notes)
            curves += with_settings(read, nearest(path, settings, {}))
        except ImportRefused as error:
            refused.append(f"{quoted(path)} is left out: {error}")
    if not curves:
        packed = [path for path in left_out if path.endswith((".zip", ".tar"))]
        raise ImportRefused(
            refused[0]
            if refused
            else f"{quoted(packed[0])} is an archive in an archive: unpack it, and give that one."
            if packed
            else "The archive holds no file with curves."
        )
    for refusal in refused:
        notes.add(refusal)
    if left_out:
        notes.add(f"{counted(len(left_out), 'file')} of other kinds left out.")
    return _without_common_folder(joined(curves), [path for path, _ in (*events, *files)])


def _placed(path: str, content: bytes, notes: Notes) -> list[ReadCurve]:
    """Read one file of several; its curves are called by its place where it names none."""
    return called_by_place(_read_one(content, path, notes), path)


def called_by_place(curves: Iterable[ReadCurve], path: str) -> list[ReadCurve]:
    """Call curves that are called by their file's name by its folder too, or by that alone."""
    own = _names(path)[0]
    folder = path.rpartition("/")[0]
    label = folder if own.lower() in _GENERAL_NAMES and folder else f"{folder}/{own}".strip("/")
    return [replace(one, label=label) if one.label == own else one for one in curves]


def _without_common_folder(curves: list[ReadCurve], paths: Iterable[str]) -> list[ReadCurve]:
    """Shorten labels by the folder that all of them begin with, if files lie in it."""
    folders = [one.label.rpartition("/")[0] for one in curves]
    common = os.path.commonpath(folders) if all(folders) else ""
    if not common or not any(path.startswith(f"{common}/") for path in paths):
        return curves
    return [replace(one, label=one.label[len(common) :].strip("/")) for one in curves]
