"""Curves in one JSON document: histories, logs, exports of trackers, data frames."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.readers.columns import Table
from explorer.exchange.readers.curves_of_tables import curves_of
from explorer.exchange.readers.decoding import json_value
from explorer.exchange.readers.found import Notes, ReadCurve, joined, with_settings
from explorer.exchange.readers.meaning import (
    COUNT_WORDS,
    EPOCH_WORDS,
    SINCE_1970,
    STEP_WORDS,
    normal,
)
from explorer.exchange.readers.own_files import is_own_document, read_own_document
from explorer.exchange.readers.records import Records, is_scalar, table_of_lists
from explorer.exchange.readers.settings_in_words import settings_of

_NO_CURVE = (
    "No curve was found in the JSON: it should hold a list of records such as {“step”: 0, "
    "“loss”: 2.3}, or a list of numbers for each metric."
)
_DEEPEST = 12
_SETTINGS = re.compile(r"(config|params|args|hparams|hyperparameters|settings|meta)", re.IGNORECASE)
_X_WORDS = frozenset((*STEP_WORDS, *EPOCH_WORDS, *COUNT_WORDS))


def read_json(content: bytes, label: str, metric: str, notes: Notes) -> list[ReadCurve]:
    """Read a JSON document in UTF-8.

    Args:
        label: What to call a run that the document has no name for.
        metric: What to call its only series.

    Raises:
        ImportRefused: It is damaged, or holds no curve.
    """
    document = _parsed(content)
    if is_own_document(document):
        return read_own_document(document)
    found = _Found(label, metric, notes)
    found.walk(document, (), 0)
    found.end()
    if not found.curves:
        raise ImportRefused(found.refusals[0] if found.refusals else _NO_CURVE)
    for refusal in found.refusals:
        notes.add(refusal)
    return with_settings(joined(found.curves), found.settings)


def _parsed(content: bytes) -> Any:
    try:
        return json_value(content)
    except json.JSONDecodeError as error:
        raise ImportRefused(
            f"Line {error.lineno:,}: the JSON is damaged or cut off ({error.msg}): save it again."
        ) from error
    except (RecursionError, ValueError) as error:
        raise ImportRefused(
            "The JSON is nested too deep, or it is not JSON: save it again."
        ) from error


class _Found:
    """What is found on a walk through a document."""

    def __init__(self, label: str, metric: str, notes: Notes) -> None:
        self._label, self._metric, self._notes = label, metric, notes
        self.curves: list[ReadCurve] = []
        self.settings: dict[str, str] = {}
        self.refusals: list[str] = []
        # Curves that stand each by itself, so that they share one time.
        self._single = Records()

    def walk(self, node: Any, path: tuple[str, ...], depth: int) -> None:
        """Look for curves in a part of the document; the path leads there and names series."""
        if depth > _DEEPEST:
            return
        if isinstance(node, list):
            self._walk_list(node, path, depth)
        elif isinstance(node, dict):
            self._walk_dict(node, path, depth)

    def _walk_list(self, node: list[Any], path: tuple[str, ...], depth: int) -> None:
        if node and all(isinstance(one, dict) for one in node):
            if any(_curve_lists(one) or _has_lists(one) for one in node[:3]):
                for place, one in enumerate(node):
                    name = one.get("name") or one.get("label") or f"curve {place + 1}"
                    self.walk(one, (*path, str(name)), depth + 1)
                return
            self._add_records(node, path)
        elif node and all(_is_triple(one) for one in node):
            # As TensorBoard's page downloads a curve.
            times, steps, values = zip(*node, strict=True)
            self._add_single(path, steps, values, times)
        elif _are_scalars(node, least=2):
            self._add_lists({path[-1] if path else self._metric: node}, path[:-1])
        elif len(node) > 1 and all(isinstance(one, list) for one in node):
            head, *rows = node
            if all(isinstance(name, str) for name in head):
                self._add_records([dict(zip(head, row, strict=False)) for row in rows], path)

    def _walk_dict(self, node: dict[str, Any], path: tuple[str, ...], depth: int) -> None:
        if _is_frame(node):
            rows = [dict(zip(map(str, node["columns"]), row, strict=False)) for row in node["data"]]
            self._add_records(rows, path)
        elif _is_keyed(node):
            self._add_records(_keyed_rows(node, self._notes), path)
        elif _is_catboost(node):
            self._add_records(_catboost_rows(node), path)
        elif curve := _curve_lists(node):
            self._add_single(path, *curve)
        elif not path and _are_histories(node):
            mine = self._label
            for self._label, one in node.items():
                self._add_lists(one, ())
            self._label = mine
        else:
            self._walk_entries(node, path, depth)

    def _walk_entries(self, node: dict[str, Any], path: tuple[str, ...], depth: int) -> None:
        lists: dict[str, list[Any]] = {}
        indexed: dict[str, dict[str, Any]] = {}
        others: list[tuple[str, Any]] = []
        for name, value in node.items():
            if _are_scalars(value):
                lists[name] = value
            elif isinstance(value, dict) and _is_indexed(value):
                indexed[name] = value
            elif isinstance(value, dict | list):
                others.append((name, value))
        if indexed:
            self._add_records(_rows_by_index(indexed), path)
        if any(len(one) > 1 for one in lists.values()) or (lists and not others):
            self._add_lists(lists, path)
        if not (lists or indexed or others) and not path and _is_record(node):
            self._add_records([node], path)
        for name, value in others:
            if _SETTINGS.fullmatch(name) and isinstance(value, dict):
                self.settings |= settings_of(value)
            elif name in _TRANSPARENT or (
                isinstance(value, list) and not path and len(others) == 1
            ):
                self.walk(value, path, depth + 1)
            else:
                self.walk(value, (*path, name), depth + 1)

    def _add_single(
        self,
        path: tuple[str, ...],
        steps: Sequence[Any],
        values: Sequence[Any],
        times: Sequence[Any] | None,
    ) -> None:
        metric = "/".join(path) or self._metric
        rows = zip(steps, values, times or [None] * len(steps), strict=True)
        for step, value, time in rows:
            # A mark tells the name from a number.
            record = {"metric": f"={metric}", "step": step, "value": value, "timestamp": time}
            self._single.add(record, len(self._single) + 1)

    def end(self) -> None:
        """Make curves of what was found each by itself."""
        if len(self._single):
            table = self._single.table(self._notes)
            names: Any = table.columns[0].words
            table.columns[0].words = pa.DictionaryArray.from_arrays(
                names.indices, pc.utf8_slice_codeunits(names.dictionary, 1)
            )
            self._add(table, ())

    def _add_records(self, records: Sequence[Mapping[str, Any]], path: tuple[str, ...]) -> None:
        gathered = Records()
        for place, record in enumerate(records, 1):
            gathered.add(record, place)
        self._add(gathered.table(self._notes), path)

    def _add_lists(self, lists: Mapping[str, Any], path: tuple[str, ...]) -> None:
        self._add(table_of_lists(lists, self._notes), path)

    def _add(self, table: Table, path: tuple[str, ...]) -> None:
        prefix = "".join(f"{name}/" for name in path)
        try:
            self.curves += curves_of(table, self._label, prefix)
        except ImportRefused as error:
            # Beside the curves a document may hold lists of anything.
            self.refusals.append(
                f"{quoted(prefix[:-1])} is left out: {error}" if path else str(error)
            )


# Names of a part that say nothing of what is in it.
_TRANSPARENT = frozenset(
    (
        "log_history", "history", "logs", "log", "data", "results", "result", "metrics", "scalars",
        "records", "rows", "runs", "epochs", "iterations", "evals_result", "evals_result_",
    )
)  # fmt: skip


def _are_scalars(value: Any, least: int = 1) -> bool:
    """Tell whether a value is a list of so many single values, such as a metric's numbers."""
    return isinstance(value, list) and len(value) >= least and all(map(is_scalar, value))


