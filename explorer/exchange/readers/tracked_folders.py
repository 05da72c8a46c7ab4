"""Runs that a tracker keeps as a folder of small files, one for each metric: MLflow, DVCLive."""

from __future__ import annotations

import re
from collections.abc import Iterable

from explorer.exchange.readers.curves_of_tables import curves_of
from explorer.exchange.readers.delimited import read_table
from explorer.exchange.readers.found import Notes, ReadCurve, joined
from explorer.exchange.refusal import ImportRefused, quoted

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
    width = len(content.split(b"\n", 1)[0].split())
    names = ("timestamp", metric, "step")[:width]
    return curves_of(read_table(content.replace(b" ", b"\t"), notes, names), label)


def told_apart(
    files: Iterable[tuple[str, bytes]],
) -> tuple[dict[str, list[tuple[str, bytes]]], list[tuple[str, bytes]]]:
    """Part the files of tracked runs from all others.

    Returns:
        By the path of a run its files, each with its path in there; and all other files.
    """
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
    """Read the files of one tracked run.

    Args:
        run: Its path.
        files: As `told_apart` returns them.
        label: What to call it if its files do not tell.
        notes: Takes what is assumed.

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
    for path, content in metrics:
        try:
            curves += _of_metric(path, content, label, notes)
        except ImportRefused as error:
            raise ImportRefused(f"{quoted(path)}: {error}") from error
    return [ReadCurve(one.label, one.data, settings, one.units) for one in joined(curves)]


def _of_metric(path: str, content: bytes, label: str, notes: Notes) -> list[ReadCurve]:
    if found := _DVC.fullmatch(path):
        table = read_table(content, notes)
        if len(table.columns) > 1 and table.columns[-1].is_number:
            table.columns[-1].name = found[2]
        return curves_of(table, label)
    found = _METRIC.fullmatch(path)
    return read_metric_file(content, label, found[2] if found else path, notes)
