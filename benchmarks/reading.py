"""How long, and in how much memory, a large table of curves is read: against pandas.

    python benchmarks/reading.py [--json] [--rounds 5] [--rows 1000000]

A table of three columns, step and two losses of 17 digits, is read by `read_curves` into curves
and by `pandas.read_csv` into a frame, in turn; the best round of each counts. The same is
reported for the table as a German spreadsheet writes it, with quoted cells, and as JSON lines.

Memory is measured in a process of its own that holds the file's bytes already: the highest
resident memory while the file is read, less that before.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.exchange.reading import read_curves

# Reads a small file first, so that the libraries are there before memory is measured.
_IN_A_PROCESS = """
import sys, threading, time
from pathlib import Path
import psutil
sys.path.insert(0, sys.argv[1])
from explorer.exchange.reading import read_curves
read_curves(b"step,loss\\n0,1\\n1,2\\n", "small.csv")
content = Path(sys.argv[2]).read_bytes()
process = psutil.Process()
before = highest = process.memory_info().rss
done = threading.Event()
def watch():
    global highest
    while not done.wait(0.002):
        highest = max(highest, process.memory_info().rss)
watcher = threading.Thread(target=watch)
watcher.start()
reading = read_curves(content, Path(sys.argv[2]).name)
done.set()
watcher.join()
assert len(reading.curves[0].data.series) == 2
print((max(highest, process.memory_info().rss) - before) / 2**20)
"""


def tables(rows: int) -> dict[str, bytes]:
    """Return the same numbers in several layouts, by what they are called."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "step": np.arange(rows),
            "train_loss": random.random(rows),
            "val_loss": random.random(rows),
        }
    )
    return {
        "plain.csv": frame.to_csv(index=False).encode(),
        "quoted.csv": frame.to_csv(index=False, quoting=1).encode(),
        "german.csv": frame.to_csv(index=False, sep=";", decimal=",").encode(),
        "lines.jsonl": frame[: rows // 4].to_json(orient="records", lines=True).encode(),
    }


def best(action: Callable[[], object], rounds: int) -> float:
    """Return the seconds of the fastest of several rounds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return min(times)


def memory(name: str, content: bytes) -> float:
    """Return the MiB that reading takes beside the file's bytes and the libraries."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        root = str(Path(__file__).resolve().parents[1])
        done = subprocess.run(
            [sys.executable, "-c", _IN_A_PROCESS, root, str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
    return float(done.stdout)


def main() -> None:
    """Measure, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    every = tables(given.rows)
    plain = every["plain.csv"]
    frame = best(lambda: pd.read_csv(io.BytesIO(plain)), given.rounds)
    figures: dict[str, object] = {"rows": given.rows, "pandas_seconds": frame}
    for name, content in every.items():
        seconds = best(lambda name=name, content=content: read_curves(content, name), given.rounds)
        figures[name] = {
            "megabytes": len(content) / 1e6,
            "seconds": seconds,
            "ratio_to_pandas_on_plain": seconds / frame,
            "memory_mib": memory(name, content),
        }
    if given.json:
        print(json.dumps(figures))
        return
    print(f"pandas.read_csv of {given.rows:,} rows x 3: {frame:.2f} s")
    for name in every:
        own = figures[name]
        print(
            f"{name:12} {own['megabytes']:5.0f} MB  {own['seconds']:5.2f} s  "
            f"{own['ratio_to_pandas_on_plain']:5.2f} x pandas  {own['memory_mib']:5.0f} MiB"
        )


if __name__ == "__main__":
    main()
