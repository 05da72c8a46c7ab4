"""Curves as one long table: a row for each measurement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.exchange.exported import ExportedCurve
from explorer.runs.curve_data import EVENT, EXAMPLES, IMAGES, values_at
from explorer.runs.series import EPOCH, SECONDS, CurveData, Series

CLOCK = "clock"
"""Kind of a row that tells a clock which has no column of its own."""
_NAMES = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("run", _NAMES),
        ("curve", pa.int32()),
        ("label", _NAMES),
        ("kind", _NAMES),
        ("metric", _NAMES),
        ("x", _NAMES),
        ("step", pa.int64()),
        ("epoch", pa.float64()),
        ("examples", pa.int64()),
        ("seconds", pa.float64()),
        ("test_images", pa.int64()),
        ("value", pa.float64()),
    ]
)
"""Id of the run, index of the curve in it, and its name; its kind, as in `curve_data`, and what
was measured; what the steps count, and the steps; epochs completed, training images seen, training
time in seconds, and number of test images, each null where unknown; the number itself."""
COLUMNS = tuple(SCHEMA.names)
WORDS = frozenset(field.name for field in SCHEMA if field.type == _NAMES)
"""The columns of texts, which could read as numbers: a run may be called 007."""

# A cell that begins like this is carried out as a formula by spreadsheets.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_IN_COLUMNS = {EPOCH, EXAMPLES, SECONDS, *IMAGES.values()}


def long_table(curves: Sequence[ExportedCurve], *, is_shielded: bool = False) -> pa.Table:
    """Return the curves as one table.

    Args:
        curves: The curves; their confusion matrices and softmax outputs have no place in it.
        is_shielded: Whether texts that a spreadsheet would take for a formula begin with an
            apostrophe.

    Returns:
        A table of `SCHEMA`, NaN being a measured one and null what is unknown.
    """
    tables = []
    for curve in curves:
        data = curve.data
        for name, one in rows_of(data):
            kind, metric = parted(name)
            texts = {
                "run": curve.row.run_id,
                "label": curve.label,
                "kind": kind,
                "metric": metric,
                "x": data.x,
            }
            if is_shielded:
                texts = {column: shielded(text) for column, text in texts.items()}
            tables.append(_table(curve.row.curve, texts, one, data.clocks, IMAGES.get(kind)))
    return pa.concat_tables([SCHEMA.empty_table(), *tables]).unify_dictionaries()


def rows_of(data: CurveData) -> Iterator[tuple[str, Series]]:
    """Yield what stands in the rows of a table, or among TensorBoard's scalars, by name."""
    yield from data.series.items()
    for name, event in data.events.items():
        yield f"{EVENT}/{name}", event
    for name, clock in data.clocks.items():
        if name not in _IN_COLUMNS:
            yield f"{CLOCK}/{name}", clock


def _table(
    curve: int,
    texts: Mapping[str, str],
    one: Series,
    clocks: Mapping[str, Series],
    images: str | None,
) -> pa.Table:
    count = len(one)
    columns: dict[str, pa.Array] = {
        column: pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), [text])
        for column, text in texts.items()
    }

    def known(clock: str | None) -> pa.Array:
        values: NDArray[np.float64] = values_at(clocks.get(clock or ""), one.steps)
        return pa.array(values, mask=np.isnan(values))

    columns |= {
        "curve": pa.array(np.full(count, curve, np.int32)),
        "step": pa.array(one.steps),
        "epoch": known(EPOCH),
        "examples": _counts(known(EXAMPLES)),
        "seconds": known(SECONDS),
        "test_images": _counts(known(images)),
        "value": pa.array(one.values),
    }
    return pa.table([columns[column] for column in COLUMNS], schema=SCHEMA)


def _counts(column: pa.Array) -> pa.Array:
    return column.cast(pa.int64(), safe=False)


def parted(name: str) -> tuple[str, str]:
    """Return the kind and the metric that a series is called by; the kind "" where it has none."""
    kind, stroke, metric = name.partition("/")
    return (kind, metric) if kind and stroke else ("", name)


def shielded(text: str) -> str:
    """Put an apostrophe before a text that begins like a formula, or with an apostrophe."""
    return f"'{text}" if text.startswith(("'", *_FORMULA_STARTS)) else text


def unshielded(text: str) -> str:
    """Take away the apostrophe that `shielded` put there."""
    return text[1:] if text.startswith("'") else text
