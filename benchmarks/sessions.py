"""Reaction time of the server under many sessions, over its own websocket.

    python benchmarks/sessions.py [--sessions 50] [--seconds 20] [--json]

Every session is a browser tab without the browser (`streamlit_client.py`). On the divergence page
each one changes q through the bar editor once a second, all of them spread over the second, and
asks for a preview of its plots as the editor does; on the live page each one watches the same
training run and refreshes once a second. What counts is the time from sending the request to
reading that the script finished. As in a browser, a session has one request under way: where the
server is late, its next edit waits for the answer.

Ours is what README's command serves. The same pages under default settings are an ordinary script
in the same environment, with Streamlit's own settings and nothing imported early. One server
runs at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import servers
from benchmarks.simulated_load import Load, drive, edit_q, refresh
from explorer.jobs import launcher
from explorer.runs.race_presets import RACE_PRESETS
from explorer.runs.run import WorkerId
from explorer.store.run_store import RunStore


@contextmanager
def live_run(store: RunStore) -> Iterator[str]:
    """Train two networks on the embedded digits for as long as the `with` block lasts."""
    configs = [
        replace(config, dataset="digits", batch_size=20, epochs=1000, device="cpu")
        for config in RACE_PRESETS["CE against MSE"].configs
    ]
    run_id = launcher.start(configs, "benchmark", store=store)
    try:
        deadline = time.monotonic() + 60
        while not store.runs.get(run_id).progress.step:
            if time.monotonic() > deadline:
                raise RuntimeError(f"No training began: {launcher.explain(store.runs.get(run_id))}")
            time.sleep(0.1)
        yield run_id
    finally:
        worker = store.runs.get(run_id).worker
        store.requests.stop(run_id)
        if worker is not None:
            _see_off(worker)


def _see_off(mark: WorkerId) -> None:
    """Wait for the worker to stop its run and leave for lack of another, else end it."""
    try:
        worker = psutil.Process(mark.pid)
        if abs(worker.create_time() - mark.create_time) > 1:
            return
        try:
            worker.wait(10)
        except psutil.TimeoutExpired:
            worker.kill()
            worker.wait(5)
    except psutil.NoSuchProcess:
        return


def measure(
    serve: Callable[..., AbstractContextManager[servers.Server]], sessions: int, seconds: float
) -> tuple[Load, Load]:
    """Drive both pages of one server, the divergence page first.

    Args:
        serve: starts the server; takes the variables of its environment.
        sessions: tabs on each page.
        seconds: how long each page is measured.

    Returns:
        The load of the editing sessions and that of the viewers.
    """
    with tempfile.TemporaryDirectory(prefix="explorer-runs-") as folder:
        url = f"sqlite:///{Path(folder) / 'runs.sqlite3'}"
        environment = {"EXPLORER_DATABASE_URL": url, "EXPLORER_IDLE_MINUTES": "0.05"}
        with serve(environment) as server:
            edits = asyncio.run(drive(server, ("divergence", ""), edit_q, sessions, seconds))
        store = RunStore(url)
        with serve(environment) as server, live_run(store) as run_id:
            query = ("live", f"run={run_id}")
            views = asyncio.run(drive(server, query, refresh, sessions, seconds))
        store.close()
    return edits, views


def result(sessions: int, loads: dict[str, tuple[Load, Load]]) -> dict[str, object]:
    """Return everything measured as one flat object; times in milliseconds, memory in MiB."""
    numbers: dict[str, object] = {"sessions": sessions}
    for name, (edits, views) in loads.items():
        numbers |= {
            f"{name}_p50_ms": edits.percentile_ms(0.5),
            f"{name}_p95_ms": edits.percentile_ms(0.95),
            f"{name}_reruns_per_s": edits.per_second(),
            f"{name}_cpu_ms": edits.cpu_ms(),
            f"{name}_errors": len(edits.errors) + len(views.errors),
            f"{name}_memory_mib": edits.memory_mib,
            f"{name}_viewers_p50_ms": views.percentile_ms(0.5),
            f"{name}_viewers_p95_ms": views.percentile_ms(0.95),
            f"{name}_viewers_refreshes_per_s": views.per_second(),
            f"{name}_viewers_cpu_ms": views.cpu_ms(),
            f"{name}_viewers_memory_mib": views.memory_mib,
        }
    return numbers | {
        "errors": numbers["ours_errors"],
        "viewers_p95_ms": numbers["ours_viewers_p95_ms"],
        "memory_mib": numbers["ours_memory_mib"],
    }


def table(numbers: dict[str, object], loads: dict[str, tuple[Load, Load]]) -> str:
    """Return the measurements as lines of text, with what they should be."""
    lines = [f"{numbers['sessions']} sessions, one request a second each"]
    for prefix, title in (("", "editing q"), ("viewers_", "watching one run")):
        lines.append(
            f"{title:<20}{'p50':>12}{'p95':>12}{'a second':>10}{'processor':>12}{'memory':>12}"
        )
        rate = "reruns_per_s" if not prefix else "viewers_refreshes_per_s"
        for name in loads:
            lines.append(
                f"  {name:<18}{numbers[f'{name}_{prefix}p50_ms']!s:>9} ms"
                f"{numbers[f'{name}_{prefix}p95_ms']!s:>9} ms{numbers[f'{name}_{rate}']!s:>10}"
                f"{numbers[f'{name}_{prefix}cpu_ms']!s:>9} ms"
                f"{numbers[f'{name}_{prefix}memory_mib']!s:>8} MiB"
            )
    lines.append(f"errors of ours: {numbers['errors']} (0); p95 of ours should stay below 100 ms")
    for name, pair in loads.items():
        said = {error for load in pair for error in load.errors}
        lines.extend(f"  {name}: {error}" for error in sorted(said)[:5])
    return "\n".join(lines)


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(
        description="Reaction time of the server under many sessions: ours, and default settings."
    )
    parser.add_argument("--sessions", type=int, default=50, help="tabs at a time (default: 50)")
    parser.add_argument("--seconds", type=float, default=20, help="measured (default: 20)")
    parser.add_argument("--json", action="store_true", help="print one object on the last line")
    arguments = parser.parse_args()
    if arguments.sessions < 1 or not 1 <= arguments.seconds <= 600:
        parser.error("--sessions needs at least 1, --seconds a number from 1 to 600.")
    asked = (arguments.sessions, arguments.seconds)
    loads = {
        "ours": measure(servers.explorer, *asked),
        "default": measure(servers.explorer_under_defaults, *asked),
    }
    numbers = result(arguments.sessions, loads)
    print(json.dumps(numbers) if arguments.json else table(numbers, loads))


if __name__ == "__main__":
    main()
