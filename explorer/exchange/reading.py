"""Reading curves of any kind out of a file of any kind.

`read_curves` is a pure function of the file: it keeps nothing, starts nothing, and raises nothing
but `ValueError`. It takes memory for a few copies of the file; the limits are in `readers.limits`.
"""

from __future__ import annotations

from explorer.exchange.readers.curves_of_tables import curves_of
from explorer.exchange.readers.decoding import as_utf8
from explorer.exchange.readers.delimited import read_table
from explorer.exchange.readers.found import Notes, ReadCurve, Reading, check_size

__all__ = ["ReadCurve", "Reading", "read_curves"]


def read_curves(content: bytes, filename: str) -> Reading:
    notes = Notes()
    table = read_table(as_utf8(content, notes), notes)
    curves = curves_of(table, filename)
    check_size(curves)
    return Reading(tuple(curves), notes.texts())
