"""The script in plain PyTorch gives the curves of the trainer."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from explorer.exchange.column_mapping import kept_curves, loss_of, was_written_here
from explorer.exchange.errors import ExportRefused
from explorer.exchange.exported import ExportedCurve
from explorer.exchange.reading import ReadCurve, read_curves
from explorer.exchange.script_export import export_script, why_not
from explorer.runs.config import INIT_LABELS, LOSS_LABELS, OPTIMIZER_LABELS, TrainingConfig
from explorer.runs.records import Environment, by_curve
from explorer.runs.run import Control
from explorer.runs.series import CurveData
from explorer.trainer.data import load_source, prepare
from explorer.trainer.loop import train
from tests.exchange.sample_curves import make_curve, make_row
from tests.runs.sample_records import Seen, make_info

TOLERANCE = 1e-5
"""Relative, of every loss: autograd and the hand-written backward pass round differently, and
what they lose is a few units in the seventh digit."""

COMMON = {"dataset": "digits", "device": "cpu", "batch_size": 64, "epochs": 2}
CONFIGS = (
    TrainingConfig(learning_rate=0.05, seed=7, **COMMON),
    TrainingConfig(init="pytorch", optimizer="adam", learning_rate=0.001, **COMMON),
    TrainingConfig(
        loss="softmax_squared_error", init="xavier_normal", optimizer="adam", seed=2**31 - 1,
        learning_rate=0.002, hidden_sizes=(40, 30, 20), **COMMON,
    ),
    TrainingConfig(
        loss="raw_squared_error", init="xavier_normal", momentum=0.9, output_relu=True, **COMMON
    ),
    TrainingConfig(
        loss="multiclass_hinge", init="normal", hidden_sizes=(), learning_rate=0.001,
        momentum=0.5, **COMMON,
    ),
    TrainingConfig(output_relu=True, name='A "name"\\ with\n\'traps\' {é}', **COMMON),
    TrainingConfig(loss="raw_squared_error", init="normal", learning_rate=1.0, **COMMON),
)  # fmt: skip
RATE_CHANGE_STEP, NEW_RATE = 12, 0.2
STOPPED_AFTER = 31


@pytest.fixture(scope="module")
def _as_in_a_worker() -> Iterator[None]:
    """Compute in one thread, small numbers flushed to zero, and leave neither to other tests."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    yield
    torch.set_flush_denormal(False)
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def recorded(_as_in_a_worker: None) -> list[ExportedCurve]:
    """What the trainer makes of the configs; the last curve but one of them is stopped early."""
    source = load_source("digits")
    data = prepare(source.images)
    facts = make_info(
        dataset="digits", data_md5=source.md5, train_images=1437, test_images=360, threads=1,
        versions={"torch": torch.__version__},
    )  # fmt: skip
    environment = Environment.from_facts(facts.facts_json())

    def new_rates() -> Iterator[Control]:
        for _ in range(RATE_CHANGE_STEP - 1):
            yield Control()
        while True:
            yield Control(learning_rates={0: NEW_RATE})

    def stopping() -> Iterator[Control]:
        for _ in range(STOPPED_AFTER):
            yield Control()
        while True:
            yield Control(stop=True)

    curves = []
    for place, config in enumerate(CONFIGS):
        asked = {0: new_rates(), 5: stopping()}.get(place)
        control = (lambda asked=asked: next(asked)) if asked else Control
        (records,) = by_curve(train([config], data, control), 1)
        row = make_row(
            config=config, environment=environment, curve=place,
            status="stopped" if place == 5 else "finished",
        )  # fmt: skip
        curves.append(ExportedCurve(row, records, config.name or f"curve {place}"))
    return curves


@pytest.fixture(scope="module")
def script(recorded: list[ExportedCurve]) -> bytes:
    return export_script(recorded)


