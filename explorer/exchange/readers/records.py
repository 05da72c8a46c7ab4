"""Tables out of records: each tells some columns of one row, as a line of JSON does."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.readers.columns import Column, Table, columns_of_texts, distinct
from explorer.exchange.readers.found import Notes, listed
from explorer.exchange.readers.layout import is_number
from explorer.exchange.readers.limits import MOST_CELLS, MOST_COLUMNS

_DEEPEST = 8


@dataclass(slots=True, eq=False)
class _Cells:
    """One column, only where it says something: its numbers as numbers, all else as text."""

    rows: array[int] = field(default_factory=lambda: array("q"))
    numbers: array[float] = field(default_factory=lambda: array("d"))
    text_rows: array[int] = field(default_factory=lambda: array("q"))
    texts: list[str] = field(default_factory=list)


class Records:
    """Rows that are gathered one after another, by column and without empty cells."""

    def __init__(self) -> None:
        self._columns: dict[str, _Cells] = {}
        self._places = array("q")
        self._lists: dict[str, None] = {}
        self._cells = 0

    def __len__(self) -> int:
        return len(self._places)

    def add(self, record: Mapping[str, Any], place: int) -> None:
        """Take a row; what is nested gets the names of both, as "train/loss".

        Args:
            record: Numbers, texts, None, and mappings of them; lists are left out.
            place: Where it stands in the file, such as its line.

        Raises:
            ImportRefused: It is too much.
        """
        self._add(record, "", 0)
        self._places.append(place)

    def _add(self, record: Mapping[str, Any], prefix: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise ImportRefused("The records are nested too deep to be a table.")
        row = len(self._places)
        self._cells += len(record)
        if self._cells > MOST_CELLS:
            raise ImportRefused(f"The file holds more than {MOST_CELLS:,} values: split it.")
        for key, value in record.items():
            name = f"{prefix}{key}" if prefix else str(key)
            kind = type(value)
            if kind is list and len(value) == 1 and isinstance(value[0], int | float):
                (value,) = value
                kind = type(value)
            if kind is float or kind is int:
                self._take(name, row, value)
            elif kind is list or (kind is dict and "_type" in value):
                # Or a picture, table or histogram of Weights & Biases.
                self._lists.setdefault(name)
            elif kind is dict:
                self._add(value, f"{name}/", depth + 1)
            elif value is not None:
                cells = self._columns.get(name) or self._begin(name)
                cells.text_rows.append(row)
                cells.texts.append(str(value))

    def _take(self, name: str, row: int, value: float) -> None:
        cells = self._columns.get(name) or self._begin(name)
        try:
            cells.numbers.append(value)
        except OverflowError:
            raise ImportRefused(f"{quoted(name)} holds a number too large for 64 bits.") from None
        cells.rows.append(row)

    def _begin(self, name: str) -> _Cells:
        if len(self._columns) >= MOST_COLUMNS:
            raise ImportRefused(
                f"The records have more than {MOST_COLUMNS:,} different names: split them."
            )
        cells = self._columns[name] = _Cells()
        return cells

    def table(self, notes: Notes, what: str = "Entry") -> Table:
        """Return the rows as a table; their places are numbers of `what`, "Line" for example.

        Raises:
            ImportRefused: A column of numbers has a text that is none.
        """
        places = np.frombuffer(self._places, np.int64)
        size = len(places)

        def place(row: int) -> str:
            return f"{what} {places[row]:,}"

        names = distinct(self._columns, notes)
        cells = zip(names, self._columns.values(), strict=True)
        columns = [_column(name, own, size, place, notes) for name, own in cells]
        if self._lists:
            notes.add(f"Lists within a record are left out: {listed(self._lists)}.")
        return Table(columns, size, place, notes)


def _column(
    name: str, cells: _Cells, size: int, place: Callable[[int], str], notes: Notes
) -> Column:
    values, present = np.full(size, np.nan), np.zeros(size, bool)
    rows = np.frombuffer(cells.rows, np.int64)
    values[rows] = np.frombuffer(cells.numbers, np.float64)
    present[rows] = True
    if not cells.texts:
        return Column(name, values, present)
    told = np.frombuffer(cells.text_rows, np.int64)
    texts = pa.chunked_array([pa.array(cells.texts)])
    (parsed,) = columns_of_texts([name], [texts], lambda row: place(int(told[row])), notes)
    if parsed.words is None:
        values[told], present[told] = parsed.values, parsed.present
        return Column(name, values, present, None, parsed.unit)
    if rows.size > told.size:
        raise ImportRefused(
            f"{place(int(told[0]))}: {quoted(name)} is {quoted(cells.texts[0])}, not a number: "
            "correct it, or leave it out where nothing was measured."
        )
    whole: list[str | None] = [None] * size
    for row, text in zip(told.tolist(), cells.texts, strict=True):
        whole[row] = text
    for row, number in zip(rows.tolist(), cells.numbers, strict=True):
        whole[row] = repr(number)
    present[told] = True
    return Column(name, np.full(size, np.nan), present, pa.array(whole).dictionary_encode())


def table_of_lists(lists: Mapping[str, Sequence[Any]], notes: Notes) -> Table:
    """Return lists as the columns of a table; the shorter ones end early.

    Raises:
        ImportRefused: As `Records`.
    """
    gathered = Records()
    for row in range(max(map(len, lists.values()))):
        gathered.add({name: own[row] for name, own in lists.items() if row < len(own)}, row + 1)
    table = gathered.table(notes)
    lengths = {len(own) for own in lists.values()}
    if len(lengths) > 1:
        notes.add("The lists are not all of one length: the shorter ones end early.")
    return table


def is_scalar(value: Any) -> bool:
    """Tell whether a value is one number, None, or a text that says a number."""
    if isinstance(value, str):
        return is_number(value)
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
