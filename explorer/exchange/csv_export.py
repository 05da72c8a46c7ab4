"""Curves as one long table of text."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.csv

from explorer.exchange.exported import ExportedCurve
from explorer.exchange.long_table import long_table


def export_csv(curves: Sequence[ExportedCurve]) -> bytes:
    """Write the curves as CSV in UTF-8, with the columns of `long_table.SCHEMA`.

    Numbers are written so that reading them gives the same 64 bits, or as nan, inf and -inf; a
    cell of what is unknown is empty. A name that a spreadsheet would take for a formula begins
    with an apostrophe, which `reading` takes away again.
    """
    table = long_table(curves, is_shielded=True)
    plain = pa.schema(
        [
            pa.field(one.name, pa.string() if pa.types.is_dictionary(one.type) else one.type)
            for one in table.schema
        ]
    )
    file = io.BytesIO()
    pyarrow.csv.write_csv(table.cast(plain), file)
    return file.getvalue()
