"""Runs that came with the app: read-only, beside those of the database, so that no page is empty.

A folder of them holds `index.json`, whose every run has its records in `<id>.parquet`, as
`record_bytes` writes them, and of each network that was kept a `<id>.<curve>.safetensors`; and
`images.npz`, test images with their labels. `write_shipped` makes such a folder.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.runs.config import TrainingConfig, curve_labels
from explorer.runs.records import Records, RunInfo
from explorer.runs.run import FINISHED, CurveRow, Progress, Run
from explorer.runs.series import CurveData
from explorer.runs.summary import CurveSummary
from explorer.runs.sweep_cells import Sweep, SweepRun
from explorer.runs.sweep_grid import SweepGrid
from explorer.store.record_bytes import from_bytes, to_bytes

SHIPPED_FOLDER = Path(__file__).parent / "recorded"
_INDEX, _IMAGES = "index.json", "images.npz"
_TIMES = ("created_at", "started_at", "ended_at")


class RunReadOnly(RuntimeError):
    """A run that came with the app cannot be changed; its text is a plain sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class ShippedImages:
    """Test images that came with the app.

    Attributes:
        pixels: uint8 [n, 28, 28], 0 to 255.
        labels: int64 [n], their true classes.
        test_indices: int64 [n], rising, their places in the test set.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    test_indices: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ShippedRun:
    """A finished run with all that is kept of it.

    Attributes:
        run: The run, its info known.
        records: One per curve.
        weights: By index of the curve, the safetensors file of its network.
    """

    run: Run
    records: tuple[CurveData, ...]
    weights: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Index:
    runs: Mapping[str, Run]
    rows: tuple[CurveRow, ...]
    sweeps: Mapping[str, Sweep]


class ShippedRuns:
    """What a folder of shipped runs holds; each file is read when it is first asked for.

    Args:
        folder: The folder; None for one that holds nothing.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def has(self, run_id: str) -> bool:
        """Tell whether a run came with the app."""
        return run_id in self._index.runs

    def refuse_change(self, run_id: str) -> None:
        """Refuse to change a run that came with the app.

        Raises:
            RunReadOnly: It is one.
        """
        if self.has(run_id):
            raise RunReadOnly(
                f"“{self.run(run_id).name}” came with the app: it can be looked at, compared and "
                "exported, but not renamed, tagged or deleted."
            )

    def run(self, run_id: str) -> Run:
        """Return a run of the folder; KeyError where it is none."""
        return self._index.runs[run_id]

    def races(self) -> list[Run]:
        """Return the runs that are no part of a sweep."""
        index = self._index
        parts = {one.run_id for sweep in index.sweeps.values() for one in sweep.runs}
        return [run for run in index.runs.values() if run.id not in parts]

    def rows(self, run_ids: Collection[str] | None = None) -> list[CurveRow]:
        """Return the curves as rows, of these runs or of all."""
        return [row for row in self._index.rows if run_ids is None or row.run_id in run_ids]

    def sweeps(self) -> Mapping[str, Sweep]:
        """Return the sweeps by id."""
        return self._index.sweeps

    def records(self, run_id: str, after: int = 0) -> Records:
        """Read the records of a run as `RunRecords.read` does; there is one batch of them."""
        payloads = [] if after else [self._file(f"{run_id}.parquet")]
        return Records(from_bytes(payloads, len(self.run(run_id).configs)), after or 1)

    def weights_file(self, run_id: str, curve: int) -> bytes | None:
        """Return the safetensors file of a curve's network; None where none was kept."""
        row = next((row for row in self.rows([run_id]) if row.curve == curve), None)
        if row is None or not row.has_weights:
            return None
        return self._file(f"{run_id}.{curve}.safetensors")

    @functools.cached_property
    def images(self) -> ShippedImages:
        """The test images, none in an empty folder."""
        if self._folder is None:
            none = np.empty(0, np.int64)
            return ShippedImages(np.empty((0, 28, 28), np.uint8), none, none)
        with np.load(self._folder / _IMAGES, allow_pickle=False) as file:
            return ShippedImages(**{name: file[name] for name in ShippedImages.__slots__})

    def _file(self, name: str) -> bytes:
        if self._folder is None:
            raise FileNotFoundError(name)
        return (self._folder / name).read_bytes()

    @functools.cached_property
    def _index(self) -> _Index:
        if self._folder is None:
            return _Index({}, (), {})
        found = json.loads((self._folder / _INDEX).read_text(encoding="utf-8"))
        infos = [RunInfo.from_json(json.dumps(values)) for values in found["infos"]]
        runs = {values["id"]: _run(values, infos[values["info"]]) for values in found["runs"]}
        rows = tuple(row for values in found["runs"] for row in _rows(runs[values["id"]], values))
        return _Index(runs, rows, {values["id"]: _sweep(values) for values in found["sweeps"]})


