"""Curves as one long table, a row for each measurement, in CSV and Parquet."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from explorer.exchange.exported import ExportedCurve
from explorer.exchange.json_export import FORMAT, VERSION, described
from explorer.runs.curve_data import EVENT, EXAMPLES, IMAGES, values_at
from explorer.runs.series import EPOCH, LARGEST_STEP, SECONDS, CurveData, Series

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
_COUNTED = {f"{CLOCK}/{name}" for name in (EXAMPLES, *IMAGES.values())}
_KIND_OF_IMAGES = {f"{CLOCK}/{clock}": kind for kind, clock in IMAGES.items()}


def export_csv(curves: Sequence[ExportedCurve]) -> bytes:
    """Write the curves as CSV in UTF-8, with the columns of `SCHEMA`.

    Numbers are written so that reading them gives the same 64 bits, or as nan, inf and -inf; a
    cell of what is unknown is empty. A name that a spreadsheet would take for a formula begins
    with an apostrophe, which `reading` takes away again.
    """
    plain = pa.schema(
        [(one.name, pa.string() if one.name in WORDS else one.type) for one in SCHEMA]
    )
    file = io.BytesIO()
    pyarrow.csv.write_csv(long_table(curves, is_shielded=True).cast(plain), file)
    return file.getvalue()


def export_parquet(curves: Sequence[ExportedCurve]) -> bytes:
    """Write the curves as Parquet; what is unknown is null, NaN is a measured NaN.

    Settings and environments stand in the file's metadata under the name of the JSON format.
    """
    head = {"version": VERSION, "curves": [described(curve) for curve in curves]}
    table = long_table(curves).replace_schema_metadata({FORMAT: json.dumps(head)})
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


def long_table(curves: Sequence[ExportedCurve], *, is_shielded: bool = False) -> pa.Table:
    """Return the curves as one table of `SCHEMA`: NaN is a measured one, null what is unknown.

    Confusion matrices and softmax outputs have no place in it. Texts that a spreadsheet would take
    for a formula are shielded by an apostrophe, if asked.
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


def measured_rows(data: CurveData) -> Iterator[tuple[str, Series]]:
    """Yield what was measured and what happened, by name, and then the clocks, all of them."""
    yield from data.series.items()
    for name, event in data.events.items():
        yield f"{EVENT}/{name}", event
    for name, clock in data.clocks.items():
        yield f"{CLOCK}/{name}", clock


def rows_of(data: CurveData) -> Iterator[tuple[str, Series]]:
    """Yield what stands in the rows of a table, by name: of clocks what no column tells."""
    told = {f"{CLOCK}/{name}": clock for name, clock in data.clocks.items()}
    in_columns = {f"{CLOCK}/{name}" for name in _IN_COLUMNS} & told.keys()
    others = {name: one for name, one in measured_rows(data) if name not in in_columns}
    yield from others.items()
    for name in sorted(in_columns):
        kind = _KIND_OF_IMAGES.get(name)
        steps = [one.steps for of, one in others.items() if kind in (None, parted(of)[0])]
        clock = told[name]
        untold = ~np.isin(clock.steps, np.concatenate([np.empty(0, np.int64), *steps]))
        untold |= np.isnan(clock.values)
        if name in _COUNTED:
            untold |= ~_is_count(clock.values)
        if untold.any():
            yield name, Series(clock.steps[untold], clock.values[untold])


def _is_count(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    return (np.abs(values) <= LARGEST_STEP) & (values == np.floor(values)) & ~_is_minus_zero(values)


def _is_minus_zero(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    return (values == 0) & np.signbit(values)


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

    def known(clock: str) -> pa.Array:
        values: NDArray[np.float64] = values_at(clocks.get(clock), one.steps)
        return pa.array(values, mask=np.isnan(values))

    columns |= {
        "curve": pa.array(np.full(count, curve, np.int32)),
        "step": pa.array(one.steps),
        "epoch": known(EPOCH),
        "examples": _counts(clocks.get(EXAMPLES), one.steps),
        "seconds": known(SECONDS),
        "test_images": _counts(clocks.get(images or ""), one.steps),
        "value": pa.array(one.values),
    }
    return pa.table([columns[column] for column in COLUMNS], schema=SCHEMA)


def _counts(clock: Series | None, steps: NDArray[np.int64]) -> pa.Array:
    values = values_at(clock, steps)
    known = _is_count(values)
    return pa.array(np.where(known, values, 0).astype(np.int64), mask=~known)


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