def _is_triple(one: Any) -> bool:
    is_row = _are_scalars(one) and len(one) == 3
    return is_row and isinstance(one[0], int | float) and one[0] > SINCE_1970


def _is_record(node: Mapping[str, Any]) -> bool:
    """Tell whether a dictionary is one row of a table: it counts something and measures it."""
    numbers = [name for name, value in node.items() if is_scalar(value) and value is not None]
    return len(numbers) > 1 and any(normal(name) in _X_WORDS for name in numbers)


def _has_lists(node: Mapping[str, Any]) -> bool:
    """Tell a history from a record of numbers: its entries are lists of them."""
    lists = [one for one in node.values() if isinstance(one, list)]
    is_number = any(isinstance(one, int | float) for one in node.values())
    return bool(lists) and not is_number and all(_are_scalars(one, least=2) for one in lists)


def _are_histories(node: Mapping[str, Any]) -> bool:
    """Tell whether it holds Keras' histories of several runs by their names."""
    return len(node) > 1 and all(
        isinstance(one, dict)
        and any(f"val_{name}" in one for name in one)
        and all(_are_scalars(own, least=0) for own in one.values())
        for one in node.values()
    )


def _is_frame(node: Mapping[str, Any]) -> bool:
    """Tell whether it is a table as pandas ("split") and Weights & Biases write it."""
    columns, data = node.get("columns"), node.get("data")
    return (
        isinstance(columns, list)
        and isinstance(data, list)
        and bool(data)
        and all(isinstance(row, list) for row in data)
        and all(isinstance(name, str | int) for name in columns)
    )


