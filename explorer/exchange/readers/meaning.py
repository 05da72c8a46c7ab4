"""What the columns of a table are: steps, times, names of runs, metrics, settings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.readers.columns import Column, Table
from explorer.runs.meaning import SPLIT_WORDS
from explorer.runs.series import EPOCH, SECONDS, STEP

# Every list is in the order of preference. Names are compared in small letters, with _ between
# words, and then again by what stands behind their last stroke.
STEP_WORDS = (
    "step", "_step", "global_step", "trainer/global_step", "train/global_step", "train_step",
    "training_step", "optimizer_step", "opt_step", "total_steps", "num_steps", "steps",
    "total_timesteps", "timesteps_total", "num_timesteps", "timesteps", "timestep", "env_steps",
    "env_step", "num_env_steps_sampled_lifetime", "num_env_steps_sampled",
    "iteration", "iterations", "iter", "iters", "n_iter", "niter", "it", "training_iteration",
    "num_iterations", "update", "updates", "num_updates", "train_num_updates",
    "valid_num_updates", "n_updates", "boosting_round", "boost_round", "num_boost_round", "round",
    "tree", "trees", "batch", "batches", "batch_idx", "total_batches", "minibatch", "index_step",
)  # fmt: skip
# They count something else than steps, and are taken for x only where they rise.
COUNT_WORDS = (
    "frames", "tokens", "num_tokens", "tokens_seen", "n_tokens", "total_tokens", "consumed_tokens",
    "train_tokens", "consumed_train_tokens", "num_input_tokens_seen", "samples",
    "consumed_samples", "consumed_train_samples", "samples_seen", "num_samples", "n_samples",
    "examples", "examples_seen", "num_examples", "images", "images_seen", "sequences",
    "episodes_total", "episodes", "episode", "generation", "gen", "evaluations", "n_eval",
)  # fmt: skip
EPOCH_WORDS = (
    "epoch", "epochs", "trainer/epoch", "train/epoch", "epoch_num", "epoch_number", "current_epoch",
    "epoch_idx", "epoch_index", "ep", "n_epoch",
)  # fmt: skip
TIME_WORDS = (
    "relative_time", "relative_time_process", "relative_time_wall", "_runtime", "seconds",
    "elapsed", "elapsed_time", "elapsed_seconds", "time_elapsed", "time_total_s", "total_time",
    "passed_time", "train_wall", "wall_time", "walltime", "wall", "_timestamp", "timestamp",
    "timestamps", "date_time", "datetime", "created_at", "asctime", "end_time", "date", "datum",
    "time", "duration", "t",
)  # fmt: skip
RUN_WORDS = (
    "run", "run_name", "run_id", "runid", "run_uuid", "run_hash", "run_key", "experiment",
    "experiment_name", "experiment_id", "experiment_key", "experimentkey", "experimentname", "exp",
    "exp_name", "exp_id", "trial", "trial_id", "trial_name", "curve", "model", "model_name", "job",
    "job_id", "task_id", "name", "label", "seed", "fold", "version", "group",
)  # fmt: skip
_RUN_IDS = frozenset(
    (
        "run_id", "runid", "run_uuid", "run_hash", "run_key", "experiment_id", "experiment_key",
        "experimentkey", "exp_id", "trial_id", "job_id", "task_id",
    )
)  # fmt: skip
METRIC_WORDS = (
    "metric", "metric_name", "metricname", "metric_key", "tag", "tags", "key", "variable",
    "measure", "measurement", "scalar", "series", "quantity", "name",
)  # fmt: skip
VALUE_WORDS = (
    "value", "values", "metric_value", "metricvalue", "scalar_value", "val", "y", "number",
)  # fmt: skip
CONTEXT_WORDS = (
    "context", "metric_context", "run_context", "runcontext", "split", "phase", "mode", "subset",
    "stage", "partition", "dataset", "dataset_type", "data_split", "set", "kind", "loop",
    "category",
)  # fmt: skip
SPLITS = frozenset({"predict", "train_inner", "test_full"}).union(*SPLIT_WORDS.values())
_CONFIG = re.compile(r"(config|configs?|params?|hparams?|hyperparameters?|args|settings)[/.]")

SINCE_1970 = 1e8
"""Seconds since 1970 that cannot be a training's duration: three years."""


