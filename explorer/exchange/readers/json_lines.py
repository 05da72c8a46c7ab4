"""Logs with a record in each line: JSON lines, Python dictionaries, and "name:value" pairs."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from explorer.exchange.errors import ImportRefused
from explorer.exchange.readers.curves_of_tables import curves_of
from explorer.exchange.readers.decoding import json_value
from explorer.exchange.readers.found import Notes, ReadCurve, counted, with_settings
from explorer.exchange.readers.records import Records
from explorer.exchange.readers.settings_in_words import settings_of

_SAMPLE = 50
_LONGEST_LITERAL = 100_000
# What a logger writes before a record, as in "2024-01-01 | INFO | train | {…}".
_PREFIXED = re.compile(rb"[^{]*\|\s*(\{.*\})\s*")
_STEP = r"(step|epoch|iter|iteration|batch|update)\s*[:=]?\s*(\d+)(?:/\d+)?\s*"
_NUMBERED = re.compile(
    rf"(?:{_STEP}\|?\s+"
    # XGBoost's and LightGBM's rounds.
    r"|\[(\d+)\]\s+)(?=\S+[:=])",
    re.IGNORECASE,
)
_SET = re.compile(r"(\w+)'s (?=\w+:)")
_PAIR = re.compile(r"([A-Za-z_][\w./\-]*)[:=]([^\s:=]+)")
_SPOKEN_STEP = re.compile(rf"{_STEP}[:|,-]\s*", re.IGNORECASE)
_SPOKEN_PAIR = re.compile(
    r"([A-Za-z_][\w @/.-]*?)\s*[:=]?\s+([+-]?(?:\d[\d.]*(?:e[+-]?\d+)?|nan|inf)\s?(?:ms|s|%)?)",
    re.IGNORECASE,
)
_PLACED = "Validations, which count epochs, are placed at the last iteration before them."
_OF_PART = re.compile(r"(?:train|valid|test)_(num_updates)")


def is_lines(content: bytes) -> bool:
    """Tell whether every line is a record of its own, by the first two."""
    first = [line for _, line in _lines(content[:1_000_000], 3)]
    return len(first) >= 2 and all(isinstance(_record(line), dict) for line in first[:2])


def read_json_lines(content: bytes, label: str, notes: Notes) -> list[ReadCurve]:
    """Read JSON lines in UTF-8.

    Raises:
        ImportRefused: A line is not a record.
    """
    records, count = Records(), 0
    settings: dict[str, str] = {}
    first: tuple[int, dict[str, Any]] | None = None
    iteration = None
    ends_whole = content.endswith((b"\n", b"\r"))
    last = len(content.rstrip())
    for number, line in _lines(content):
        record = _record(line)
        if not isinstance(record, dict):
            if not ends_whole and content.endswith(line, 0, last):
                notes.add("The last line is cut off in the middle, and left out.")
                break
            raise ImportRefused(
                f"Line {number:,} is not a JSON object like those before it: correct it or take it "
                "out."
            )
        if "iter" in record:
            iteration = record["iter"] if record["iter"] == record.get("step") else iteration
        elif iteration is not None and "step" in record:
            record = _validated(record, iteration)
            notes.add(_PLACED)
        count += 1
        if count == 1:
            first = (number, record)
            continue
        if first is not None:
            # A log may begin with what was set, before anything was measured.
            if record.keys() & first[1].keys():
                records.add(first[1], first[0])
            else:
                settings = settings_of(first[1])
            first = None
        records.add(record, number)
    if first is not None:
        records.add(first[1], first[0])
    return with_settings(curves_of(records.table(notes, "Line"), label), settings)


def _validated(record: dict[str, Any], iteration: Any) -> dict[str, Any]:
    """Place a validation of MMEngine, which counts epochs as its steps, at the last iteration."""
    named = {f"val/{k}" if k in ("time", "data_time") else k: v for k, v in record.items()}
    return named | {"step": iteration, "iter": iteration, "epoch": record["step"]}


def read_log(content: bytes, label: str, notes: Notes) -> list[ReadCurve] | None:
    """Read a log whose lines are told by their form to hold one record each; None if they are not.

    These are lines of "name:value" pairs, as torchtune writes them, or of "name=value", and lines
    that end in a JSON object, as fairseq writes them among others.
    """
    sample = [line for _, line in _lines(content[:1_000_000], _SAMPLE)]
    start = content[:1_000_000]
    for form in (_pairs, _spoken):
        if sum(bool(form(line)) for line in sample) * 2 > len(sample):
            return _read_lines(content, form, label, notes)
    if b"| {" in start or b"|{" in start:
        return _read_lines(content, _prefixed, label, notes)
    return None


def _read_lines(
    content: bytes, form: Callable[[bytes], dict[str, Any]], label: str, notes: Notes
) -> list[ReadCurve] | None:
    records = Records()
    others = 0
    for number, line in _lines(content):
        if record := form(line):
            records.add(record, number)
        else:
            others += 1
    if len(records) < (2 if others else 1):
        return None
    if others:
        notes.add(f"{counted(others, 'line')} without a record left out.")
    return curves_of(records.table(notes, "Line"), label)


def _spoken(line: bytes) -> dict[str, str]:
    """Return the step and the numbers of a line like nanoGPT's "iter 10: loss 3.12, time 2ms"."""
    text = line.decode()
    numbered = _SPOKEN_STEP.match(text)
    if not numbered:
        return {}
    found = {"epoch" if numbered[1].lower() == "epoch" else "step": numbered[2]}
    for part in re.split(r"\s*[,;|]\s*|\t+", text[numbered.end() :].strip()):
        pair = _SPOKEN_PAIR.fullmatch(part)
        if not pair:
            return {}
        found[pair[1]] = pair[2]
    return found


