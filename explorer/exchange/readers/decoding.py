"""The bytes of a text file, whatever they are encoded in, as UTF-8; and one value of JSON."""

from __future__ import annotations

import codecs
import json
from typing import Any

import orjson

from explorer.exchange.errors import ImportRefused
from explorer.exchange.readers.found import Notes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# No text has them; the end-of-file mark of DOS may stand at the end.
_CONTROL = bytes((*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F))
_BLOCK_BYTES = 2**20
_NO_TEXT = (
    "This is neither text nor a known kind of file: give a table of text, JSON, "
    "Parquet, Arrow, or TensorBoard’s event files."
)


def json_value(text: bytes) -> Any:
    """Return what a text says in JSON, also with NaN and Infinity, which JSON does not have.

    Raises:
        json.JSONDecodeError: It is no JSON; with line and column.
        ValueError: It is not UTF-8, or holds a number with too many digits.
        RecursionError: It is nested too deeply.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def as_utf8(content: bytes, notes: Notes) -> bytes:
    """Return a text in UTF-8 without a byte-order mark, its lines ended by \\n or \\r\\n.

    It may be in UTF-8, UTF-16, UTF-32, or what Windows and Unix used before them.

    Raises:
        ImportRefused: It is not text.
    """
    text = _decoded(content, notes).rstrip(b"\x1a")
    if _has_control(text):
        raise ImportRefused(_NO_TEXT)
    if b"\r" in text and b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    if not text or text.isspace():
        raise ImportRefused("The file is empty.")
    return text


def _decoded(content: bytes, notes: Notes) -> bytes:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            body = content[len(mark) :]
            return _valid(body) if encoding == "utf-8" else _recoded(body, encoding, notes)
    if content.isascii() and b"\0" not in content[:1000]:
        return content
    if encoding := _wide(content):
        return _recoded(content, encoding, notes)
    try:
        content.decode()
    except UnicodeDecodeError:
        if _has_control(content):
            raise ImportRefused(_NO_TEXT) from None
        return _recoded(content, "latin-1", notes)
    return content


def _has_control(content: bytes) -> bool:
    # Deleting them and seeing whether anything is gone takes a tenth of a regex's time.
    view = memoryview(content)
    for start in range(0, len(content), _BLOCK_BYTES):
        block = bytes(view[start : start + _BLOCK_BYTES])
        if len(block.translate(None, _CONTROL)) < len(block):
            return True
    return False


def _wide(content: bytes) -> str:
    """Tell UTF-16 without a mark: every other byte of what is mostly ASCII is 0."""
    start = content[:1000]
    for encoding, zeros, others in (
        ("utf-16-le", start[1::2], start[::2]),
        ("utf-16-be", start[::2], start[1::2]),
    ):
        if len(start) > 3 and zeros.count(0) * 10 > len(zeros) * 9 and not others.count(0):
            return encoding
    return ""


def _valid(body: bytes) -> bytes:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise ImportRefused(
            f"The file says that it is UTF-8, but is not at byte {error.start + 3:,}: save it "
            "again as UTF-8."
        ) from error
    return body


def _recoded(body: bytes, encoding: str, notes: Notes) -> bytes:
    if encoding == "latin-1":
        # What Windows calls Latin-1 has printable characters where Latin-1 has none.
        try:
            text = body.decode("cp1252")
        except UnicodeDecodeError:
            text = body.decode("latin-1")
        notes.add("The text is not UTF-8 and is read as Latin-1.")
        return text.encode()
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        # The file of a program that is still writing can end in the middle of a character.
        if error.end < len(body) or error.start == 0:
            raise ImportRefused(
                f"The file says that it is {encoding.upper()}, but is not: save it again as UTF-8."
            ) from error
        text = body[: error.start].decode(encoding)
    if not encoding.startswith("utf-8"):
        notes.add(f"The text is read as {encoding[:6].upper()}.")
    return text.encode("utf-8", "replace")
