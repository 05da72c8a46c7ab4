"""Parquet and Arrow: tables whose columns have types already."""

from __future__ import annotations

from collections.abc import Callable, Container

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from explorer.exchange.errors import ImportRefused
from explorer.exchange.json_export import FORMAT
from explorer.exchange.readers.columns import (
    PANDAS_INDEX,
    Column,
    Table,
    check_cells,
    columns_of_texts,
    distinct,
)
from explorer.exchange.readers.curves_of_tables import curves_of
from explorer.exchange.readers.found import Notes, ReadCurve, listed
from explorer.exchange.readers.limits import MOST_UNPACKED_BYTES
from explorer.exchange.readers.own_files import (
    curves_of_own_table,
    is_own_table,
    settings_in_metadata,
    words_of,
)

_PARQUET, _ARROW_FILE, _ARROW_STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"


def is_columnar(content: bytes) -> bool:
    """Tell whether bytes are Parquet or Arrow."""
    return content.startswith((_PARQUET, _ARROW_FILE, _ARROW_STREAM))


def read_columnar(content: bytes, label: str, notes: Notes) -> list[ReadCurve]:
    """Read Parquet, an Arrow file (Feather), or an Arrow stream.

    Raises:
        ImportRefused: It is damaged, too much, or holds no curve.
    """
    try:
        read = _parquet(content) if content.startswith(_PARQUET) else _arrow(content)
        # A damaged file could otherwise lead outside of its own memory.
        read.validate(full=True)
        table = _table(read, notes)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise ImportRefused("The file is damaged or cut off: write it again.") from error
    if is_own_table(table):
        told = (read.schema.metadata or {}).get(FORMAT.encode(), b'{"curves": []}')
        return curves_of_own_table(table, is_shielded=False, settings=settings_in_metadata(told))
    return curves_of(table, label)


def _parquet(content: bytes) -> pa.Table:
    file = pq.ParquetFile(pa.BufferReader(content))
    check_cells(file.metadata.num_rows, file.metadata.num_columns)
    groups = (file.metadata.row_group(k) for k in range(file.metadata.num_row_groups))
    if sum(group.total_byte_size for group in groups) > MOST_UNPACKED_BYTES:
        raise ImportRefused("The table is too large: leave columns out, or keep every tenth row.")
    return file.read(use_threads=False)


def _arrow(content: bytes) -> pa.Table:
    source = pa.BufferReader(content)
    if content.startswith(_ARROW_FILE):
        file = pa.ipc.open_file(source)
        batches = (file.get_batch(k) for k in range(file.num_record_batches))
        schema = file.schema
    else:
        stream = pa.ipc.open_stream(source)
        batches, schema = iter(stream), stream.schema
    kept: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        check_cells(rows, batch.num_columns)
        kept.append(batch)
    return pa.Table.from_batches(kept, schema)


def _table(read: pa.Table, notes: Notes) -> Table:
    def place(row: int) -> str:
        return f"Row {row + 1:,}"

    if not read.num_rows:
        raise ImportRefused("The table has no row.")
    columns = _range_index(read)
    nested: list[str] = []
    for name, chunks in zip(distinct(read.column_names, notes), read.columns, strict=True):
        column = _column(name, chunks, place, notes, words_of(read.column_names))
        if column is None:
            nested.append(name)
        elif name == PANDAS_INDEX:
            columns.insert(0, column)
        else:
            columns.append(column)
    if nested:
        notes.add(f"Columns of lists or of bytes are left out: {listed(nested)}.")
    return Table(columns, read.num_rows, place, notes)


def _range_index(read: pa.Table) -> list[Column]:
    """Return the index that pandas tells beside the columns, where it says more than the rows."""
    told = (read.schema.pandas_metadata or {}).get("index_columns") or [None]
    match told[0]:
        case {"kind": "range", "name": name, "start": int(start), "stop": int(stop),
              "step": int(step)} if step and (name or start or step != 1):  # fmt: skip
            count = read.num_rows
            if len(range(start, stop, step)) == count and name not in read.column_names:
                values = start + step * np.arange(float(count))
                return [Column(str(name or ""), values, np.ones(count, bool))]
    return []


def _column(
    name: str,
    chunks: pa.ChunkedArray,
    place: Callable[[int], str],
    notes: Notes,
    words: Container[str],
) -> Column | None:
    kind = chunks.type
    if pa.types.is_dictionary(kind):
        chunks = chunks.cast(kind.value_type)
        kind = chunks.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_boolean(kind):
        chunks, kind = chunks.cast(pa.string()), pa.string()
    if pa.types.is_string(kind):
        return columns_of_texts([name], [chunks], place, notes, words=words)[0]
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind) or pa.types.is_duration(kind):
        is_span = pa.types.is_duration(kind)
        to = pa.duration("us") if is_span else pa.timestamp("us", getattr(kind, "tz", None))
        micros = chunks.cast(to).cast(pa.int64()).cast(pa.float64())
        return _numbers(name, pc.divide(micros, 1e6))
    if pa.types.is_null(kind):
        return Column(name, np.full(len(chunks), np.nan), np.zeros(len(chunks), bool))
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        return None
    return _numbers(name, chunks.cast(pa.float64(), safe=False))


def _numbers(name: str, chunks: pa.ChunkedArray) -> Column:
    present = chunks.is_valid().to_numpy(zero_copy_only=False)
    values = chunks.fill_null(np.nan).to_numpy(zero_copy_only=False)
    return Column(name, values, np.ascontiguousarray(present))
