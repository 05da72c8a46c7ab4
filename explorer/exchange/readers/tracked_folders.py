"""Runs that a tracker keeps as a folder of small files, one for each metric: MLflow, DVCLive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.readers.columns import Column, Table
from explorer.exchange.readers.curves_of_tables import curves_of
from explorer.exchange.readers.delimited import read_table
from explorer.exchange.readers.found import Notes, ReadCurve, joined, with_settings

_LINE = re.compile(rb"\d{10,16}(\.\d+)? \S+( -?\d+)?\s*")
_METRIC = re.compile(r"(?:(.*)/)?metrics/(.+)")
_DVC = re.compile(r"(?:(.*)/)?plots/metrics/(.+)\.tsv")
_RUN_NAME = re.compile(r"^run_name:\s*['\"]?(.+?)['\"]?\s*$", re.MULTILINE)


def is_metric_file(content: bytes) -> bool:
    """Tell whether a text is one of MLflow's metric files: time, value and step in each line."""
    lines = content[:4096].splitlines()
    lines = lines[:-1] if len(content) > 4096 else lines
    return bool(lines) and all(_LINE.fullmatch(line) for line in lines)


def read_metric_file(content: bytes, label: str, metric: str, notes: Notes) -> list[ReadCurve]:
    """Read one of MLflow's metric files.

    Raises:
        ImportRefused: A line of it is none of a metric file.
    """
    return curves_of(_metric_table(content, metric, notes), label)


def _metric_table(content: bytes, metric: str, notes: Notes) -> Table:
    width = len(content.split(b"\n", 1)[0].split())
    return read_table(content.replace(b" ", b"\t"), notes, ("timestamp", metric, "step")[:width])


def told_apart(
    files: Iterable[tuple[str, bytes]],
) -> tuple[dict[str, list[tuple[str, bytes]]], list[tuple[str, bytes]]]:
    """Part the files of tracked runs, each by the path of its run, from all others."""
    every = list(files)
    runs: dict[str, list[tuple[str, bytes]]] = {}
    for path, content in every:
        found = _DVC.fullmatch(path)
        if not found and is_metric_file(content):
            found = _METRIC.fullmatch(path)
        if found:
            runs.setdefault(found[1] or "", []).append((path, content))
    others = []
    taken = {path for own in runs.values() for path, _ in own}
    for path, content in every:
        if path in taken:
            continue
        run = next((run for run in runs if path.startswith(f"{run}/" if run else "")), None)
        inner = path[len(run) :].strip("/") if run is not None else ""
        if run is not None and inner.startswith(("params/", "tags/", "meta.yaml")):
            runs[run].append((path, content))
        elif not path.endswith("meta.yaml"):
            others.append((path, content))
    return runs, others


def read_run(
    run: str, files: Iterable[tuple[str, bytes]], label: str, notes: Notes
) -> list[ReadCurve]:
    """Read the files of the tracked run at a path, as `told_apart` returns them.

    Raises:
        ImportRefused: A metric file is damaged.
    """
    settings: dict[str, str] = {}
    curves: list[ReadCurve] = []
    metrics: list[tuple[str, bytes]] = []
    for path, content in sorted(files):
        inner = path[len(run) :].strip("/")
        text = content[:10_000].decode("utf-8", "replace")
        if inner.startswith("params/"):
            settings[inner.removeprefix("params/")] = text.strip()
        elif inner == "tags/mlflow.runName":
            label = text.strip() or label
        elif inner == "meta.yaml" and (named := _RUN_NAME.search(text)):
            label = named[1]
        elif _DVC.fullmatch(path) or inner.startswith("metrics/"):
            metrics.append((path, content))
    tables: dict[str, Table] = {}
    for path, content in metrics:
        try:
            if found := _DVC.fullmatch(path):
                table = read_table(content, notes)
                if len(table.columns) > 1 and table.columns[-1].is_number:
                    table.columns[-1].name = found[2]
                curves += curves_of(table, label)
            elif found := _METRIC.fullmatch(path):
                tables[found[2]] = _metric_table(content, "value", notes)
        except ImportRefused as error:
            raise ImportRefused(f"{quoted(path)}: {error}") from error
    if tables:
        curves += curves_of(_long(tables, notes), label)
    return with_settings(joined(curves), settings)


def _long(tables: Mapping[str, Table], notes: Notes) -> Table:
    """Put metrics of one run below each other, so that they share one time."""
    sizes = [table.size for table in tables.values()]
    columns: dict[str, tuple[list[np.ndarray], list[np.ndarray]]] = {}
    for table in tables.values():
        for name in ("timestamp", "value", "step"):
            own = next((one for one in table.columns if one.name == name), None)
            values, present = columns.setdefault(name, ([], []))
            values.append(np.full(table.size, np.nan) if own is None else own.values)
            present.append(np.zeros(table.size, bool) if own is None else own.present)
    words = pa.DictionaryArray.from_arrays(
        pa.array(np.repeat(np.arange(len(sizes)), sizes)), pa.array(list(tables))
    )
    size = sum(sizes)
    metric = Column("metric", np.full(size, np.nan), np.ones(size, bool), words)
    numbers = [
        Column(name, np.concatenate(values), np.concatenate(present))
        for name, (values, present) in columns.items()
    ]
    return Table([metric, *numbers], size, notes=notes)
