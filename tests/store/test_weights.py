from __future__ import annotations

import json
import struct
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import sqlalchemy as sa
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.runs.config import TrainingConfig
from explorer.runs.records import by_curve
from explorer.runs.run import Control
from explorer.store.run_store import RunStore, UnknownRun, WeightsError
from explorer.store.tables import weights
from explorer.store.weights import read_weights, weight_shapes
from explorer.trainer.data import TrainingData
from explorer.trainer.loop import train
from tests.runs.sample_records import Seen, final_weights, steps

ROOT = Path(__file__).resolve().parents[2]
SMALL = TrainingConfig(hidden_sizes=(7, 5), batch_size=100, epochs=2)


def arrays_of(config: TrainingConfig, seed: int = 0) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    shapes = weight_shapes(config).items()
    return {name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes}


def file_of(config: TrainingConfig) -> bytes:
    return safetensors.numpy.save(arrays_of(config))


def sequential(arrays: dict[str, np.ndarray]) -> torch.nn.Sequential:
    """The network in plain PyTorch."""
    sizes = [array.shape for name, array in arrays.items() if name.endswith("weight")]
    layers = [part for after, before in sizes for part in (torch.nn.Linear(before, after),
                                                           torch.nn.ReLU())]  # fmt: skip
    network = torch.nn.Sequential(*layers[:-1])
    network.load_state_dict({name: torch.tensor(array) for name, array in arrays.items()})
    return network


@pytest.mark.parametrize("stop_at", [None, 8])
def test_a_run_ends_with_the_weights_that_its_last_measurement_measured(
    store: RunStore, data: TrainingData, stop_at: int | None
) -> None:
    looks = count(1)
    race = [SMALL, replace(SMALL, hidden_sizes=()), replace(SMALL, seed=1)]
    run_id = store.runs.create(race)
    control = lambda: Control(stop=stop_at is not None and next(looks) > stop_at)  # noqa: E731
    store.records.append(run_id, train(race, data, control))
    records = store.records.read(run_id)
    for k, curve in enumerate(records.curves):
        measured = Seen(curve).evaluations[-1]
        with torch.no_grad():
            outputs = sequential(store.weights.get(run_id, k))(data.test_images)
        accuracy = (outputs.argmax(1) == data.test_labels).float().mean().item()
        assert accuracy == pytest.approx(measured.accuracy)
        loss = torch.nn.functional.cross_entropy(outputs, data.test_labels).item()
        assert loss == pytest.approx(measured.losses["cross_entropy"], rel=1e-5)
    assert all(row.has_weights for row in store.curves.list())


def test_a_curve_that_diverged_keeps_no_weights_and_the_others_do(
    store: RunStore, data: TrainingData
) -> None:
    race = [SMALL, replace(SMALL, loss="raw_squared_error", learning_rate=1e6)]
    run_id = store.runs.create(race)
    store.records.append(run_id, train(race, data))
    assert [row.has_weights for row in store.curves.list()] == [True, False]
    assert store.weights.get(run_id, 0).keys() == weight_shapes(SMALL).keys()
    with pytest.raises(WeightsError, match=r"are not kept: .* it diverged"):
        store.weights.get(run_id, 1)


def test_weights_are_written_with_the_records_that_come_with_them(store: RunStore) -> None:
    run_id = store.runs.create([SMALL, SMALL])
    arrays = arrays_of(SMALL)
    store.records.append(run_id, [*steps(1, 5), final_weights(1, 5, arrays_of(SMALL, seed=1))])
    store.records.append(run_id, [final_weights(1, 5, arrays)])
    found = store.weights.get(run_id, 1)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    assert safetensors.numpy.load(store.weights.file(run_id, 1)).keys() == arrays.keys()
    assert Seen(store.records.read(run_id).curves[0]).steps.size == 5


def test_weights_of_no_run_no_curve_or_a_run_made_elsewhere_are_told(store: RunStore) -> None:
    run_id = store.runs.create([SMALL])
    foreign = store.records.add_imported(by_curve(steps(1, 2), 1), ["a"], name="", origin="a.csv")
    for wrong in ((run_id, 0), (run_id, 1), (run_id, -1), (foreign, 0)):
        with pytest.raises(WeightsError) as told:
            store.weights.get(*wrong)
        assert str(told.value).endswith(".")
    with pytest.raises(UnknownRun):
        store.weights.get("nowhere", 0)


def header(**entries: object) -> bytes:
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text


def hostile_files() -> dict[str, bytes]:
    good, size = file_of(SMALL), 4 * SMALL.num_parameters
    other = {name: array.T.copy() for name, array in arrays_of(SMALL).items()}
    halves = {name: array.astype(np.float16) for name, array in arrays_of(SMALL).items()}
    everywhere = {
        name: {"dtype": "F32", "shape": shape, "data_offsets": [0, 2**62]}
        for name, shape in weight_shapes(SMALL).items()
    }
    return {
        "empty": b"",
        "cut short": good[:-1],
        "too long": good + bytes(70_000),
        "a pickle": b"\x80\x04" + bytes(size + 100),
        "a head longer than the file": struct.pack("<Q", 2**63 - 1) + good[8:],
        "offsets outside": header(**everywhere) + bytes(size),
        "other shapes": safetensors.numpy.save(other),
        "other numbers": safetensors.numpy.save(halves) + bytes(size // 2),
        "other names": safetensors.numpy.save({f"x{k}": v for k, v in arrays_of(SMALL).items()}),
        "one more": safetensors.numpy.save(arrays_of(SMALL) | {"x": np.zeros(3, np.float32)}),
        "another network": file_of(replace(SMALL, hidden_sizes=(8, 5))),
        "an unknown type": header(x={"dtype": "Q9", "shape": [1], "data_offsets": [0, size]})
        + bytes(size),
    }


@pytest.mark.parametrize("kind", hostile_files())
def test_damaged_and_hostile_files_are_refused_in_a_sentence(store: RunStore, kind: str) -> None:
    run_id = store.runs.create([SMALL])
    row = {"run_id": run_id, "curve": 0, "payload": hostile_files()[kind]}
    with store._database.transaction() as connection:
        connection.execute(sa.insert(weights).values(row))
    with pytest.raises(WeightsError, match=r"damaged|of another network") as told:
        store.weights.get(run_id, 0)
    assert str(told.value).endswith(".")


@given(st.integers(0, 600), st.binary(min_size=1, max_size=8))
def test_a_file_with_any_bytes_changed_is_read_or_refused(place: int, written: bytes) -> None:
    file = bytearray(file_of(SMALL))
    file[place : place + len(written)] = written
    try:
        arrays = read_weights(bytes(file), SMALL)
    except WeightsError:
        return
    assert {name: array.shape for name, array in arrays.items()} == weight_shapes(SMALL)


def test_reading_weights_imports_no_torch(store: RunStore) -> None:
    run_id = store.runs.create([SMALL])
    store.records.append(run_id, [final_weights(0, 1, arrays_of(SMALL))])
    program = (
        "import sys\n"
        "from explorer.store.run_store import RunStore\n"
        "print(len(RunStore().weights.get(sys.argv[1], 0)), 'torch' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, run_id], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.split() == ["6", "False"], done.stderr