NOTHING_SHIPPED = ShippedRuns()


def write_shipped(
    folder: Path, runs: Sequence[ShippedRun], sweeps: Sequence[Sweep], images: ShippedImages
) -> None:
    """Make the files of a folder of shipped runs in place of earlier ones.

    Args:
        folder: Where to; it exists.
        runs: In the order in which they are listed.
        sweeps: Whose runs are among them.
        images: Test images.
    """
    for kind in ("*.parquet", "*.safetensors"):
        for old in folder.glob(kind):
            old.unlink()
    for one in runs:
        payload = to_bytes(enumerate(one.records), small=True)
        (folder / f"{one.run.id}.parquet").write_bytes(payload)
        for curve, file in one.weights.items():
            (folder / f"{one.run.id}.{curve}.safetensors").write_bytes(file)
    np.savez_compressed(
        folder / _IMAGES,
        **{name: getattr(images, name) for name in ShippedImages.__slots__},
    )
    infos = list(dict.fromkeys(_info_text(one) for one in runs))
    index = {
        "infos": [json.loads(text) for text in infos],
        "runs": [_run_values(one) | {"info": infos.index(_info_text(one))} for one in runs],
        "sweeps": [_sweep_values(one) for one in sweeps],
    }
    text = json.dumps(index, indent=1, ensure_ascii=False)
    (folder / _INDEX).write_text(text + "\n", encoding="utf-8")


def _info_text(one: ShippedRun) -> str:
    if one.run.info is None:
        raise ValueError(f"It is not known what {one.run.id} was trained on.")
    return one.run.info.to_json()


def _run_values(one: ShippedRun) -> dict[str, Any]:
    run = one.run
    return {
        "id": run.id,
        "name": run.name,
        "configs": [config.to_dict() for config in run.configs],
        **{name: getattr(run, name) for name in _TIMES},
        "progress": asdict(run.progress),
        "summaries": [
            json.loads(CurveSummary().extended(records).to_json()) for records in one.records
        ],
        "networks": sorted(one.weights),
    }


def _run(values: Mapping[str, Any], info: RunInfo) -> Run:
    return Run(
        **{name: values[name] for name in ("id", "name", *_TIMES)},
        configs=tuple(map(TrainingConfig.from_dict, values["configs"])),
        status=FINISHED,
        info=info,
        progress=Progress(**values["progress"]),
        is_shipped=True,
    )


def _rows(run: Run, values: Mapping[str, Any]) -> list[CurveRow]:
    return [
        CurveRow(
            **{name: values[name] for name in _TIMES},
            run_id=run.id,
            curve=curve,
            run_name=run.name,
            num_curves=len(run.configs),
            label=label,
            config=run.configs[curve],
            status=run.status,
            environment=run.info,
            summary=CurveSummary(**values["summaries"][curve]),
            has_weights=curve in values["networks"],
            is_shipped=True,
        )
        for curve, label in enumerate(curve_labels(run.configs))
    ]


def _sweep_values(sweep: Sweep) -> dict[str, Any]:
    return {
        "id": sweep.id,
        "name": sweep.name,
        "grid": json.loads(sweep.grid.to_json()),
        "created_at": sweep.created_at,
        "runs": [{"id": one.run_id, "cells": one.cells} for one in sweep.runs],
    }


def _sweep(values: Mapping[str, Any]) -> Sweep:
    return Sweep(
        id=values["id"],
        name=values["name"],
        grid=SweepGrid.from_json(json.dumps(values["grid"])),
        created_at=values["created_at"],
        attempt=1,
        is_open=False,
        runs=tuple(SweepRun(one["id"], tuple(one["cells"]), 1) for one in values["runs"]),
        is_shipped=True,
    )