def _prefixed(line: bytes) -> dict[str, Any]:
    """Return the record that a logger's line ends in; nothing if there is none."""
    found = _PREFIXED.fullmatch(line)
    record = _record(found[1]) if found else None
    if not isinstance(record, dict):
        return {}
    return {_OF_PART.sub(r"\1", key): value for key, value in record.items()}


def _lines(content: bytes, most: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield the number of each line and its text, without empty lines."""
    start = number = found = 0
    while start < len(content) and (most is None or found < most):
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end
        number += 1
        if line := content[start:end].strip():
            found += 1
            yield number, line
        start = end + 1


def _record(line: bytes) -> Any:
    """Return what a line says in JSON, or as Python prints dictionaries; None if neither."""
    try:
        return json_value(line)
    except (ValueError, RecursionError):
        return _printed(line)


def _printed(line: bytes) -> Any:
    """Return a dictionary as Python prints it; None if a line is none."""
    if not line.startswith(b"{'") or len(line) > _LONGEST_LITERAL:
        return None
    text = re.sub(r"(?<=: )(-?)(nan|inf)(?=[,}])", r"'\1\2'", line.decode())
    try:
        with warnings.catch_warnings():
            # Of a damaged line, that it is odd Python.
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _pairs(line: bytes) -> dict[str, str]:
    """Return the pairs that a line is made of; none if there is anything else in it."""
    text = _SET.sub(r"\1/", re.sub(r"([:=])\s+", r"\1", line.decode()))
    found: dict[str, str] = {}
    if numbered := _NUMBERED.match(text):
        found[(numbered[1] or "iteration").lower()] = numbered[2] or numbered[3]
        text = text[numbered.end() :]
    for part in re.split(r"[\s,;|]+", text.strip()):
        pair = _PAIR.fullmatch(part)
        if not pair or pair[1] in found:
            return {}
        found[pair[1]] = pair[2]
    if "s" in found and found.keys() & {"trl", "tel"}:
        # As llm.c writes the step, and the losses of training and test.
        found = {"step" if name == "s" else name: text for name, text in found.items()}
    return found if len(found) > 1 else {}
