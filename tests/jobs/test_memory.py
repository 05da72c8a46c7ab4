"""Free memory by machine and control group, and races that do not fit into it."""

from __future__ import annotations

import gc
import os
import sys
import weakref
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import torch

from explorer.jobs import launcher, memory
from explorer.runs.config import ConfigError, TrainingConfig
from explorer.runs.sweep_grid import bytes_per_curve
from explorer.store.run_store import RunStore
from explorer.trainer import executor as executor_module
from explorer.trainer.data import TrainingData
from explorer.trainer.executor import Executor
from tests.runs.sample_records import MARK, Seen

GIB = 2**30
HUGE = TrainingConfig(dataset="digits", device="cpu", hidden_sizes=(4096,) * 6, batch_size=10_000)


@pytest.fixture
def system(tmp_path: Path) -> tuple[Path, Path]:
    """Return folders that stand for /proc and /sys/fs/cgroup, both empty."""
    for name in ("proc/self", "groups"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path / "proc", tmp_path / "groups"


def write(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n")


def test_without_a_group_the_machines_free_memory_counts(system: tuple[Path, Path]) -> None:
    free = psutil.virtual_memory().available
    assert memory.available_bytes(*system) == pytest.approx(free, rel=0.2)


@pytest.mark.parametrize("inner", ["the/app", ""])
def test_a_limit_of_version_2_counts_wherever_it_stands_above(
    system: tuple[Path, Path], inner: str
) -> None:
    proc, groups = system
    write(proc / "self", cgroup="0::/the/app")
    # In a container the path may be one of the machine outside.
    write(groups / inner, memory__max="max", memory__current=5, memory__stat="inactive_file 0")
    above = (groups / inner).parent if inner else groups
    write(above, memory__max=3 * 2**20, memory__current=2 * 2**20)
    write(above, memory__stat=f"anon 5\ninactive_file {2**19}\nactive_file 7")
    assert memory.available_bytes(*system) == 1.5 * 2**20


def test_a_limit_of_version_1_counts(system: tuple[Path, Path]) -> None:
    proc, groups = system
    write(proc / "self", cgroup="5:cpu:/\n4:memory:/app\n0::/")
    write(groups / "memory", memory__limit_in_bytes=2**63 - 4096, memory__usage_in_bytes=1)
    write(groups / "memory/app", memory__limit_in_bytes=2**20, memory__usage_in_bytes=3 * 2**18)
    write(groups / "memory/app", memory__stat="total_inactive_file 0")
    assert memory.available_bytes(*system) == 2**18


def test_a_group_that_is_over_its_limit_has_nothing_left(system: tuple[Path, Path]) -> None:
    write(system[0] / "self", cgroup="0::/")
    write(system[1], memory__max=100, memory__current=200, memory__stat="inactive_file 0")
    assert memory.available_bytes(*system) == 0.0


def test_ends_for_want_of_memory_are_counted_by_machine_and_group(
    system: tuple[Path, Path],
) -> None:
    assert memory.oom_kills(*system) is None
    write(system[0], vmstat="oom_kill 4\npgfault 9")
    assert memory.oom_kills(*system) == 4
    write(system[0] / "self", cgroup="0::/\n4:memory:/app")
    write(system[1], memory__events="oom 7\noom_kill 2\noom_group_kill 0")
    write(system[1] / "memory/app", memory__oom_control="under_oom 0\noom_kill 3")
    assert memory.oom_kills(*system) == 9


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has the score")
def test_a_worker_offers_itself_to_be_ended_first() -> None:
    if pid := os.fork():
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        return
    memory.offer_to_be_ended()
    os._exit(Path("/proc/self/oom_score_adj").read_text().strip() != "500")


def test_a_race_that_fits_is_let_through_and_what_is_not_known_too() -> None:
    assert memory.shortage([TrainingConfig()] * 8, 8 * GIB) == ""
    assert memory.shortage([HUGE] * 7, None) == ""


def test_a_race_that_does_not_fit_is_refused_with_figures() -> None:
    one = bytes_per_curve(HUGE)
    assert one == pytest.approx(2.8 * GIB, rel=0.1)
    words = memory.shortage([HUGE] * 7, 3.5 * one)
    assert words == (
        f"These 7 networks need about {7 * one / GIB:.1f} GiB of memory to train, and "
        f"{3.5 * one / GIB:.1f} GiB are free: choose fewer curves, smaller hidden layers or "
        "smaller batches. The first 3 of them would fit: train the others in another race."
    )
    assert "The first of them would fit" in memory.shortage([HUGE] * 2, 1.5 * one)
    alone = memory.shortage([HUGE], 2**28)
    assert alone.startswith("This network needs about 2.8 GiB")
    assert "256 MiB are free" in alone
    assert "would fit" not in alone


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_train_refuses_a_race_that_the_machine_has_no_memory_for(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 8.0 * GIB)
    with pytest.raises(ConfigError, match=r"These 7 networks need about 19\.\d GiB.*8\.0 GiB"):
        launcher.start([replace(HUGE, device=device)] * 7, store=store)
    assert store.runs.list() == []


def test_a_worker_looks_once_more_before_it_begins(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = store.runs.create([HUGE] * 7)
    monkeypatch.setattr(memory, "available_bytes", lambda: 8.0 * GIB)
    Executor(store).execute(store.runs.claim_next(MARK))
    run = store.runs.get(run_id)
    assert run.status == "failed"
    assert "8.0 GiB are free" in run.error


def test_an_idle_worker_gives_the_images_back_and_makes_them_again(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[weakref.ref[torch.Tensor]] = []

    def prepare(*given: object) -> TrainingData:
        data = make_data(*given)
        prepared.append(weakref.ref(data.train_images))
        return data

    make_data = executor_module.prepare
    monkeypatch.setattr(executor_module, "prepare", prepare)
    executor = Executor(store)
    short = TrainingConfig(dataset="digits", device="cpu", hidden_sizes=(20,), epochs=1)

    def run() -> list[float]:
        run_id = store.runs.create([short])
        executor.execute(store.runs.claim_next(MARK))
        assert store.runs.get(run_id).status == "finished"
        return Seen(store.records.read(run_id).curves[0]).losses.tolist()

    first = run()
    assert first == run()
    assert len(prepared) == 1
    executor.let_go()
    gc.collect()
    assert prepared[0]() is None
    executor.let_go()
    assert first == run()
    assert len(prepared) == 2
