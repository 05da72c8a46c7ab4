"""What following folders costs: idle, while files appear, and while all of them grow.

    python benchmarks/watching.py [--json] [--files 200] [--rows 1667]

A folder with as many trainings as Keras, Lightning, TensorBoard and home-made JSON lines write in
turn, each of three series, is followed by the watcher and its reader. Reported are: the time until
all are in the store; the part of a core that both processes take while nothing changes, over
twenty seconds; the time from the first write of a new file to its run in the store, the longest of
ten; the part of a core, and the longest time from a line to the store, while one line is appended
to each file every second; and the memory of both processes.

Baseline of the idle share: a process that sleeps and looks at every file once a second with
`os.stat`, in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.exchange.event_files import Event, framed
from explorer.jobs import worker_processes
from explorer.store.run_store import RunStore
from explorer.watching import launch

_IDLE_SECONDS, _GROWING_SECONDS = 20.0, 20.0
_STATTING = """
import os, sys, time
files = [os.path.join(folder, name) for folder, _, names in os.walk(sys.argv[1]) for name in names]
while True:
    for file in files:
        os.stat(file)
    time.sleep(1)
"""


def line(kind: int, step: int) -> bytes:
    """Return what a training of a kind writes at one step."""
    loss = 2.3 / (1 + 0.01 * step)
    if kind == 0:
        return f"{step},{loss!r},{loss + 0.1!r},{1 / (1 + loss)!r}\n".encode()
    if kind == 1:
        return (
            json.dumps({"step": step, "loss": loss, "val_loss": loss + 0.1, "acc": 0.5}).encode()
            + b"\n"
        )
    events = []
    for tag, value in (("loss", loss), ("val_loss", loss + 0.1), ("acc", 0.5)):
        event = Event(wall_time=1.7e9 + step, step=step)
        event.summary.value.add(tag=tag.encode(), simple_value=value)
        events.append(event)
    return framed(events)


def begin(folder: Path, place: int) -> Path:
    """Return the file of a training, with what stands before its first step."""
    kind = place % 3
    name = ("metrics.csv", "log.jsonl", f"events.out.tfevents.{place}.host")[kind]
    file = folder / f"group{place % 10}" / f"run{place:03d}" / name
    file.parent.mkdir(parents=True)
    first = (b"step,loss,val_loss,acc\n", b"", framed([Event(file_version=b"brain.Event:2")]))
    file.write_bytes(first[kind])
    return file


def append(file: Path, place: int, steps: range) -> None:
    """Write some steps of a training."""
    with file.open("ab") as opened:
        opened.write(b"".join(line(place % 3, step) for step in steps))


def processes(pid: int) -> list[psutil.Process]:
    """Return the watcher and what it started."""
    watcher = psutil.Process(pid)
    return [watcher, *watcher.children(recursive=True)]


def share(which: list[psutil.Process], seconds: float) -> float:
    """Return the part of a core that processes take over a time."""

    def used() -> float:
        return sum(sum(one.cpu_times()[:2]) for one in which)

    before, begun = used(), time.perf_counter()
    time.sleep(seconds)
    return (used() - before) / (time.perf_counter() - begun)


def points(store: RunStore) -> int:
    """Return how many measurements are in the store."""
    return sum(one.num_points for one in store.watched.list())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1667)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        store = RunStore(f"sqlite:///{home}/store/runs.sqlite3")
        try:
            found = measured(store, Path(home), asked.files, asked.rows)
        finally:
            launch.end_watcher(store)
    for name, value in found.items():
        print(f"{name:<52}{value:>12.4g}")
    if asked.json:
        print(json.dumps(found))


def measured(store: RunStore, home: Path, count: int, rows: int) -> dict[str, float]:
    """Return everything that is reported, by name with its unit."""
    folder = home / "runs"
    files = [begin(folder, place) for place in range(count)]
    for place, file in enumerate(files):
        append(file, place, range(rows))
    os.environ["EXPLORER_WATCH"] = str(folder)
    begun = time.perf_counter()
    launch.ensure_watcher(store)
    while points(store) < 3 * count * rows:
        time.sleep(0.05)
    found = {"points": float(points(store)), "all read, s": time.perf_counter() - begun}
    pid = worker_processes.started_here(store, launch.NAME).pid
    time.sleep(3)
    statting = subprocess.Popen([sys.executable, "-c", _STATTING, str(folder)])
    try:
        time.sleep(1)
        found["idle, share of a core"] = share(processes(pid), _IDLE_SECONDS)
        found["os.stat of each file a second, share of a core"] = share(
            [psutil.Process(statting.pid)], _IDLE_SECONDS
        )
    finally:
        statting.kill()
        statting.wait()
    found["both processes, MiB"] = sum(one.memory_info().rss for one in processes(pid)) / 2**20
    waits = []
    for place in range(count, count + 10):
        before = len(store.watched.list())
        begun = time.perf_counter()
        append(begin(folder, place), place, range(20))
        while len(store.watched.list()) == before:
            time.sleep(0.02)
        waits.append(time.perf_counter() - begun)
    found["a new file until its run is there, longest, s"] = max(waits)
    found |= growing(store, files, rows, pid)
    return found


def growing(store: RunStore, files: list[Path], rows: int, pid: int) -> dict[str, float]:
    """Return what it costs, and how late lines are, while all files grow."""
    which = processes(pid)
    before, begun = sum(sum(one.cpu_times()[:2]) for one in which), time.perf_counter()
    late = 0.0
    for step in range(rows, rows + int(_GROWING_SECONDS)):
        written = time.perf_counter()
        already = points(store)
        for place, file in enumerate(files):
            append(file, place, range(step, step + 1))
        while points(store) < already + 3 * len(files) and time.perf_counter() < written + 10:
            time.sleep(0.05)
        late = max(late, time.perf_counter() - written)
        time.sleep(max(0.0, 1 - (time.perf_counter() - written)))
    used = sum(sum(one.cpu_times()[:2]) for one in which) - before
    return {
        "all growing, share of a core": used / (time.perf_counter() - begun),
        "a line in each file until all are there, longest, s": late,
    }


if __name__ == "__main__":
    main()
