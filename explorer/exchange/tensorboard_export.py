"""Curves as TensorBoard's event files, a folder for each."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from explorer.exchange.event_files import (
    DOUBLE_TYPE,
    EXACT_PREFIX,
    FILE_VERSION,
    OWN_PLUGIN,
    OWN_TAG,
    STRING_TYPE,
    Event,
    framed,
)
from explorer.exchange.exported import ExportedCurve, safe_name
from explorer.exchange.json_export import FORMAT, VERSION, described
from explorer.exchange.long_table import measured_rows
from explorer.runs.curve_data import values_at
from explorer.runs.series import BEGAN, SECONDS

_EARLIEST_ZIP_TIME = 315_532_800.0


def export_tensorboard(curves: Sequence[ExportedCurve]) -> bytes:
    """Write the curves as a zip of event files: unpack it and run `tensorboard --logdir` on it.

    A scalar's tag is its kind and metric, as in "train/cross_entropy"; the settings are under
    Text. Scalars are 32-bit numbers in these files; TensorBoard could read tensors of 64 bits,
    but its data server, which it uses by default, shows none. So a number that is not the same in
    32 bits stands beside its scalar a second time, as a tensor of 64, where TensorBoard passes it
    over and `reading` finds it: every number is read again bit for bit. What is known of each step
    beside them, as epochs, images and seconds, are scalars too, tagged "clock/epoch" and so on.
    Confusion matrices and softmax outputs have no place in these files. The time of an event is
    the run's start plus the training time, or for what has none, the run's start.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, curve in enumerate(curves, 1):
            start = curve.row.started_at or curve.row.created_at
            # Events of several files in one folder would be drawn as one curve.
            folder = f"{place:02d}-{safe_name(curve.label)}"
            name = f"{folder}/events.out.tfevents.{int(start)}.cross-entropy-explorer"
            when = time.gmtime(max(start, _EARLIEST_ZIP_TIME))[:6]
            info = zipfile.ZipInfo(name, when)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, framed(_events(curve, start)))
    return file.getvalue()


def _events(curve: ExportedCurve, start: float) -> Iterator[Any]:
    yield Event(wall_time=start, file_version=FILE_VERSION.encode())
    yield _settings(curve, start)
    data = curve.data
    found = dict(measured_rows(data))
    tags = [name.encode() for name in found]
    steps = np.concatenate([np.empty(0, np.int64), *(one.steps for one in found.values())])
    which = np.repeat(np.arange(len(tags)), [len(one) for one in found.values()])
    values = np.concatenate([np.empty(0), *(one.values for one in found.values())])
    begun = data.clocks[BEGAN].values[0] if BEGAN in data.clocks else start
    times = begun + np.nan_to_num(values_at(data.clocks.get(SECONDS), steps))
    # By time as TensorBoard expects it, so by step.
    order = np.argsort(steps, kind="stable")
    with np.errstate(over="ignore"):
        is_narrow = values.astype(np.float32).astype(np.float64) == values
    is_narrow |= np.isnan(values)
    rows = (column[order].tolist() for column in (which, steps, values, times, is_narrow))
    for tag, step, value, at, narrow in zip(*rows, strict=True):
        event = Event(wall_time=at, step=step)
        event.summary.value.add(tag=tags[tag], simple_value=value)
        if not narrow:
            exact = event.summary.value.add(tag=EXACT_PREFIX + tags[tag])
            exact.metadata.plugin.name = OWN_PLUGIN
            exact.tensor.dtype = DOUBLE_TYPE
            exact.tensor.shape.SetInParent()
            exact.tensor.double.append(value)
        yield event


def _settings(curve: ExportedCurve, start: float) -> Any:
    event = Event(wall_time=start)
    value = event.summary.value.add(tag=OWN_TAG)
    value.metadata.plugin.name = b"text"
    value.tensor.dtype = STRING_TYPE
    # TensorBoard shows texts as Markdown: four spaces in front keep this as it is.
    told = {"format": FORMAT, "version": VERSION, "x": curve.data.x} | described(curve)
    lines = json.dumps(told, indent=2).splitlines()
    value.tensor.string.append("\n".join(f"    {line}" for line in lines).encode())
    return event