def _is_indexed(node: Mapping[str, Any]) -> bool:
    """Tell whether it is a column as pandas writes it: values by the number of their row."""
    return (
        bool(node)
        and all(key.isdecimal() for key in node)
        and all(is_scalar(value) or isinstance(value, str) for value in node.values())
    )


def _is_keyed(node: Mapping[str, Any]) -> bool:
    """Tell whether it holds records by the number of their step, or of their row."""
    return bool(node) and all(
        key.isdecimal() and isinstance(value, dict) for key, value in node.items()
    )


def _keyed_rows(node: Mapping[str, Any], notes: Notes) -> list[Mapping[str, Any]]:
    if any(normal(name) in _X_WORDS for row in node.values() for name in row):
        return list(node.values())
    notes.add("The numbers by which the records are found are read as steps.")
    return [{"step": int(key)} | row for key, row in node.items()]


def _rows_by_index(columns: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    keys = dict.fromkeys(key for column in columns.values() for key in column)
    return [
        {name: column[key] for name, column in columns.items() if key in column}
        for key in sorted(keys, key=int)
    ]


def _curve_lists(
    node: Mapping[str, Any],
) -> tuple[list[Any], list[Any], list[Any] | None] | None:
    """Return the steps, the values and the times of one curve, as trackers write them."""
    for x, y in (("x", "y"), ("steps", "values"), ("step", "value"), ("steps", "value")):
        steps, values = node.get(x, ()), node.get(y, ())
        if _are_scalars(steps) and _are_scalars(values) and len(steps) == len(values):
            times = node.get("timestamps", node.get("timestamp"))
            is_timed = isinstance(times, list) and len(times) == len(steps)
            return steps, values, times if is_timed else None
    return None


def _is_catboost(node: Mapping[str, Any]) -> bool:
    return isinstance(node.get("meta"), dict) and "learn_metrics" in node["meta"]


def _catboost_rows(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a row for each iteration of catboost_training.json."""
    names = {
        part: [str(one.get("name", one)) if isinstance(one, dict) else str(one) for one in told]
        for part in ("learn", "test")
        if isinstance(told := node["meta"].get(f"{part}_metrics"), list)
    }
    rows: list[Mapping[str, Any]] = []
    for one in node.get("iterations") or ():
        if not isinstance(one, dict):
            continue
        row = {key: one[key] for key in ("iteration", "passed_time") if key in one}
        for part, own in names.items():
            values = one.get(part)
            if isinstance(values, list):
                row |= {f"{part}/{name}": value for name, value in zip(own, values, strict=False)}
        rows.append(row)
    return rows
