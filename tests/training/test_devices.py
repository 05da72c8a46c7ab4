from __future__ import annotations

import pytest
import torch

from explorer.training import devices
from explorer.training.devices import DeviceError


def test_a_device_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert devices.choose_device("auto") == torch.device("cpu")
    for name in ("cuda", "mps"):
        with pytest.raises(DeviceError, match=f"no {name} device"):
            devices.choose_device(name)


def test_a_gpu_is_taken_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert devices.choose_device("auto") == torch.device("cuda")
    assert devices.choose_device("cpu") == torch.device("cpu")


def test_threads_are_a_setting_and_leave_the_server_a_core(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(devices.sys, "platform", "linux")
    monkeypatch.setattr(devices.os, "sched_getaffinity", lambda _: set(range(4)), raising=False)
    monkeypatch.delenv("EXPLORER_THREADS")
    assert devices.choose_threads() == 3
    monkeypatch.setenv("EXPLORER_THREADS", "2")
    assert devices.choose_threads() == 2
    for text in ("0", "two", ""):
        monkeypatch.setenv("EXPLORER_THREADS", text)
        with pytest.raises(DeviceError, match="EXPLORER_THREADS must be a whole number"):
            devices.choose_threads()


def test_the_processor_has_a_name() -> None:
    assert devices.device_name(torch.device("cpu")).strip()
    assert devices.device_memory_bytes(torch.device("cpu")) is None
    assert devices.versions()["torch"] == torch.__version__
