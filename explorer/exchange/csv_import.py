"""Runs in CSV: this app's own tables, and those of others, a column or a row for each metric."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from explorer.exchange.collecting import LARGEST_STEP, MOST_POINTS, Collector
from explorer.exchange.csv_export import COLUMNS, unshielded
from explorer.exchange.refusal import ImportRefused, quoted

MOST_COLUMNS = 1_000

# What a column of this meaning is called, in small letters, spaces as _.
_STEP = ("step", "steps", "global_step", "_step", "trainer/global_step", "iteration", "iterations")
_CURVE = ("run", "run_name", "run_id", "name", "label", "curve", "experiment")
_METRIC = ("metric", "tag", "variable", "key", "name")
_VALUE = ("value", "values")
_ASIDE = {
    "epoch": ("epoch", "epochs", "trainer/epoch"),
    "seconds": ("seconds", "_runtime", "elapsed"),
    "examples": ("examples", "examples_seen", "samples", "images_seen"),
    "wall_time": ("wall_time", "walltime", "_timestamp"),
}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WORDS = {
    "nan": math.nan,
    "inf": math.inf, "+inf": math.inf, "infinity": math.inf, "∞": math.inf,
    "-inf": -math.inf, "-infinity": -math.inf, "−∞": -math.inf,
}  # fmt: skip

Row = Sequence[str]
Line = tuple[int, Row]


def read_csv(content: bytes, name: str, into: Collector) -> list[str]:
    """Read a table.

    Args:
        content: The file's bytes.
        name: What to call a curve that the table has no name for.
        into: Takes the measurements.

    Returns:
        What was left out, in plain sentences.

    Raises:
        ImportRefused: It is not a table of numbers by step.
    """
    lines = _lines(content)
    head = [cell.strip() for cell in next(lines, (0, []))[1]]
    if tuple(head) == COLUMNS:
        _read_own(lines, into)
        return []
    if double := next((cell for k, cell in enumerate(head) if cell and cell in head[:k]), ""):
        raise ImportRefused(f"Two columns are called {quoted(double)}.")
    return _Table(head, name).read(lambda: islice(_lines(content), 1, None), into)


def _lines(content: bytes) -> Iterator[Line]:
    """Yield the number of each line and its cells, without empty lines; never all at once."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportRefused("The table is written in UTF-16: save it as CSV in UTF-8.")
    if b"\0" in content:
        raise ImportRefused("This is not a text table: there are NUL characters in it.")
    # Counted before they are read, which takes a thousand times as long.
    if content.count(b"\n") > MOST_POINTS + 1:
        raise ImportRefused(f"The table has more than {MOST_POINTS:,} lines.")
    first = content.partition(b"\n")[0].decode("utf-8", "replace")
    delimiter = max(",;\t", key=first.count)
    # Without a newline's translation, so that a line's end inside a quoted name stays what it is.
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    width = 0
    try:
        for row in reader:
            if not any(map(str.strip, row)):
                continue
            width = width or len(row)
            if len(row) != width:
                raise ImportRefused(
                    f"Line {reader.line_num:,} has {len(row):,} cells, the first row has {width:,}."
                )
            if width > MOST_COLUMNS:
                raise ImportRefused(f"The table has more than {MOST_COLUMNS:,} columns.")
            yield reader.line_num, row
    except UnicodeDecodeError as error:
        raise ImportRefused("This is not a table of UTF-8 text.") from error
    except csv.Error as error:
        raise ImportRefused(
            f"Line {reader.line_num:,} is not a row of a table: {error}."
        ) from error


def _read_own(rows: Iterable[Line], into: Collector) -> None:
    """Read what `csv_export` wrote."""
    labels: dict[tuple[str, str], str] = {}
    for line, row in rows:
        run, curve, label, kind, metric, step, epoch, examples, seconds, images, value = row
        if (run, curve) not in labels:
            name = unshielded(label)
            taken = name in labels.values()
            labels[run, curve] = f"{name} ({run}:{curve})" if taken else name
        into.add(
            labels[run, curve],
            f"{kind}/{metric}",
            _whole(step, line, "step"),
            _number(value, line, "value"),
            _known(epoch, line, "epoch"),
            _count(examples, line, "examples"),
            _known(seconds, line, "seconds"),
            _count(images, line, "test_images"),
        )


