"""Columns of a table, and how columns of text become columns of numbers.

Numbers that every program writes alike are turned into float64 by Arrow, a column at once; only
cells that it does not take are looked at one by one, each spelling once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.readers.cells import (
    COMMA,
    POINT,
    OutOfRange,
    decimal_marks,
    is_missing,
    number_of,
)
from explorer.exchange.readers.found import Notes, free_name, listed
from explorer.exchange.readers.limits import LONGEST_NAME, MOST_CELLS, MOST_COLUMNS

# As Arrow takes them; what else it would take ("nan(3)") is looked at one by one.
_PLAIN = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_DOT_GROUPS = r"^[+-]?[0-9]{1,3}(\.[0-9]{3})+$"
_COMMA_GROUP = r"[0-9],[0-9]{3}"
_MANY_DOT_GROUPS = r"^[+-]?[0-9]{1,3}(\.[0-9]{3}){2,}$"
_NOT_ZERO = r"^[+-]?[0.]*[1-9]"
_CHUNK = 50_000
PANDAS_INDEX = "__index_level_0__"
"""As pandas calls in Parquet the index of a frame that has no name of its own."""
_INDEX_NAMES = frozenset({"", "unnamed: 0", "index", PANDAS_INDEX})

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class Column:
    """A column of numbers, or of words.

    Attributes:
        name: As the header has it; "" for one without a name.
        values: float64 [n], NaN where nothing stands; of words, NaN throughout.
        present: bool [n], where something stands.
        words: [n] of a column of words, else None.
        unit: As written behind every number, or "".
    """

    name: str
    values: Floats
    present: Mask
    words: pa.DictionaryArray | None = None
    unit: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers, or nothing at all."""
        return self.words is None

    @property
    def counts_up(self) -> bool:
        """Whether its numbers rise from row to row, without a gap."""
        whole = self.is_number and bool(self.present.all())
        return whole and bool((self.values[1:] > self.values[:-1]).all())

    def of_rows(self, rows: NDArray[np.intp]) -> Column:
        """Return the same column with some of its rows alone."""
        words = None if self.words is None else self.words.take(pa.array(rows))
        return Column(self.name, self.values[rows], self.present[rows], words, self.unit)

    @property
    def num_words(self) -> int:
        """How many different words stand in a column of words."""
        if self.words is None:
            return 0
        codes = self.words.indices.fill_null(-1).to_numpy()
        return int(np.unique(codes[self.present]).size)


@dataclass(slots=True, eq=False)
class Table:
    """Named columns of one length.

    Attributes:
        columns: In the order of the file, no two of one name.
        size: Number of rows.
        place: Says where a row stands in the file, as in "Line 12".
        notes: Takes what is assumed of it.
        settings: What the file tells of all its runs beside the table.
        has_index: Whether the first column counts the rows, as pandas writes an index; then it has
            no name.
    """

    columns: list[Column]
    size: int
    place: Callable[[int], str] = lambda row: f"Row {row + 1:,}"
    notes: Notes = field(default_factory=Notes)
    settings: dict[str, str] = field(default_factory=dict)
    has_index: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        if not self.columns or not any(one.name for one in self.columns[1:]):
            return
        first = self.columns[0]
        self.has_index = first.name.lower() in _INDEX_NAMES and first.counts_up
        if self.has_index or first.name == PANDAS_INDEX:
            first.name = ""


def distinct(names: Iterable[str], notes: Notes) -> list[str]:
    """Tell columns of one name apart by a number behind it, and say so.

    Raises:
        ImportRefused: A name is too long to be one.
    """
    every = [name.strip() for name in names]
    if longest := next((name for name in every if len(name) > LONGEST_NAME), ""):
        raise ImportRefused(
            f"The name {quoted(longest)} is longer than {LONGEST_NAME} characters: shorten it."
        )
    taken = set(every)
    found: list[str] = []
    seen: set[str] = set()
    for name in every:
        if name and name in seen:
            notes.add(f"Several columns are called {quoted(name)}; the later ones carry a number.")
            name = free_name(name, taken)
            taken.add(name)
        seen.add(name)
        found.append(name)
    return found


def check_cells(rows: int, columns: int, about: str = "") -> None:
    """Refuse a table with more columns or cells than are read."""
    if columns > MOST_COLUMNS:
        raise ImportRefused(f"The table has more than {MOST_COLUMNS:,} columns: split it.")
    if rows * columns > MOST_CELLS:
        raise ImportRefused(
            f"The table has {about}{rows:,} rows of {columns:,} cells, and {MOST_CELLS:,} cells "
            "are read at most: leave columns out, or keep every tenth row."
        )