@dataclass(slots=True)
class Meaning:
    """The columns of a table by what they mean.

    Attributes:
        x: What counts the steps, or None.
        x_kind: One of `X_KINDS` but "row".
        epoch: The epoch, beside x or as x.
        seconds: Time, relative or since 1970; see `seconds_of`.
        moments: Time since 1970, where seconds are relative.
        counts: Other columns that count something.
        runs: What tells runs apart.
        metric: In a long table, the names of what was measured.
        value: In a long table, what was measured.
        contexts: What else belongs to the names of what was measured.
        varied: Names of the contexts that differ within the table.
        metrics: In a wide table, what was measured.
        texts: Columns of words that are none of these.
    """

    x: Column | None = None
    x_kind: str = STEP
    epoch: Column | None = None
    seconds: Column | None = None
    moments: Column | None = None
    counts: list[Column] = field(default_factory=list)
    runs: list[Column] = field(default_factory=list)
    metric: Column | None = None
    value: Column | None = None
    contexts: list[Column] = field(default_factory=list)
    varied: frozenset[str] = frozenset()
    metrics: list[Column] = field(default_factory=list)
    texts: list[Column] = field(default_factory=list)

    @property
    def is_guess(self) -> bool:
        """Whether x counts something that is rather not called a step."""
        return self.x is not None and bool(find([self.x], COUNT_WORDS))

    def of_rows(self, rows: np.ndarray) -> Meaning:
        """Return the same columns with some of their rows alone."""
        cut: dict[int, Column] = {}

        def one(column: Column | None) -> Column | None:
            if column is not None and id(column) not in cut:
                cut[id(column)] = column.of_rows(rows)
            return None if column is None else cut[id(column)]

        values: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(Meaning)}
        for name, value in values.items():
            if isinstance(value, list):
                values[name] = [one(column) for column in value]
            elif not isinstance(value, str | frozenset):
                values[name] = one(value)
        return Meaning(**values)


