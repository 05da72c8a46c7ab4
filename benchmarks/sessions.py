"""Reaction time of the server under many sessions, over its own websocket.

    python benchmarks/sessions.py [--sessions 50] [--seconds 20] [--json]

Every session is a browser tab without the browser (`streamlit_client.py`). On the divergence page
each one changes q through the bar editor once a second, all of them spread over the second; on
the live page each one watches the same training run and refreshes once a second. What counts is
the time from sending the request to reading that the script finished. As in a browser, a session
has one request under way: where the server is late, its next edit waits for the answer.

Ours is what README's command serves. The same pages under default settings are an ordinary script
in the same environment, with Streamlit's own settings and nothing imported early. One server
runs at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import servers
from benchmarks.streamlit_client import Refused, Tab
from explorer.training import launcher
from explorer.training.presets import RACE_PRESETS
from explorer.training.run_store import RunStore
from explorer.training.runs import WorkerMark

EDITOR = "divergence"
CHART = "kl-terms"
PERIOD_S = 1.0
WARM_UP_S = 3.0
OPENED_AT_ONCE = 4


@dataclass
class Load:
    """What one kind of session saw on one server.

    Attributes:
        times: seconds of every answered request after the warm-up.
        errors: sentences, one per request that failed.
        memory_mib: resident memory of the server at the end.
        lasted: seconds over which `times` were taken.
    """

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory_mib: float = 0.0
    lasted: float = 0.0

    def percentile_ms(self, share: float) -> float | None:
        """Return a percentile in milliseconds, None where nothing was answered."""
        if len(self.times) < 2:
            return None
        return round(1000 * statistics.quantiles(self.times, n=100)[round(100 * share) - 1], 1)

    def per_second(self) -> float:
        """Return the answered requests per second."""
        return round(len(self.times) / self.lasted, 1) if self.lasted else 0.0


async def edit_q(tab: Tab, number: int) -> float:
    """Move probability in q, a new amount every time, and check that the chart follows.

    Raises:
        Refused: the answer shows the old chart, or an error.
    """
    before = tab.data(CHART)
    now = tab.data(EDITOR)
    moved = 0.001 * (1 + number % 240)
    state = now["state"] | {
        "values": now["state"]["values"] | {"q": [0.25 + moved, 0.25 - moved, 0.25, 0.25]}
    }
    edit = {"rev": now["rev"], "state": state, "command": None, "seq": now["seq"] + 1}
    seconds = await tab.edit(EDITOR, {"edit": edit})
    if tab.data(CHART) == before:
        raise Refused("An edit was answered with the old chart.")
    return seconds


async def refresh(tab: Tab, _number: int) -> float:
    """Ask for what the page wants to have refreshed by itself.

    Raises:
        Refused: the page wants nothing refreshed, so no run is being watched.
    """
    if not tab.auto_reruns:
        raise Refused("The live page asked for no refresh: its run has ended.")
    return await tab.run(fragment=next(iter(tab.auto_reruns)), automatic=True)


async def _open(tabs: list[Tab], stack: AsyncExitStack) -> None:
    gate = asyncio.Semaphore(OPENED_AT_ONCE)

    async def one(tab: Tab) -> None:
        async with gate:
            await stack.enter_async_context(tab)
            await tab.run()

    await asyncio.gather(*(one(tab) for tab in tabs))


async def _session(
    tab: Tab,
    act: Callable[[Tab, int], Awaitable[float]],
    start: float,
    end: float,
    load: Load,
) -> None:
    number = 0
    due = start
    while due < end:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        said = len(tab.exceptions)
        try:
            seconds = await act(tab, number)
            if len(tab.exceptions) > said:
                raise Refused(f"The page showed an error: {tab.exceptions[-1]}")
        except (Refused, TimeoutError) as error:
            load.errors.append(str(error) or "No answer within a minute.")
            if len(load.errors) > 20:
                return
        else:
            if number * PERIOD_S >= WARM_UP_S:
                load.times.append(seconds)
        number += 1
        due = max(start + number * PERIOD_S, time.perf_counter())


async def drive(
    server: servers.Server,
    address: tuple[str, str],
    act: Callable[[Tab, int], Awaitable[float]],
    sessions: int,
    seconds: float,
) -> Load:
    """Open `sessions` tabs on a page and let each act once a second for `seconds`.

    Args:
        server: a running server.
        address: page and query.
        act: one request of one tab; takes the tab and a running number, returns its seconds.
        sessions: number of tabs.
        seconds: how long is measured, after a warm-up of a few seconds.
    """
    load = Load()
    async with AsyncExitStack() as stack:
        # The first visitor of a page named in the address needs the navigation to be known.
        first = await stack.enter_async_context(Tab(server.port, ""))
        await first.run()
        tabs = [Tab(server.port, *address) for _ in range(sessions)]
        await _open(tabs, stack)
        gc.collect()
        gc.freeze()
        start = time.perf_counter() + 0.2
        end = start + WARM_UP_S + seconds
        await asyncio.gather(
            *(
                _session(tab, act, start + PERIOD_S * place / sessions, end, load)
                for place, tab in enumerate(tabs)
            )
        )
        load.lasted = max(seconds, time.perf_counter() - start - WARM_UP_S)
        load.memory_mib = round(server.memory_mib(), 1)
    return load


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
        while not store.get(run_id).progress.step:
            if time.monotonic() > deadline:
                raise RuntimeError(f"No training began: {launcher.explain(store.get(run_id))}")
            time.sleep(0.1)
        yield run_id
    finally:
        worker = store.get(run_id).worker
        store.request_stop(run_id)
        if worker is not None:
            _see_off(worker)


def _see_off(mark: WorkerMark) -> None:
    """Wait for the worker to stop its run and leave for want of another, else end it."""
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
            f"{name}_errors": len(edits.errors) + len(views.errors),
            f"{name}_memory_mib": edits.memory_mib,
            f"{name}_viewers_p50_ms": views.percentile_ms(0.5),
            f"{name}_viewers_p95_ms": views.percentile_ms(0.95),
            f"{name}_viewers_refreshes_per_s": views.per_second(),
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
        lines.append(f"{title:<20}{'p50':>12}{'p95':>12}{'a second':>10}{'memory':>12}")
        rate = "reruns_per_s" if not prefix else "viewers_refreshes_per_s"
        for name in loads:
            lines.append(
                f"  {name:<18}{numbers[f'{name}_{prefix}p50_ms']!s:>9} ms"
                f"{numbers[f'{name}_{prefix}p95_ms']!s:>9} ms{numbers[f'{name}_{rate}']!s:>10}"
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
