"""Curves as one long table of text: a row for each measurement."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from explorer.exchange.exported import ExportedCurve
from explorer.exchange.series import Column

COLUMNS = (
    "run", "curve", "label", "kind", "metric", "step", "epoch", "examples", "seconds",
    "test_images", "value",
)  # fmt: skip
"""Id of the run, index of the curve in it, and its name; `series.KINDS` and what was measured;
steps made, epochs completed, training images seen, training time in seconds, and number of test
images, each empty where unknown; the number itself, which can be NaN, Infinity or -Infinity."""

# A cell that begins like this is carried out as a formula by spreadsheets.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export_csv(curves: Sequence[ExportedCurve]) -> bytes:
    """Write the curves as CSV (RFC 4180, UTF-8).

    Numbers are written so that reading them gives the same 64 bits. A name that a spreadsheet
    would take for a formula begins with an apostrophe, which `csv_import` takes away again.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for curve in curves:
        head = (shielded(curve.row.run_id), curve.row.curve, shielded(curve.label))
        for name, one in curve.series().items():
            kind, _, metric = name.partition("/")
            writer.writerows(
                (*head, kind, metric, step, epoch, examples, seconds, images, value)
                for step, epoch, examples, seconds, images, value in zip(
                    one.steps.tolist(),
                    _known(one.epochs),
                    _counts(one.examples),
                    _known(one.seconds),
                    _counts(one.images),
                    map(number_text, one.values.tolist()),
                    strict=True,
                )
            )
    return text.getvalue().encode()


def number_text(value: float) -> str:
    """Write a number that reads back as the same one, or NaN, Infinity or -Infinity."""
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def shielded(text: str) -> str:
    """Put an apostrophe before a text that begins like a formula, or with an apostrophe."""
    return f"'{text}" if text.startswith(("'", *_FORMULA_STARTS)) else text


def unshielded(text: str) -> str:
    """Take away the apostrophe that `shielded` put there."""
    return text[1:] if text.startswith("'") else text


def _known(column: Column) -> list[str]:
    return ["" if math.isnan(value) else repr(value) for value in column.tolist()]


def _counts(column: Column) -> list[str]:
    return ["" if math.isnan(value) else str(int(value)) for value in column.tolist()]