def columns_of_texts(
    names: Sequence[str],
    texts: Sequence[pa.ChunkedArray],
    place: Callable[[int], str],
    notes: Notes,
    delimiter: str = ",",
    words: Container[str] = (),
) -> list[Column]:
    """Turn columns of text into columns of numbers where they are numbers.

    Args:
        texts: Each a column of strings, null or "" where nothing stands.
        place: Says where a row stands.
        delimiter: What parts the cells; decimals after a comma are usual with ";" alone.
        words: Names of the columns that hold words, also where these could be numbers.

    Raises:
        ImportRefused: A column of numbers has a cell that is none.
    """
    whole = [column.combine_chunks() for column in texts]
    parsed = [
        _words(name, own, _given(own)) if name in words else _plain_column(name, own, notes)
        for name, own in zip(names, whole, strict=True)
    ]
    marks = [
        _marks(own) if one is None else {POINT} for one, own in zip(parsed, whole, strict=True)
    ]
    has_comma = any(mark == {COMMA} for mark in marks)
    found = []
    for k, (name, one) in enumerate(zip(names, parsed, strict=True)):
        told = "" if name in words else notes.told.decimal
        mark = told or _decided(marks[k], has_comma or delimiter == ";")
        if told == COMMA or (has_comma and mark == POINT and _counts_thousands(whole[k])):
            mark, one = COMMA, None
        if one is None and mark == COMMA:
            one = _comma_column(name, whole[k], notes)
        found.append(one or _parsed(name, whole[k], mark, place, notes))
        # A column of text takes as much memory as its part of the file.
        whole[k] = parsed[k] = None
    return found


def _given(texts: pa.Array) -> Mask:
    given = pc.fill_null(pc.not_equal(texts, ""), False)
    return given.to_numpy(zero_copy_only=False).copy()


def _marks(texts: pa.Array) -> set[str]:
    """Return the decimal marks that all cells with a comma, or grouped by points, fit."""
    if not _has(texts, COMMA):
        grouped = pc.match_substring_regex(texts, _MANY_DOT_GROUPS) if _has(texts, POINT) else []
        return {COMMA} if len(grouped) and pc.any(grouped).as_py() else {POINT}
    marks = {COMMA, POINT}
    for text in _distinct(texts):
        if text and COMMA in text and (fits := decimal_marks(text)):
            marks &= fits
        if len(marks) < 2:
            break
    if marks == {COMMA, POINT} and _has(texts, POINT):
        # "1,234" alone tells nothing, but "0.5" beside it does.
        marks = {POINT}
    return marks or {POINT}


def _has(texts: pa.Array, mark: str) -> bool:
    """Tell whether a character of ASCII stands anywhere in a column: a look at all of its bytes."""
    if not len(texts):
        return False
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[[texts.offset, texts.offset + len(texts)]]
    return data is not None and mark.encode() in data.slice(ends[0], ends[1] - ends[0]).to_pybytes()


def _decided(marks: set[str], is_usual: bool) -> str:
    if len(marks) == 1:
        return next(iter(marks))
    return COMMA if is_usual else POINT


def _counts_thousands(texts: pa.Array) -> bool:
    if not _has(texts, POINT):
        return False
    points = texts.filter(pc.fill_null(pc.match_substring(texts, POINT), False))
    return bool(len(points)) and bool(pc.all(pc.match_substring_regex(points, _DOT_GROUPS)).as_py())


def _distinct(texts: pa.Array) -> Iterable[str]:
    """Yield texts, each about once, without holding all of them as Python's own."""
    for start in range(0, len(texts), _CHUNK):
        yield from pc.unique(texts.slice(start, _CHUNK)).to_pylist()


