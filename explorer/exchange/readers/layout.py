"""How a text is laid out as a table: what parts its cells, where its header and its rows are."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from explorer.exchange.errors import ImportRefused
from explorer.exchange.readers.cells import COMMA, POINT, OutOfRange, is_missing, number_of
from explorer.exchange.readers.limits import MOST_COLUMNS

SAMPLE_BYTES = 2**18
SAMPLE_LINES = 200
SPACES, PIPES = " ", "| |"
"""Cells parted by any number of spaces, and between strokes as in Markdown."""

NO_TABLE = (
    "This is text, but not a table; it may be a console log: have the training write a table "
    "with Keras’ or Lightning’s CSVLogger, Transformers’ trainer_state.json or TensorBoard, or "
    "write a line “step,loss” and below it a line with both numbers for each step."
)
_COMMENT = re.compile(r"\s*(#|//|%)")
_NUMBER = re.compile(r"\s*[+-]?(\d[\d.]*(e[+-]?\d+)?|nan|inf)", re.IGNORECASE)
# Of lines that are drawn: strokes of ASCII, and those made for it.
_STROKES = frozenset(" \t|:+=-" + "".join(map(chr, range(0x2500, 0x2580))))
_SEPARATOR = re.compile(r"\"?sep=([\t,;:|~^])\"?", re.IGNORECASE)
# In the order in which they are preferred where several part the cells equally well.
_DELIMITERS = ("\t", ";", ",", "|", SPACES)
_LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|$)")


@dataclass(frozen=True, slots=True)
class Layout:
    """A table within a text.

    Attributes:
        delimiter: One character, `SPACES` or `PIPES`.
        names: Of the columns; None where the first row holds numbers already.
        width: Cells of a row.
        start: Place of the first row, in bytes.
        first_line: Its line, from 1.
        preamble: Lines before the header that belong to no table.
        comments: Lines before the header that are marked as comments, without the mark.
    """

    delimiter: str
    names: tuple[str, ...] | None
    width: int
    start: int
    first_line: int
    preamble: int = 0
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    start: int
    end: int
    text: str


def is_comment(text: str) -> bool:
    """Tell whether a line is marked as a comment."""
    return bool(_COMMENT.match(text))


def is_rule(text: str) -> bool:
    """Tell whether a line is drawn, as below the header of a Markdown table."""
    text = text.strip()
    return len(text.strip("|:+ \t")) > 1 and _STROKES.issuperset(text)


def piped_cells(text: str) -> list[str]:
    """Part one line of a table whose cells stand between upright strokes."""
    return [cell.strip() for cell in text.strip().strip("|│").replace("│", "|").split("|")]


def is_number(text: str) -> bool:
    """Tell whether a cell is a number in some spelling."""
    try:
        return any(number_of(text, mark) is not None for mark in (POINT, COMMA))
    except OutOfRange:
        return True


def layout_of(content: bytes, delimiter: str = "") -> Layout:
    """Find out how a text in UTF-8 is laid out, by its beginning.

    Raises:
        ImportRefused: It is not a table.
    """
    lines = list(_lines(content[:SAMPLE_BYTES], is_whole=len(content) <= SAMPLE_BYTES))
    comments: list[str] = []
    delimiters: Sequence[str] = (delimiter,) if delimiter else _DELIMITERS
    skipped = 0
    for line in lines:
        if found := _SEPARATOR.fullmatch(line.text.strip(" ")):
            delimiters = (delimiter or found[1],)
        elif _COMMENT.match(line.text):
            comments.append(_COMMENT.sub("", line.text, count=1).strip())
        elif line.text.strip():
            break
        skipped += 1
    lines = [line for line in lines[skipped:] if line.text.strip()]
    if not lines:
        raise ImportRefused("There is no table in the file: it has no rows.")
    if not delimiter and (table := _piped(lines)):
        return table
    best = max((_parted(lines, one, tuple(comments)) for one in delimiters), key=lambda one: one[0])
    if best[1] is None:
        return _single(lines, tuple(comments))
    return best[1]


def _lines(content: bytes, is_whole: bool) -> Iterator[_Line]:
    for number, found in enumerate(_LINE.finditer(content), 1):
        if found.end() == len(content) and (not is_whole or found.start() == found.end()):
            return
        if number > SAMPLE_LINES:
            return
        yield _Line(number, found.start(), found.end(), found[1].decode("utf-8", "replace"))


def _piped(lines: Sequence[_Line]) -> Layout | None:
    """Read the head of a table in Markdown, or drawn with strokes."""
    for k, line in enumerate(lines):
        piped = "|" in line.text or "│" in line.text
        if not piped or is_rule(line.text):
            continue
        below = lines[k + 1].text if k + 1 < len(lines) else ""
        above = lines[k - 1].text if k else ""
        if not (is_rule(below) and re.search(r"[|+\u253c\u256a]", below)):
            if line.text.strip().startswith("|") and is_rule(above):
                below = line.text
            else:
                continue
        names = piped_cells(line.text)
        last = lines[k + 1] if is_rule(below) and below is not line.text else line
        before = sum(not is_rule(one.text) for one in lines[:k])
        return Layout(PIPES, tuple(names), len(names), last.end, last.number + 1, before)
    return None


def _parted(
    lines: Sequence[_Line], delimiter: str, comments: tuple[str, ...]
) -> tuple[float, Layout | None]:
    """Part the lines and say how well that goes, from 0 to 1."""
    records: list[tuple[int, list[str]]] = []
    if delimiter == SPACES:
        records = [(k, line.text.split()) for k, line in enumerate(lines)]
    else:
        reader = csv.reader((f"{line.text}\n" for line in lines), delimiter=delimiter)
        try:
            records = [(reader.line_num - 1, row) for row in reader]
        except csv.Error:
            return 0.0, None
    widths = Counter(len(row) for _, row in records[1:] or records)
    width = max(widths, key=lambda one: (widths[one], one == len(records[0][1]), one))
    if width > MOST_COLUMNS:
        raise ImportRefused(f"The table has more than {MOST_COLUMNS:,} columns: split it.")
    fitting = {width, width - 1, width + 1} if len(records) > 1 else {width}
    head = next((k for k, (_, row) in enumerate(records) if len(row) in fitting), None)
    if width < 2 or head is None:
        return 0.0, None
    body = [row for _, row in records[head + 1 :]]
    rows = [row for row in body if len(row) == width]
    filled = [cell for row in rows for cell in row if not is_missing(cell)]
    numeric = sum(map(is_number, filled)) / len(filled) if filled else 0.5
    is_header = _is_header(records[head][1], delimiter)
    # Prose and logs have spaces and commas too.
    if (
        numeric < 0.05
        or (is_header and rows and _alike(records[head][1], rows[0]))
        or (delimiter == SPACES and (head > 0 or numeric < (0.5 if is_header else 0.95)))
    ):
        return 0.0, None
    fit = (1 + sum(len(row) == width for row in body)) / len(records)
    last, first = records[head]
    if is_header:
        names: tuple[str, ...] | None = tuple(_fitted(first, body or [first]))
        start, number = lines[last].end, lines[last].number + 1
    else:
        names = _named_by_comment(comments, delimiter, len(first))
        begun = lines[records[head - 1][0] + 1 if head else 0]
        start, number = begun.start, begun.number
    size = len(names) if names else len(first)
    layout = Layout(delimiter, names, size, start, number, head, comments)
    return fit * (0.2 + 0.8 * numeric), layout


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two rows say the same of other numbers, as the lines of a log do."""
    return [_NUMBER.sub("0", cell) for cell in one] == [_NUMBER.sub("0", cell) for cell in other]