class _Table:
    """The columns of somebody's table, by what they mean."""

    def __init__(self, head: Sequence[str], name: str) -> None:
        self._head, self._name = head, name
        names = [cell.lower().replace(" ", "_") for cell in head]

        def first(meanings: Sequence[str]) -> int | None:
            return next((names.index(one) for one in meanings if one in names), None)

        step = first(_STEP)
        if step is None:
            raise ImportRefused(
                "There is no column called “step”: the first row must name the columns, and one "
                f"of them must count the steps. It has {quoted(', '.join(head), 120)}."
            )
        self._step = step
        self._value = first(_VALUE)
        self._metric = first(_METRIC) if self._value is not None else None
        self._aside = {
            meaning: place
            for meaning, known in _ASIDE.items()
            if (place := first(known)) is not None and names[place] != "value"
        }
        special = {step, self._metric, *self._aside.values()}
        self._curve = [k for k, n in enumerate(names) if n in _CURVE and k not in special]
        special |= {*self._curve}
        self._metrics = [k for k in range(len(head)) if k not in special and head[k]]
        if self._metric is not None:
            self._metrics = [self._value]
        self._is_ranged = any(cell.endswith("__MIN") for cell in head)
        if self._is_ranged:
            self._metrics = [k for k in self._metrics if not head[k].endswith(("__MIN", "__MAX"))]
        if not self._metrics:
            raise ImportRefused("Beside the steps there is no named column to import.")

    def read(self, lines: Callable[[], Iterator[Line]], into: Collector) -> list[str]:
        """Pass the measurements on; return what is left out, in plain sentences.

        Args:
            lines: Begins with the first line below the head, as often as it is called.
            into: Takes the measurements.
        """
        texts, filled = self._columns_of_text(lines())
        metrics = [k for k in self._metrics if k not in texts]
        if not metrics:
            raise ImportRefused("There is no column of numbers beside the steps.")
        begun: dict[str, float] = {}
        for line, row in lines():
            step = _whole(row[self._step], line, self._head[self._step])
            aside = {
                meaning: _known(row[place], line, self._head[place])
                for meaning, place in self._aside.items()
            }
            own = ", ".join(row[k].strip() for k in self._curve) or self._name
            at = aside.pop("wall_time", math.nan)
            if not math.isnan(at):
                aside.setdefault("seconds", at - begun.setdefault(own, at))
            for k in metrics:
                if row[k].strip():
                    curve, name = self._called(k, row, own)
                    into.add(curve, name, step, _number(row[k], line, self._head[k]), **aside)
        return [
            f"The column {quoted(self._head[k])} holds no number and is left out." for k in filled
        ]

    def _columns_of_text(self, lines: Iterator[Line]) -> tuple[list[int], list[int]]:
        """Return the columns without any number, and those of them that are not empty.

        It looks no further once each column has shown a number.
        """
        texts, filled = set(self._metrics), set()
        for _, row in lines:
            if not texts:
                break
            numbers = {k for k in texts if _is_number(row[k])}
            texts -= numbers
            filled |= {k for k in texts if row[k].strip()}
        return sorted(texts), sorted(filled & texts)

    def _called(self, place: int, row: Row, own: str) -> tuple[str, str]:
        if self._metric is not None:
            return own, row[self._metric].strip()
        name = self._head[place]
        if self._is_ranged and " - " in name:
            # As Weights & Biases writes the curves of a plot: "run - metric".
            run, _, metric = name.rpartition(" - ")
            return run, metric
        # As TensorBoard writes a curve: the file's name alone tells what it is.
        return own, self._name if place == self._value else name


def _is_number(text: str) -> bool:
    text = text.strip()
    return bool(_NUMBER.fullmatch(text)) or text.lower() in _WORDS


def _number(text: str, line: int, column: str) -> float:
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return float(text)
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    hint = ": write decimals with a point" if re.fullmatch(r"[+-]?\d+,\d+", text) else ""
    raise ImportRefused(f"Line {line:,}: {quoted(column)} is {quoted(text)}, not a number{hint}.")


def _known(text: str, line: int, column: str) -> float:
    """Return a finite number; NaN for an empty cell, which is unknown."""
    if not text.strip():
        return math.nan
    value = _number(text, line, column)
    if not math.isfinite(value):
        raise ImportRefused(f"Line {line:,}: {quoted(column)} is {quoted(text)}, not finite.")
    return value


def _count(text: str, line: int, column: str) -> float:
    return math.nan if not text.strip() else float(_whole(text, line, column))


def _whole(text: str, line: int, column: str) -> int:
    value = _known(text, line, column)
    if not 0 <= value <= LARGEST_STEP or value != int(value):
        raise ImportRefused(
            f"Line {line:,}: {quoted(column)} is {quoted(text)}, not a whole number from 0 on."
        )
    return int(value)
