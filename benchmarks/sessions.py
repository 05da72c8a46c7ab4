"""Reaction time of the server under many sessions, over its own websockets.

    python benchmarks/sessions.py [--sessions 50] [--viewers 1000] [--seconds 20] [--json]
    python benchmarks/sessions.py --servers 2 [--step 25] [--seconds 20] [--json]

Every session is a browser tab without the browser (`streamlit_client.py`). On the divergence page
each one changes q through the bar editor once a second, all of them spread over the second, and
asks for a preview of its plots as the editor does. What counts is the time from sending the request
to reading that the script finished. As in a browser, a session has one request under way: where the
server is late, its next edit waits for the answer.

On the live page as many sessions watch one race that trains on the same machine: by push, and by a
rerun a second, as a browser does which no socket reaches. Of what is pushed counts the time from
the moment at which the server began to read the race to that at which a viewer had read what is
new. Then a hall of sockets alone watches a race that is written without a training. Who is pushed
to lives in processes of its own and is connected before anything is measured.

Ours is what README's command serves. The same pages under default settings are an ordinary script
in the same environment, with Streamlit's own settings and nothing imported early. One server
runs at a time.

With `--servers` that many servers share a database, and more and more sessions edit q through them,
for as long as 95 of 100 edits are answered within 100 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import servers
from benchmarks.hall import watch, written_run
from benchmarks.simulated_load import Load, drive, edit_q, refresh
from explorer.jobs import launcher, worker_processes
from explorer.runs.race_presets import RACE_PRESETS
from explorer.runs.run import WorkerId
from explorer.store.run_store import RunStore

MOST_MS = 100.0
MOST_SESSIONS = 500


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
    if not worker_processes.is_alive(mark):
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        worker = psutil.Process(mark.pid)
        try:
            worker.wait(10)
        except psutil.TimeoutExpired:
            worker.kill()
            worker.wait(5)


@contextmanager
def serving(
    serve: Callable[..., AbstractContextManager[servers.Server]], count: int = 1
) -> Iterator[tuple[list[servers.Server], RunStore]]:
    """Start servers that share a database of their own, and give its store beside them."""
    with tempfile.TemporaryDirectory(prefix="explorer-runs-") as folder, ExitStack() as stack:
        url = f"sqlite:///{Path(folder) / 'runs.sqlite3'}"
        environment = {"EXPLORER_DATABASE_URL": url, "EXPLORER_IDLE_MINUTES": "0.05"}
        store = RunStore(url)
        stack.callback(store.close)
        yield [stack.enter_context(serve(environment)) for _ in range(count)], store


def measure(sessions: int, viewers: int, seconds: float) -> dict[str, Load]:
    """Measure everything that one server does.

    Args:
        sessions: tabs on each page.
        viewers: sockets that watch a race without a training.
        seconds: how long each is measured.
    """
    loads = {}
    kinds = {"ours": servers.explorer, "default": servers.explorer_under_defaults}
    for name, serve in kinds.items():
        with serving(serve) as (running, _):
            edits = drive(running, ("divergence", ""), edit_q, sessions, seconds)
            loads[f"{name}_edits"] = asyncio.run(edits)
    for name, serve in kinds.items():
        with serving(serve) as (running, store), live_run(store) as run_id:
            if name == "ours":
                pushed = watch(running[0], run_id, "full", sessions, seconds)
                loads["push"] = asyncio.run(pushed)
            reruns = drive(running, ("live", f"run={run_id}"), refresh, sessions, seconds)
            loads[f"{name}_reruns"] = asyncio.run(reruns)
    with serving(servers.explorer) as (running, store), written_run(store) as run_id:
        loads["hall"] = asyncio.run(watch(running[0], run_id, "socket", viewers, seconds))
    return loads


TITLES = {
    "ours_edits": "editing q",
    "default_edits": "editing q, default settings",
    "push": "watching beside a training, by push",
    "ours_reruns": "watching beside a training, by reruns",
    "default_reruns": "the same, default settings",
    "hall": "a hall of sockets, no training",
}


def result(loads: dict[str, Load]) -> dict[str, object]:
    """Return everything measured as one flat object; times in milliseconds, memory in MiB."""
    numbers: dict[str, object] = {}
    for name, load in loads.items():
        numbers |= {
            f"{name}_p50_ms": load.percentile_ms(0.5),
            f"{name}_p95_ms": load.percentile_ms(0.95),
            f"{name}_per_s": load.per_second(),
            f"{name}_cpu_ms": load.cpu_ms(),
            f"{name}_memory_mib": load.memory_mib,
            f"{name}_errors": len(load.errors),
        }
    reruns, push = loads["ours_reruns"].cpu_ms(), loads["push"].cpu_ms()
    times = round(reruns / push, 1) if reruns and push else None
    return numbers | {"errors": len(loads["push"].errors), "reruns_cpu_over_push": times}


def table(loads: dict[str, Load], counts: dict[str, int]) -> str:
    """Return the measurements as lines of text, with what they should be."""
    head = ("", "viewers", "p50", "p95", "a second", "processor", "memory")
    lines = ["{:<38}{:>9}{:>12}{:>12}{:>10}{:>12}{:>13}".format(*head)]
    for name, load in loads.items():
        lines.append(
            f"{TITLES[name]:<38}{counts[name]:>9}{load.percentile_ms(0.5)!s:>9} ms"
            f"{load.percentile_ms(0.95)!s:>9} ms{load.per_second():>10}"
            f"{load.cpu_ms()!s:>9} ms{load.memory_mib:>9} MiB"
        )
    lines.append(
        "p95 should stay below 100 ms, by push beside a training below 40 ms; the processor time "
        "of a pushed message below 0.3 ms"
    )
    for name, load in loads.items():
        lines.extend(f"  {TITLES[name]}: {error}" for error in sorted(set(load.errors))[:5])
    return "\n".join(lines)


def most_sessions(count: int, step: int, seconds: float) -> dict[str, object]:
    """Return how many editing sessions so many servers answer in time, and what an idle one takes.

    Args:
        count: servers.
        step: by how many sessions each attempt has more.
        seconds: how long an attempt is measured.
    """
    tried: dict[int, float | None] = {}
    idle = None
    sessions = 0
    with serving(servers.explorer, count) as (running, _):
        while True:
            sessions += step
            load = asyncio.run(drive(running, ("divergence", ""), edit_q, sessions, seconds))
            idle = load.session_mib if idle is None else idle
            tried[sessions] = load.percentile_ms(0.95)
            late = tried[sessions] is None or tried[sessions] > MOST_MS
            if late or load.errors or sessions >= MOST_SESSIONS:
                break
    in_time = [number for number, p95 in tried.items() if p95 is not None and p95 <= MOST_MS]
    return {
        "servers": count,
        "sessions_in_time": max(in_time, default=0),
        "p95_ms_by_sessions": tried,
        "idle_session_mib": round(idle or 0.0, 2),
        "errors": load.errors[:5],
    }


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(
        description="Reaction time of the server under many sessions: ours, and default settings."
    )
    parser.add_argument("--sessions", type=int, default=50, help="tabs at a time (default: 50)")
    parser.add_argument("--viewers", type=int, default=1000, help="of the hall (default: 1000)")
    parser.add_argument("--seconds", type=float, default=20, help="measured (default: 20)")
    parser.add_argument("--servers", type=int, default=0, help="how many take how many sessions")
    parser.add_argument("--step", type=int, default=25, help="sessions more a time (default: 25)")
    parser.add_argument("--json", action="store_true", help="print one object on the last line")
    arguments = parser.parse_args()
    if min(arguments.sessions, arguments.viewers, arguments.step) < 1:
        parser.error("--sessions, --viewers and --step need at least 1.")
    if not 1 <= arguments.seconds <= 600 or not 0 <= arguments.servers <= 16:
        parser.error("--seconds takes a number from 1 to 600, --servers 1 to 16.")
    if arguments.servers:
        numbers = most_sessions(arguments.servers, arguments.step, arguments.seconds)
        lines = [f"{name:<20} {value}" for name, value in numbers.items()]
        print(json.dumps(numbers) if arguments.json else "\n".join(lines))
        return
    loads = measure(arguments.sessions, arguments.viewers, arguments.seconds)
    counts = dict.fromkeys(loads, arguments.sessions) | {"hall": arguments.viewers}
    print(json.dumps(result(loads)) if arguments.json else table(loads, counts))


if __name__ == "__main__":
    main()
