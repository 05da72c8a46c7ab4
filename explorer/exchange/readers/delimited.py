"""Tables of text: CSV in all its dialects, aligned text, and Markdown.

Arrow parts clean rows into columns of text in a fifth of the time that Python's csv module takes
for it, and holds them in little more memory than the file. A file whose rows are not all alike
goes through the csv module row by row first, and never as a list of rows.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from explorer.exchange.errors import ImportRefused
from explorer.exchange.readers.cells import is_missing
from explorer.exchange.readers.columns import Table, check_cells, columns_of_texts, distinct
from explorer.exchange.readers.found import Notes, counted, times
from explorer.exchange.readers.layout import (
    PIPES,
    SPACES,
    Layout,
    is_comment,
    is_number,
    is_rule,
    layout_of,
    piped_cells,
)
from explorer.exchange.readers.own_files import words_of
from explorer.exchange.readers.settings_in_words import settings_of

_BLOCK_BYTES = 2**22
_ANOTHER = "Line {:,} begins another table: put each table into a file of its own."


class _Uneven(Exception):
    """Rows that are not all of one length, or that hold comments."""


def read_table(content: bytes, notes: Notes, names: tuple[str, ...] = ()) -> Table:
    """Read a text, in UTF-8, as a table.

    Args:
        names: Of the columns, where the text has none and parts its cells by tabs; else the first
            row has them.

    Raises:
        ImportRefused: It is not a table, or a row of it does not fit.
    """
    told = notes.told.delimiter
    layout = Layout("\t", names, len(names), 0, 1) if names else layout_of(content, told)
    check_cells(content.count(b"\n", layout.start), layout.width, "about ")
    if layout.preamble:
        notes.add(f"{counted(layout.preamble, 'line')} before the table left out.")
    names = layout.names or ("",) * layout.width
    dropped: Counter[str] = Counter()
    try:
        texts = _parsed_by_arrow(content, layout, names)
    except _Uneven:
        texts = _parsed_by_row(content, layout, names, dropped)
    _note(dropped, notes)
    size = len(texts[0]) if texts else 0
    if not size:
        raise ImportRefused("The table has a header, but no row of numbers below it.")

    def place(row: int) -> str:
        rows = _rows(content, layout, names, Counter())
        line = next(itertools.islice(rows, row, None), (0, []))[0]
        return f"Line {line:,}"

    try:
        columns = columns_of_texts(
            distinct(names, notes), texts, place, notes, layout.delimiter, words_of(names)
        )
    except ImportRefused as error:
        for line, row in _rows(content, layout, names, Counter()):
            if _is_header_of_another(row):
                raise ImportRefused(_ANOTHER.format(line)) from error
        raise
    # What has neither a name nor a value is a comma too many at the end of each row.
    kept = [one for one in columns if one.name or one.present.any()]
    if not kept:
        raise ImportRefused("The table is empty: it has neither a name nor a number.")
    return Table(kept, size, place, notes, _told(layout.comments))


def _is_header_of_another(row: Sequence[str]) -> bool:
    """Tell whether a row among numbers has words alone, at least two of them."""
    words = [cell for cell in row if not is_missing(cell)]
    return len(words) > 1 and not any(map(is_number, words))


def _told(comments: tuple[str, ...]) -> dict[str, str]:
    """Return settings that stand in a comment as JSON, as Stable-Baselines3 writes them."""
    for comment in comments:
        if comment.startswith("{"):
            try:
                return settings_of(orjson.loads(comment))
            except (orjson.JSONDecodeError, AttributeError):
                continue
    return {}


def _parsed_by_arrow(
    content: bytes, layout: Layout, names: tuple[str, ...]
) -> list[pa.ChunkedArray]:
    if layout.delimiter in (SPACES, PIPES):
        raise _Uneven

    def uneven(row: pa_csv.InvalidRow) -> str:
        return "skip" if not row.text.strip() else "error"

    texts = _columns(memoryview(content)[layout.start :], layout.delimiter, layout.width, uneven)
    if not texts:
        return texts
    first = texts[0]
    odd = pc.or_(pc.equal(pc.utf8_trim_whitespace(first), names[0]), pc.starts_with(first, "#"))
    if names[0] and pc.any(odd).as_py():
        raise _Uneven
    return texts


def _columns(
    content: bytes | memoryview, delimiter: str, width: int, uneven: object = None
) -> list[pa.ChunkedArray]:
    if not len(content):
        return []
    keys = [str(k) for k in range(width)]
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(content),
            read_options=pa_csv.ReadOptions(
                column_names=keys, block_size=_BLOCK_BYTES, use_threads=False
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                invalid_row_handler=uneven,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={key: pa.string() for key in keys},
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise _Uneven from error
    return [table[key] for key in keys]


def _parsed_by_row(
    content: bytes, layout: Layout, names: tuple[str, ...], dropped: Counter[str]
) -> list[pa.ChunkedArray]:
    even = io.StringIO()
    writer = csv.writer(even, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows(row for _, row in _rows(content, layout, names, dropped))
    try:
        return _columns(even.getvalue().encode(), ",", layout.width)
    except _Uneven as error:
        raise ImportRefused("The rows of the table do not fit together.") from error


def _rows(
    content: bytes, layout: Layout, names: tuple[str, ...], dropped: Counter[str]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the cells of each row, as many cells as the header has names."""
    lines = io.TextIOWrapper(io.BytesIO(memoryview(content)[layout.start :]), "utf-8", newline="")
    offset = layout.first_line - 1
    is_whole = content.endswith((b"\n", b"\r"))
    following = itertools.chain(_parted(lines, layout, offset), [(0, [])])
    for (number, row), (_, after) in itertools.pairwise(following):
        if not any(cell.strip() for cell in row):
            continue
        line = number + offset
        if is_comment(row[0]) and not (names[0] and is_comment(names[0])):
            dropped["comments"] += 1
            continue
        if [cell.strip() for cell in row if cell.strip()] == [name for name in names if name]:
            dropped["headers"] += 1
            continue
        extra = len(row) - layout.width
        if extra > 0 and any(cell.strip() for cell in row[layout.width :]):
            if _is_header_of_another(row):
                raise ImportRefused(_ANOTHER.format(line))
            raise ImportRefused(
                f"Line {line:,} has {len(row):,} cells, and the table has {layout.width:,} "
                "columns: give every row as many cells as there are names in the first line."
            )
        if extra < 0 and not after and not is_whole:
            dropped["torn"] += 1
            continue
        if extra < 0:
            dropped["padded"] += 1
            row += [""] * -extra
        yield line, row[: layout.width]


def _parted(
    lines: io.TextIOWrapper, layout: Layout, offset: int
) -> Iterator[tuple[int, list[str]]]:
    if layout.delimiter == PIPES:
        for number, text in enumerate(lines, 1):
            if ("|" in text or "│" in text) and not is_rule(text.strip()):
                yield number, piped_cells(text)
        return
    if layout.delimiter == SPACES:
        for number, text in enumerate(lines, 1):
            yield number, text.split()
        return
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=False)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise ImportRefused(
            f"Line {reader.line_num + offset:,} is not a row of a table ({error}): look for an "
            "unmatched quotation mark."
        ) from error


def _note(dropped: Counter[str], notes: Notes) -> None:
    if count := dropped["comments"]:
        notes.add(f"{counted(count, 'line')} of comment among the rows left out.")
    if count := dropped["headers"]:
        notes.add(f"The header is repeated {times(count)}; that is skipped.")
    if count := dropped["padded"]:
        notes.add(
            f"{counted(count, 'row has', 'rows have')} fewer cells than the header: what "
            "is missing counts as not measured."
        )
    if dropped["torn"]:
        notes.add("The last line is cut off in the middle, and left out.")