def _is_header(row: Sequence[str], delimiter: str) -> bool:
    words = [cell for cell in row if cell.strip()]
    if delimiter == SPACES and any(map(is_number, words)):
        return False
    if any(not is_number(cell) and not is_missing(cell) for cell in words):
        # A log begins with words too, but goes on with numbers in the same line.
        return sum(map(is_number, words)) * 2 <= len(words)
    # As pandas writes a Series: no name above the index, 0 above the values.
    return len(row) == 2 and not row[0].strip() and row[1].strip() == "0"


def _fitted(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Fit the header to rows with one cell more: one at their end, or an index before them."""
    fitted = [name.strip() for name in names]
    # Only where all rows are so: a single one is rather a mistake.
    if all(len(row) == len(fitted) + 1 for row in rows):
        is_trailing = all(not row[-1].strip() for row in rows)
        fitted = [*fitted, ""] if is_trailing else ["", *fitted]
    elif not fitted[-1] and all(len(row) == len(fitted) - 1 for row in rows):
        fitted.pop()
    return fitted


def _named_by_comment(
    comments: Sequence[str], delimiter: str, width: int
) -> tuple[str, ...] | None:
    """Take the names from the last comment, where gnuplot and numpy have them."""
    separator = None if delimiter == SPACES else delimiter
    names = tuple(name.strip() for name in "".join(comments[-1:]).split(separator))
    return names if comments and len(names) == width and not any(map(is_number, names)) else None


def _single(lines: Sequence[_Line], comments: tuple[str, ...]) -> Layout:
    """Read the head of a table of one column."""
    first, *others = lines
    rows = [line.text for line in others] or [first.text]
    numeric = sum(is_number(text) or is_missing(text) for text in rows)
    if numeric * 2 < len(rows) or is_missing(first.text):
        raise ImportRefused(NO_TABLE)
    text = first.text.strip().strip('"')
    if is_number(text):
        named = _named_by_comment(comments, ",", 1)
        return Layout(",", named, 1, first.start, first.number, 0, comments)
    return Layout(",", (text,), 1, first.end, first.number + 1, 0, comments)
