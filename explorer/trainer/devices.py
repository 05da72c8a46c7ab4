"""Choosing the device and the number of threads, and naming what a run ran on."""

from __future__ import annotations

import functools
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

import explorer
from explorer.jobs import gpus, memory

THREADS_VARIABLE = "EXPLORER_THREADS"
TF32_VARIABLE = "EXPLORER_TF32"

_ALIKE_BYTES = 2**30
"""GPUs whose free memory differs by less are equally free; a process takes half of it to begin."""
_PROJECT = Path(__file__).resolve().parents[2]


class DeviceError(ValueError):
    """A device that is not there; its text is a plain sentence."""


def choose_device(wanted: str, slot: int = 0) -> torch.device:
    """Return the device for a config's `device`; of several GPUs the one with most free memory.

    Args:
        wanted: Key of DEVICE_LABELS.
        slot: Number of the worker that asks. Workers that start together find all GPUs equally
            free, and each takes the one of its number.

    Raises:
        DeviceError: The device is not there.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        wanted = next((name for name, available in there.items() if available), "cpu")
    if not there.get(wanted, True):
        raise DeviceError(
            f"There is no {wanted} device that PyTorch can use on this machine: choose the device "
            "“Automatic” or “CPU”."
        )
    if wanted == "cuda" and torch.cuda.device_count() > 1:
        return torch.device("cuda", _freest_gpu(slot))
    return torch.device(wanted)


def _freest_gpu(slot: int) -> int:
    # What this process holds counts as free.
    count = torch.cuda.device_count()
    free = [_free_gpu_bytes(number) + torch.cuda.memory_reserved(number) for number in range(count)]
    own = slot % count
    return own if free[own] > max(free) - _ALIKE_BYTES else free.index(max(free))


def _free_gpu_bytes(number: int) -> int:
    free = gpus.free_bytes(f"GPU-{torch.cuda.get_device_properties(number).uuid}")
    return torch.cuda.mem_get_info(number)[0] if free is None else free


def choose_threads() -> int:
    """Return the number of CPU threads of a worker: EXPLORER_THREADS, else all cores but one.

    A thread too many costs far more than it gives: each waits for all at every product, and the
    server needs a core.

    Raises:
        DeviceError: EXPLORER_THREADS is not a whole number of at least 1.
    """
    text = os.environ.get(THREADS_VARIABLE)
    if text is None:
        cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
        return max(1, cores - 1)
    if not text.isdecimal() or int(text) < 1:
        raise DeviceError(f"{THREADS_VARIABLE} must be a whole number of at least 1, not {text!r}.")
    return int(text)


def use_tf32(wanted: bool | None = None) -> bool:
    """Choose how an NVIDIA GPU multiplies matrices of float32.

    TF32 keeps 10 bits of each factor's 23 and is faster for many networks at a time. It is no
    default: a GPU's curves should match a processor's up to rounding.

    Args:
        wanted: Whether to use TF32; by default as EXPLORER_TF32 says, 0 or 1.

    Returns:
        Whether TF32 is used.

    Raises:
        DeviceError: EXPLORER_TF32 is neither.
    """
    if wanted is None:
        text = os.environ.get(TF32_VARIABLE, "0")
        if text not in ("0", "1"):
            raise DeviceError(f"{TF32_VARIABLE} must be 0 or 1, not {text!r}.")
        wanted = text == "1"
    torch.backends.cuda.matmul.fp32_precision = "tf32" if wanted else "ieee"
    return wanted


def device_name(device: torch.device) -> str:
    """Return the name of the processor or GPU, and how the GPU multiplies unless exactly."""
    if device.type == "cuda":
        tf32 = torch.backends.cuda.matmul.fp32_precision == "tf32"
        return torch.cuda.get_device_name(device) + (", TF32 products" if tf32 else "")
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def free_memory_bytes(device: torch.device) -> float:
    """Return the memory that a training on a device could use now, in bytes."""
    if device.type == "cuda":
        return float(torch.cuda.mem_get_info(device)[0])
    # A device that shares the machine's memory can use what the machine has left.
    return memory.available_bytes()


def device_memory_bytes(device: torch.device) -> int | None:
    """Return the memory of a GPU; None for a device that shares the machine's."""
    if device.type != "cuda":
        return None
    return torch.cuda.get_device_properties(device).total_memory


def versions() -> Mapping[str, str]:
    """Return the versions that decide a run's numbers."""
    return {
        "explorer": explorer.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "platform": platform.platform(),
    }


@functools.cache
def git_revision() -> str:
    """Return the commit that the app runs from, with "-dirty" behind it where files were changed.

    Returns:
        "" where the app's own folder is no git checkout, or there is no git.
    """
    # Of a checkout around it, such as a home folder's, the revision would say nothing.
    if not (_PROJECT / ".git").exists():
        return ""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=_PROJECT, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
