"""The curves that are written out, and what they are called."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from explorer.runs.run import CurveRow
from explorer.runs.series import CurveData


@dataclass(frozen=True, slots=True, eq=False)
class ExportedCurve:
    """A curve to write out; its label tells it from the other curves in the file."""

    row: CurveRow
    data: CurveData
    label: str


@functools.cache
def template(name: str, **filters: Callable[[object], str]) -> jinja2.Template:
    """Return a template of this folder; what stands in one of HTML is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=jinja2.select_autoescape(("html",)),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= filters
    return environment.get_template(name)


def labelled(rows: Sequence[CurveRow]) -> list[str]:
    """Name curves of several runs so that no two share a name: by run, and by id where need be."""
    labels = [row.label for row in rows]
    if len({row.run_id for row in rows}) > 1:
        labels = [f"{row.run_name}: {row.label}" if row.run_name else row.label for row in rows]
    return [
        f"{label} ({row.id})" if labels.count(label) > 1 else label
        for label, row in zip(labels, rows, strict=True)
    ]


def file_stem(labels: Sequence[str]) -> str:
    """Return what a file of curves of these names is called, without its ending."""
    return f"curve-{safe_name(labels[0])}" if len(labels) == 1 else f"{len(labels)}-curves"


def safe_name(text: str, most: int = 60) -> str:
    """Return a text as a file's or folder's name of ASCII letters, digits, - and _ alone."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", text).strip("-")[:most] or "curve"
