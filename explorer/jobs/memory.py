"""How much memory is free, by the machine and by what the process may use of it."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from explorer.runs.config import TrainingConfig
from explorer.runs.sweep_grid import bytes_per_curve

OUT_OF_MEMORY = (
    "There is not enough memory for this race: choose fewer curves, smaller hidden layers or "
    "smaller batches."
)

_SHARE = 0.9
"""Of the free memory that a race may take; the estimate is no more exact than that."""
_NO_LIMIT = 2**60
_OOM_SCORE = 500
_PROC, _GROUPS = Path("/proc"), Path("/sys/fs/cgroup")


def available_bytes(proc: Path = _PROC, groups: Path = _GROUPS) -> float:
    """Return the memory that this process could use now: the machine's, or less by its cgroup.

    Args:
        proc: Where the system tells of processes.
        groups: Where it tells of control groups, of version 1 or 2.
    """
    free = [float(psutil.virtual_memory().available)]
    for limit, used in _group_limits(proc, groups):
        free.append(max(0.0, float(limit - used)))
    return min(free)


def shortage(configs: Sequence[TrainingConfig], free_bytes: float | None) -> str:
    """Say in a plain sentence that a race does not fit into memory; "" where it does.

    Args:
        configs: One per curve.
        free_bytes: Free memory of the device; None where it is not known.
    """
    if free_bytes is None:
        return ""
    sizes = [bytes_per_curve(config) for config in configs]
    room = _SHARE * free_bytes
    if sum(sizes) <= room:
        return ""
    who = "This network needs" if len(sizes) == 1 else f"These {len(sizes)} networks need"
    fitting, total = 0, 0
    for size in sizes:
        total += size
        if total > room:
            break
        fitting += 1
    split = ""
    if fitting:
        split = f" The first {fitting} of them would fit: train the others in another race."
        split = split.replace("The first 1 of them", "The first of them")
    return (
        f"{who} about {_gib(sum(sizes))} of memory to train, and {_gib(free_bytes)} are free: "
        f"choose fewer curves, smaller hidden layers or smaller batches.{split}"
    )


def oom_kills(proc: Path = _PROC, groups: Path = _GROUPS) -> int | None:
    """Count the processes that the system has ended for lack of memory; None where it is not told.

    Both the machine's count and that of the own control group are in it: only a difference means
    something.
    """
    texts = []
    with contextlib.suppress(OSError):
        texts.append((proc / "vmstat").read_text())
    for folder in _group_folders(proc, groups):
        for name in ("memory.events", "memory.oom_control"):
            with contextlib.suppress(OSError):
                texts.append((folder / name).read_text())
    counts = [_field(text, "oom_kill") for text in texts]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def offer_to_be_ended() -> None:
    """Let the system, when memory runs out, end this process sooner than the server."""
    if sys.platform != "linux":
        return
    score = _PROC / "self" / "oom_score_adj"
    # Where the system does not allow it, things stay as they are without it.
    with contextlib.suppress(OSError, ValueError):
        if int(score.read_text()) < _OOM_SCORE:
            score.write_text(str(_OOM_SCORE))


def give_back_freed() -> None:
    """Return to the system what was freed, which the C library would keep for later."""
    if sys.platform == "linux":
        # Other C libraries than glibc have no such function, and keep less.
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)


def _group_limits(proc: Path, groups: Path) -> Iterator[tuple[int, int]]:
    """Yield limit and use in bytes of each control group around this process that has a limit."""
    for folder in _group_folders(proc, groups):
        for limit_name, used_name, cached in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            try:
                limit = (folder / limit_name).read_text().strip()
                if limit == "max" or int(limit) >= _NO_LIMIT:
                    continue
                used = int((folder / used_name).read_text())
                # Files that were read long ago make room for whatever needs it.
                given_back = _field((folder / "memory.stat").read_text(), cached) or 0
            except (OSError, ValueError):
                continue
            yield int(limit), max(0, used - given_back)


def _group_folders(proc: Path, groups: Path) -> list[Path]:
    """Return the folders of this process's control groups for memory, the innermost first."""
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            roots = [groups / "unified", groups]
        elif "memory" in controllers.split(","):
            roots = [groups / "memory", groups / controllers]
        else:
            continue
        inner = Path(path.strip("/"))
        for root in roots:
            # In a container the path may be that of the machine outside, and only the root is
            # there.
            within = [root / part for part in (inner, *inner.parents)]
            found += [folder for folder in within if folder.is_dir() and folder not in found]
    return found


def _field(text: str, name: str) -> int | None:
    for line in text.splitlines():
        key, _, value = line.partition(" ")
        if key == name and value.strip().isdecimal():
            return int(value)
    return None


def _gib(count: float) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**29 else f"{count / 2**20:,.0f} MiB"
