"""Curves as one long table in Parquet: the columns of the CSV, with their types."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from explorer.exchange.csv_export import COLUMNS
from explorer.exchange.exported import ExportedCurve
from explorer.exchange.json_export import FORMAT, VERSION, described
from explorer.exchange.series import Column

_NAMES = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("run", _NAMES),
        ("curve", pa.int32()),
        ("label", _NAMES),
        ("kind", _NAMES),
        ("metric", _NAMES),
        ("step", pa.int64()),
        ("epoch", pa.float64()),
        ("examples", pa.int64()),
        ("seconds", pa.float64()),
        ("test_images", pa.int64()),
        ("value", pa.float64()),
    ]
)


def export_parquet(curves: Sequence[ExportedCurve]) -> bytes:
    """Write the curves as Parquet; what is unknown is null, NaN is a measured NaN.

    Settings and environments stand in the file's metadata under the name of the JSON format.
    """
    head = {"version": VERSION, "curves": [described(curve) for curve in curves]}
    schema = SCHEMA.with_metadata({FORMAT: json.dumps(head)})
    file = io.BytesIO()
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        tables = [table for curve in curves for table in _tables(curve, schema)]
        writer.write_table(pa.concat_tables([schema.empty_table(), *tables]).unify_dictionaries())
    return file.getvalue()


def _tables(curve: ExportedCurve, schema: pa.Schema) -> list[pa.Table]:
    tables = []
    for name, one in curve.series().items():
        kind, _, metric = name.partition("/")
        texts = {"run": curve.row.run_id, "label": curve.label, "kind": kind, "metric": metric}
        count = one.steps.size
        columns: dict[str, pa.Array] = {
            column: pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), [text])
            for column, text in texts.items()
        }
        columns |= {
            "curve": pa.array(np.full(count, curve.row.curve, np.int32)),
            "step": pa.array(one.steps),
            "epoch": _known(one.epochs),
            "examples": _known(one.examples).cast(pa.int64()),
            "seconds": _known(one.seconds),
            "test_images": _known(one.images).cast(pa.int64()),
            "value": pa.array(one.values),
        }
        tables.append(pa.table([columns[column] for column in COLUMNS], schema=schema))
    return tables


def _known(column: Column) -> pa.Array:
    return pa.array(column, mask=np.isnan(column))
