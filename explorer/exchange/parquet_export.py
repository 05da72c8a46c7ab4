"""Curves as one long table in Parquet: the columns of the CSV, with their types."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import pyarrow.parquet as pq

from explorer.exchange.exported import ExportedCurve
from explorer.exchange.json_export import FORMAT, VERSION, described
from explorer.exchange.long_table import long_table


def export_parquet(curves: Sequence[ExportedCurve]) -> bytes:
    """Write the curves as Parquet; what is unknown is null, NaN is a measured NaN.

    Settings and environments stand in the file's metadata under the name of the JSON format.
    """
    head = {"version": VERSION, "curves": [described(curve) for curve in curves]}
    table = long_table(curves).replace_schema_metadata({FORMAT: json.dumps(head)})
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()
