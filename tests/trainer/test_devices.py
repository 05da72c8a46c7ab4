from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest
import torch

from explorer.trainer import devices
from explorer.trainer.devices import DeviceError


def test_a_device_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert devices.choose_device("auto") == torch.device("cpu")
    for name in ("cuda", "mps"):
        with pytest.raises(DeviceError, match=f"no {name} device"):
            devices.choose_device(name)


def test_a_gpu_is_taken_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
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


def test_tf32_is_a_setting_off_by_default_and_told_with_the_device(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA H100")
    matmul = torch.backends.cuda.matmul
    before = matmul.fp32_precision
    try:
        for text, precision, name in (
            (None, "ieee", "NVIDIA H100"),
            ("1", "tf32", "NVIDIA H100, TF32 products"),
            ("0", "ieee", "NVIDIA H100"),
        ):
            if text is not None:
                monkeypatch.setenv("EXPLORER_TF32", text)
            assert devices.use_tf32() == (precision == "tf32")
            assert matmul.fp32_precision == precision
            assert devices.device_name(torch.device("cuda")) == name
        monkeypatch.setenv("EXPLORER_TF32", "yes")
        with pytest.raises(DeviceError, match="EXPLORER_TF32 must be 0 or 1, not 'yes'"):
            devices.use_tf32()
    finally:
        matmul.fp32_precision = before


def test_the_processor_has_a_name() -> None:
    assert devices.device_name(torch.device("cpu")).strip()
    assert devices.device_memory_bytes(torch.device("cpu")) is None
    assert devices.versions()["torch"] == torch.__version__


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((devices._PROJECT / "pyproject.toml").read_text())["project"]
    assert devices.versions()["explorer"] == project["version"]


def test_the_revision_is_the_commit_and_says_when_files_were_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*arguments: str) -> str:
        named = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        command = ["git", *named, *arguments]
        return subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    def revision() -> str:
        devices.git_revision.cache_clear()
        return devices.git_revision()

    app = tmp_path / "app"
    app.mkdir()
    git("init", "--quiet")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "--quiet", "--message=first")
    git("tag", "v1")
    monkeypatch.setattr(devices, "_PROJECT", app)
    assert revision() == ""
    monkeypatch.setattr(devices, "_PROJECT", tmp_path)
    assert revision() == git("rev-parse", "HEAD")
    (tmp_path / "file").write_text("2")
    assert revision() == git("rev-parse", "HEAD") + "-dirty"
    monkeypatch.setenv("PATH", "")
    assert revision() == ""
    devices.git_revision.cache_clear()