def _parsed(
    name: str, texts: pa.Array, mark: str, place: Callable[[int], str], notes: Notes
) -> Column:
    present = _given(texts)
    values = np.full(len(texts), np.nan)
    plain = pc.match_substring_regex(texts, _PLAIN)
    if mark == COMMA:
        plain = pc.and_(plain, pc.invert(pc.match_substring(texts, POINT)))
    plain = pc.fill_null(plain, False)
    is_plain = plain.to_numpy(zero_copy_only=False)
    if is_plain.any():
        values[is_plain] = pc.cast(texts.filter(plain), pa.float64()).to_numpy()
    rest = np.flatnonzero(present & ~is_plain)
    bad: list[int] = []
    units: Counter[str] = Counter()
    if rest.size:
        bad = _read_rest(texts, rest, mark, values, present, units)
    if len(bad) * 2 > int(present.sum()):
        return _words(name, texts, present)
    # No number may become another one for being too large or too small.
    if wrong := bad or np.flatnonzero(is_plain & np.isinf(values)).tolist():
        raise ImportRefused(_no_number(name, texts, wrong[0], place))
    _note_underflow(name, texts, np.flatnonzero(is_plain & (values == 0)), notes)
    unit = units.most_common(1)[0][0] if units else ""
    if len(units) > 1:
        raise ImportRefused(
            f"The column {quoted(name)} mixes the units {listed(units)}: write one unit throughout."
        )
    if mark == COMMA and _has(texts, COMMA):
        notes.add(f"{quoted(name)} is read with decimal commas.")
    elif mark == COMMA and _has(texts, POINT):
        notes.add(f"The points in {quoted(name)} are read as thousands separators.")
    elif rest.size and pc.any(pc.match_substring_regex(texts, _COMMA_GROUP)).as_py():
        notes.add(f"The commas in {quoted(name)} are read as thousands separators.")
    return Column(name, values, present, None, unit)


def _plain_column(name: str, texts: pa.Array, notes: Notes) -> Column | None:
    """Turn a column that Arrow understands as a whole into numbers; None if it does not."""
    try:
        # Arrow goes on to the end of a column that it cannot turn, and takes its time.
        pc.cast(texts.slice(0, 1000), pa.float64())
        numbers = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        return None
    values = pc.fill_null(numbers, np.nan).to_numpy(zero_copy_only=False)
    if np.isinf(values).any():
        return None
    _note_underflow(name, texts, np.flatnonzero(values == 0), notes)
    present = numbers.is_valid().to_numpy(zero_copy_only=False)
    return Column(name, values, np.ascontiguousarray(present))


def _comma_column(name: str, texts: pa.Array, notes: Notes) -> Column | None:
    """Do the same where all numbers are written with decimal commas, or without decimals."""
    if _has(texts, POINT):
        return None
    column = _plain_column(name, pc.replace_substring(texts, COMMA, POINT), notes)
    if column is not None and _has(texts, COMMA):
        notes.add(f"{quoted(name)} is read with decimal commas.")
    return column


def _read_rest(
    texts: pa.Array,
    rest: NDArray[np.int64],
    mark: str,
    values: Floats,
    present: Mask,
    units: Counter[str],
) -> list[int]:
    """Read the cells that Arrow does not take into `values`; return the rows of those that fail."""
    bad: list[int] = []
    for start in range(0, rest.size, _CHUNK):
        rows = rest[start : start + _CHUNK]
        spelled = texts.take(pa.array(rows)).dictionary_encode()
        codes = spelled.indices.to_numpy()
        words = spelled.dictionary.to_pylist()
        found = np.full(len(words), np.nan)
        missing, failed = np.zeros(len(words), bool), np.zeros(len(words), bool)
        for k, word in enumerate(words):
            if is_missing(word):
                missing[k] = True
                continue
            try:
                number = number_of(word, mark)
            except OutOfRange:
                number = None
            if number is None:
                failed[k] = True
                continue
            found[k], unit = number
            if unit:
                units[unit] += 1
        values[rows] = found[codes]
        present[rows[missing[codes]]] = False
        bad += rows[failed[codes]].tolist()
    return bad


def _words(name: str, texts: pa.Array, present: Mask) -> Column:
    encoded = texts.dictionary_encode()
    return Column(name, np.full(len(texts), np.nan), present, encoded)


def _no_number(name: str, texts: pa.Array, row: int, place: Callable[[int], str]) -> str:
    text = texts[row].as_py()
    called = quoted(name) if name else "a column without a name"
    try:
        number_of(text)
        why = "not a number: correct it, or leave it empty where nothing was measured."
    except OutOfRange:
        why = "which is larger than a 64-bit number can be: correct it, or write Infinity."
    return f"{place(row)}: {called} is {quoted(text)}, {why}"


def _note_underflow(name: str, texts: pa.Array, zeros: NDArray[np.int64], notes: Notes) -> None:
    if zeros.size:
        # By far most zeros are written as such.
        shown = pc.match_substring_regex(texts.take(pa.array(zeros)), _NOT_ZERO)
        if pc.any(shown).as_py():
            notes.add(f"Numbers in {quoted(name)} too small for 64 bits are read as 0.")