@pytest.fixture(scope="module")
def repeated(
    script: bytes, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[ReadCurve, CurveData]]:
    """What the script makes of them, run where nothing of this app can be imported."""
    folder = tmp_path_factory.mktemp("script")
    (folder / "repeat.py").write_bytes(script)
    done = subprocess.run(
        [sys.executable, "-I", "repeat.py"], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "Note:" not in done.stdout
    (table,) = folder.glob("*.csv")
    curves = read_curves(table.read_bytes(), table.name).curves
    assert was_written_here(curves)
    return list(zip(curves, kept_curves(curves, None), strict=True))


def test_the_configs_leave_no_choice_out():
    for field, choices in (
        ("loss", LOSS_LABELS),
        ("init", INIT_LABELS),
        ("optimizer", OPTIMIZER_LABELS),
    ):
        assert {getattr(config, field) for config in CONFIGS} == set(choices)
    assert {config.output_relu for config in CONFIGS} == {True, False}


@pytest.mark.parametrize("place", range(len(CONFIGS)))
def test_the_script_gives_the_same_curve(place, recorded, repeated):
    read, kept = repeated[place]
    before, after = Seen(recorded[place].data), Seen(kept)
    assert read.label == recorded[place].label
    assert loss_of(kept) == CONFIGS[place].loss
    np.testing.assert_array_equal(after.steps, before.steps)
    np.testing.assert_allclose(after.losses, before.losses, rtol=TOLERANCE)
    full = [one for one in before.evaluations if one.full]
    assert [one.step for one in after.evaluations] == [one.step for one in full]
    for ours, own in zip(full, after.evaluations, strict=True):
        assert own.accuracy == pytest.approx(ours.accuracy, abs=1e-6)
        assert own.losses["cross_entropy"] == pytest.approx(ours.losses["cross_entropy"], rel=1e-4)


def test_the_curves_differ_enough_for_that_to_mean_something(recorded):
    every = [Seen(curve.data) for curve in recorded]
    ends = [curve.losses[-1] for curve in every]
    assert len({f"{end:.3f}" for end in ends}) == len(ends)
    assert every[0].learning_rates == {RATE_CHANGE_STEP: NEW_RATE}
    assert every[5].steps.size == STOPPED_AFTER
    assert every[6].diverged_at is not None
    assert every[6].steps.size < every[0].steps.size


def test_the_script_is_clean_and_needs_four_packages(script, tmp_path):
    (tmp_path / "script.py").write_bytes(script)
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "100",
         "--select", "E,F,I,B,SIM", "--ignore", "B905", "script.py"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    imported = {
        (node.module or "" if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported - set(sys.stdlib_module_names) == {"numpy", "sklearn", "torch"}


def test_a_script_on_mnist_loads_mnist_and_only_what_its_curves_need():
    facts = make_info(dataset="mnist").facts_json()
    curve = make_curve(environment=Environment.from_facts(facts))
    text = export_script([curve]).decode()
    compile(text, "script", "exec")
    assert "datasets.MNIST" in text
    for other in ("sklearn", "multiclass_hinge", "adam", "pytorch_default"):
        assert other not in text.partition("DEVICE =")[2]


def test_what_cannot_be_repeated_is_said():
    known = make_row()
    on = {"dataset": "digits", "train_images": 1437, "test_images": 360}
    cuda = Environment.from_facts(make_info(device="cuda", **on).facts_json())
    other = Environment.from_facts(make_info(data_md5="1" * 32, **on).facts_json())
    for rows, reason in (
        ([make_row(config=None)], "made elsewhere"),
        ([make_row(environment=None)], "has begun"),
        ([known, make_row(environment=other)], "data set"),
        ([known, make_row(environment=cuda)], "device"),
    ):
        assert reason in why_not(rows)
    assert why_not([known]) == ""
    with pytest.raises(ExportRefused, match="Choose a curve"):
        export_script([])
    with pytest.raises(ExportRefused, match="made elsewhere"):
        export_script([make_curve(config=None)])
