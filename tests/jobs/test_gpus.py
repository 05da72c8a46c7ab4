from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from explorer.jobs import gpus, worker_processes
from explorer.jobs.gpus import Gpu
from explorer.trainer import devices

FOUR = [("GPU-a0", "Card A"), ("GPU-a1", "Card A"), ("GPU-b0", "Card B"), ("GPU-b1", "Card A")]


class NoDriverError(Exception):
    pass


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch):
    """Let the driver tell of some cards; without an argument of none, as where there is none."""

    def tell(
        cards: list[tuple[str, str]] | None = None, free: dict[str, int] | None = None
    ) -> None:
        def found() -> None:
            if cards is None:
                raise NoDriverError

        def memory(uuid: str) -> SimpleNamespace:
            if uuid not in (free or {}):
                raise NoDriverError
            return SimpleNamespace(free=free[uuid])

        told = SimpleNamespace(
            NVMLError=NoDriverError,
            nvmlInit=found,
            nvmlDeviceGetCount=lambda: len(cards),
            nvmlDeviceGetHandleByIndex=lambda index: cards[index],
            nvmlDeviceGetHandleByUUID=lambda uuid: uuid,
            nvmlDeviceGetUUID=lambda card: card[0],
            nvmlDeviceGetName=lambda card: card[1],
            nvmlDeviceGetMemoryInfo=memory,
        )
        monkeypatch.setattr(gpus, "pynvml", told)
        gpus._visible.cache_clear()

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    yield tell
    gpus._visible.cache_clear()


def test_without_a_driver_there_is_no_gpu_and_one_worker(driver) -> None:
    driver(None)
    assert gpus.visible_gpus() == ()
    assert gpus.free_bytes("GPU-a0") is None
    assert worker_processes.max_workers() == 1


@pytest.mark.parametrize(
    ("chosen", "seen"),
    [
        ("0,2", [0, 2]),
        ("3", [3]),
        ("", []),
        ("-1", []),
        ("1,9,0", [1]),
        ("GPU-b0,GPU-a1", [2, 1]),
        ("GPU-a", []),
        ("2,2", [2]),
    ],
)
def test_only_the_cards_that_cuda_shows_count(driver, monkeypatch, chosen, seen) -> None:
    driver(FOUR)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", chosen)
    assert gpus.visible_gpus() == tuple(Gpu(*FOUR[place]) for place in seen)


def test_the_free_memory_of_each_card_is_said(driver, monkeypatch) -> None:
    driver(FOUR, {uuid: 2**30 * (place + 1) for place, (uuid, _) in enumerate(FOUR)})
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,2")
    assert gpus.free_memory() == "1.0 GiB free on Card A, 3.0 GiB free on Card B"


def test_every_gpu_gets_a_worker_unless_their_number_is_set(driver, monkeypatch) -> None:
    driver(FOUR)
    assert worker_processes.max_workers() == 4
    monkeypatch.setenv("EXPLORER_MAX_WORKERS", "1")
    assert worker_processes.max_workers() == 1
    monkeypatch.delenv("EXPLORER_MAX_WORKERS")
    driver(FOUR[:1])
    assert worker_processes.max_workers() == 1


def _machine(monkeypatch: pytest.MonkeyPatch, held: list[int]) -> None:
    """Let torch see as many GPUs as there are numbers of bytes that this process holds."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(held))
    monkeypatch.setattr(torch.cuda, "memory_reserved", held.__getitem__)
    uuids = [uuid.removeprefix("GPU-") for uuid, _ in FOUR]
    properties = lambda number: SimpleNamespace(uuid=uuids[number])  # noqa: E731
    monkeypatch.setattr(torch.cuda, "get_device_properties", properties)


def test_of_several_gpus_the_one_with_most_free_memory_is_taken(driver, monkeypatch) -> None:
    gib = 2**30
    _machine(monkeypatch, [0, 0, 0])
    driver(FOUR, {"GPU-a0": 3 * gib, "GPU-a1": 60 * gib, "GPU-b0": 20 * gib})
    for slot in range(3):
        assert devices.choose_device("auto", slot) == torch.device("cuda", 1)
        assert devices.choose_device("cuda", slot) == torch.device("cuda", 1)


def test_workers_that_find_all_gpus_free_take_one_each_and_stay_with_it(
    driver, monkeypatch
) -> None:
    gib = 2**30
    _machine(monkeypatch, [0, 0, 0])
    driver(FOUR, dict.fromkeys(("GPU-a0", "GPU-a1", "GPU-b0"), 79 * gib))
    assert [devices.choose_device("auto", slot).index for slot in range(5)] == [0, 1, 2, 0, 1]
    # By now it holds the data and what CUDA itself takes.
    _machine(monkeypatch, [0, 4 * gib, 0])
    driver(FOUR, {"GPU-a0": 79 * gib, "GPU-a1": 74.5 * gib, "GPU-b0": 79 * gib})
    assert devices.choose_device("auto", 1).index == 1


def test_a_driver_that_does_not_tell_leaves_cuda_to_be_asked(driver, monkeypatch) -> None:
    _machine(monkeypatch, [0, 0])
    driver(FOUR, {})
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda number: (number * 2**33, 2**35))
    assert devices.choose_device("auto", 0).index == 1


def test_a_single_gpu_needs_no_number(driver, monkeypatch) -> None:
    _machine(monkeypatch, [0])
    assert str(devices.choose_device("auto", 3)) == "cuda"
