"""The NVIDIA GPUs of this machine, asked of their driver: nothing here needs torch."""

from __future__ import annotations

import functools
import os
from collections import Counter
from dataclasses import dataclass

import pynvml

VISIBLE_VARIABLE = "CUDA_VISIBLE_DEVICES"


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU.

    Attributes:
        uuid: As the driver and CUDA both name it, "GPU-…".
        name: Name of the model.
    """

    uuid: str
    name: str


def visible_gpus() -> tuple[Gpu, ...]:
    """Return the GPUs that a training here may use: all, or those of CUDA_VISIBLE_DEVICES."""
    return _visible(os.environ.get(VISIBLE_VARIABLE))


def said() -> str:
    """Name the GPUs in words, "2 × NVIDIA H100"; "" where there is none."""
    counts = Counter(gpu.name for gpu in visible_gpus())
    return ", ".join(f"{count} × {name}" if count > 1 else name for name, count in counts.items())


def free_memory() -> str:
    """Say what is free on each GPU, "71.2 GiB free on NVIDIA H100"; "" where there is none."""
    free = [(gpu.name, free_bytes(gpu.uuid)) for gpu in visible_gpus()]
    return ", ".join(
        f"{count / 2**30:,.1f} GiB free on {name}" for name, count in free if count is not None
    )


def free_bytes(uuid: str) -> int | None:
    """Return the memory of a GPU that no process has taken; None where the driver does not say.

    CUDA would tell the same, and take some hundred megabytes of every GPU that it was asked about.
    """
    try:
        pynvml.nvmlInit()
        return int(pynvml.nvmlDeviceGetMemoryInfo(pynvml.nvmlDeviceGetHandleByUUID(uuid)).free)
    except pynvml.NVMLError:
        return None


@functools.lru_cache(maxsize=4)
def _visible(chosen: str | None) -> tuple[Gpu, ...]:
    every = _all()
    if chosen is None:
        return every
    found: list[Gpu] = []
    for text in chosen.split(","):
        gpu = _named(text.strip(), every)
        # CUDA shows those before the first that is not there.
        if gpu is None or gpu in found:
            break
        found.append(gpu)
    return tuple(found)


def _named(text: str, every: tuple[Gpu, ...]) -> Gpu | None:
    if text.isdecimal():
        return every[int(text)] if int(text) < len(every) else None
    own = [gpu for gpu in every if text and gpu.uuid.startswith(text)]
    return own[0] if len(own) == 1 else None


def _all() -> tuple[Gpu, ...]:
    try:
        pynvml.nvmlInit()
        handles = map(pynvml.nvmlDeviceGetHandleByIndex, range(pynvml.nvmlDeviceGetCount()))
        return tuple(
            Gpu(pynvml.nvmlDeviceGetUUID(handle), pynvml.nvmlDeviceGetName(handle))
            for handle in handles
        )
    except pynvml.NVMLError:
        # No GPU, no driver, or one that cannot be asked.
        return ()