def normal(name: str) -> str:
    """Return a name in small letters with _ between its words: "globalStep" is global_step."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    name = re.sub(r"\s*[(\[][^)\]]*[)\]]\s*$", lambda unit: f"_{unit[0].strip()}", name)
    return re.sub(r"[^a-z0-9/]+", "_", name.lower()).strip("_ ") or name.lower()


def _keys(name: str) -> dict[str, bool]:
    """Return what a column may be recognised by, and whether that is a part of its name only."""
    whole = normal(name)
    bare = normal(re.sub(r"[(\[].*", "", name))
    tail = whole.rpartition("/")[2]
    # As pandas flattens what is nested, Aim's "context.subset" for one.
    leaf = normal(name.rpartition(".")[2])
    keys = {f"_{whole}": False} if name.strip().startswith("_") else {}
    return keys | {whole: False} | {key: True for key in (bare, tail, leaf) if key != whole}


def find(columns: Iterable[Column], words: tuple[str, ...]) -> list[Column]:
    """Return the columns that are called by one of the words, the most preferred first."""
    ranked = []
    for place, column in enumerate(columns):
        for key, is_part in _keys(column.name).items() if column.name else ():
            if key in words:
                ranked.append((is_part, words.index(key), place, column))
                break
    return [one[-1] for one in sorted(ranked, key=lambda one: one[:3])]


def meaning_of(table: Table) -> Meaning:
    """Say what the columns of a table are."""
    found = Meaning()
    left = [one for one in table.columns if one.name or one is not table.columns[0]]
    left = [one for one in left if one.present.any()]

    def take(column: Column | None) -> Column | None:
        if column is not None:
            left.remove(column)
        return column

    _find_long(found, left)
    numbers = [one for one in left if one.is_number]
    steps = find(numbers, STEP_WORDS)
    counts = [one for one in find(numbers, COUNT_WORDS) if _rises(one)]
    epochs = find(numbers, EPOCH_WORDS)
    # A step that stays the same, such as the number of batches, counts nothing if others do.
    if any(map(_varies, (*steps, *counts, *epochs))):
        steps = [one for one in steps if _varies(one)]
    found.epoch = take(epochs[0] if epochs else None)
    told = table.notes.told.x
    if told:
        _take_told(found, table, left, told)
    candidates = [one for one in (*steps, *counts) if one in left]
    measured = _measured_rows(left, {id(one) for one in candidates})
    full = [one for one in candidates if _covers(one, measured)]
    if full and found.x is None:
        found.x = take(full[0])
    times = find([one for one in left if one is not found.x], TIME_WORDS)
    clocks = [one for one in times if _is_clock(one)]
    found.seconds = found.seconds or take(clocks[0] if clocks else None)
    for one in clocks[1:]:
        # The same time told otherwise.
        if not one.is_number or one.values[one.present].min() > SINCE_1970:
            column = take(one)
            found.moments = found.moments or column
    if found.x is None and found.epoch is not None:
        found.x, found.x_kind = found.epoch, EPOCH
    if found.x is None and found.seconds is not None:
        found.x, found.x_kind = found.seconds, SECONDS
    for one in candidates:
        if one in left:
            take(one)
            found.counts.append(one)
    runs = find(left, RUN_WORDS)
    splits = [one for one in runs if tells_splits(one)]
    found.runs = [one for one in runs if one not in splits and _tells_runs(one)]
    found.contexts = [
        one
        for one in dict.fromkeys((*find(left, CONTEXT_WORDS), *splits))
        if not one.is_number and one not in found.runs
    ]
    found.varied = frozenset(one.name for one in found.contexts if one.num_words > 1)
    for one in (*found.runs, *found.contexts):
        left.remove(one)
    if found.metric is None:
        found.metrics = [one for one in left if one.is_number]
    found.texts = [one for one in left if one not in found.metrics]
    return found


def _take_told(found: Meaning, table: Table, left: list[Column], told: str) -> None:
    """Take for x the column of which a person says that it counts the steps."""
    column = next((one for one in (*left, found.epoch) if one and one.name == told), None)
    if column is None:
        raise ImportRefused(
            f"There is no column {quoted(told)} with numbers to count the steps by.",
            may_count(table),
        )
    if column.is_number:
        found.x, found.x_kind = column, EPOCH if column is found.epoch else STEP
    elif dates_of(column) is not None:
        found.x = found.seconds = column
        found.x_kind = SECONDS
    else:
        raise ImportRefused(
            f"{quoted(told)} holds words and cannot count the steps: choose another column.",
            may_count(table),
        )
    if column in left:
        left.remove(column)


def may_count(table: Table) -> tuple[str, ...]:
    """Return the names of the columns of which a person could say that they count the steps."""
    return tuple(
        one.name
        for one in table.columns
        if one.name and one.present.any() and (one.is_number or dates_of(one) is not None)
    )


def _find_long(found: Meaning, left: list[Column]) -> None:
    values = [one for one in find(left, VALUE_WORDS) if one.is_number]
    names = [one for one in find(left, METRIC_WORDS) if not one.is_number]
    if values and names:
        found.metric, found.value = names[0], values[0]
        left.remove(names[0])
        left.remove(values[0])


def is_setting(column: Column) -> bool:
    """Tell whether a column of numbers is called as a setting and stays the same."""
    return bool(_CONFIG.match(column.name)) and not _varies(column)


def is_run_id(column: Column) -> bool:
    """Tell whether a column names runs in a way that no person would."""
    return any(key in _RUN_IDS for key in _keys(column.name))


def _varies(column: Column) -> bool:
    values = column.values[column.present]
    return values.size <= 1 or bool(np.any(values != values[0]))


def _rises(column: Column) -> bool:
    values = column.values[column.present]
    steps = np.diff(values)
    return values.size <= 1 or bool(
        values[-1] > values[0] and (steps >= 0).mean() >= 0.9 and (steps > 0).any()
    )


def _measured_rows(columns: list[Column], counting: set[int]) -> np.ndarray:
    masks = [one.present for one in columns if id(one) not in counting and one.is_number]
    if not masks:
        return columns[0].present if columns else np.ones(0, bool)
    rows = masks[0].copy()
    for mask in masks[1:]:
        rows |= mask
    return rows


def _covers(column: Column, measured: np.ndarray) -> bool:
    """Tell whether a column says something at most of the rows where something was measured."""
    count = int(measured.sum())
    return not count or int((column.present & measured).sum()) * 2 > count


def _is_clock(column: Column) -> bool:
    """Tell a time that goes on from the duration of each epoch: it never goes back."""
    if not column.is_number:
        return dates_of(column) is not None
    values = column.values[column.present]
    if values.size == 0 or not np.isfinite(values).all():
        return False
    if values.min() > SINCE_1970:
        return True
    steps = np.diff(values)
    keys = _keys(column.name)
    called = set(keys)
    if not called & {"time", "duration", "t"}:
        return True
    if values.size == 1:
        return next(iter(keys)) in TIME_WORDS
    if "t" in called:
        return bool((steps > 0).all())
    # Durations go up and down, and stay about the same.
    grows = values[-1] >= values[0] * (1 + (values.size - 1) / 4)
    return bool((steps < 0).mean() <= 0.1 and grows and values[-1] > values[0])


def tells_splits(column: Column) -> bool:
    """Tell whether the words of a column are those for training, validation and the like."""
    return column.words is not None and all(
        normal(word) in SPLITS for word in column.words.dictionary.to_pylist()
    )


def _tells_runs(column: Column) -> bool:
    if not column.is_number:
        # Of the more general names each must come up again, or it tells rows apart.
        is_sure = any(key.startswith(("run", "exp")) for key in _keys(column.name))
        return is_sure or column.num_words * 2 <= int(column.present.sum())
    values = column.values[column.present]
    keys = set(_keys(column.name))
    if keys & {"group", "name", "label", "version"} and not _varies(column):
        return False
    whole = bool(column.present.all()) and bool(np.all(values == np.floor(values)))
    changes = int(np.count_nonzero(np.diff(values)))
    return whole and np.unique(values).size * 2 <= values.size and changes * 2 <= values.size


def dates_of(column: Column) -> np.ndarray | None:
    """Return a column of dates as seconds since 1970; None if it holds something else."""
    if column.words is None:
        return None
    words = pc.utf8_trim_whitespace(column.words.dictionary)
    # To the microsecond; logging parts these by a comma, and Germans write the day first.
    words = pc.replace_substring_regex(words, r"(:\d\d)[.,](\d{1,6})\d*", r"\1.\2")
    words = pc.replace_substring_regex(words, r"^(\d\d)\.(\d\d)\.(\d{4})", r"\3-\2-\1")
    for kind in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        try:
            moments = pc.cast(words, kind)
        except pa.ArrowInvalid:
            continue
        codes = column.words.indices.fill_null(0).to_numpy()
        seconds = moments.cast(pa.int64()).to_numpy(zero_copy_only=False)[codes] / 1e6
        return np.where(column.present, seconds, np.nan)
    return None


def seconds_of(column: Column) -> tuple[np.ndarray, bool]:
    """Return a column of numbers or dates in seconds, [n], and whether they count from 1970."""
    if (dates := dates_of(column)) is not None:
        return dates, True
    values = column.values
    known = values[column.present]
    largest = float(np.max(known)) if known.size else 0.0
    if known.size and known.min() > SINCE_1970:
        for size, unit in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3)):
            if largest > size:
                return values / unit, True
        return values, True
    named = re.search(r"[(\[_\s](ms|millis\w*|us|µs|min|minutes|h|hours?)[)\]]?$", column.name)
    written = column.unit or (named[1] if named else "s")
    scale = {"ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "mi": 60.0, "h": 3600.0, "ho": 3600.0}
    if written.startswith("milli"):
        return values * 1e-3, False
    return values * scale.get(written if written in scale else written[:2], 1.0), False
