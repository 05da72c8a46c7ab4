"""Many simulated tabs acting once a second, and what they see of the server."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import orjson

from benchmarks.servers import Server
from benchmarks.streamlit_client import Refused, Tab

EDITOR = "divergence"
CHART = "kl-terms"
THEATRE = "race theatre"
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
        session_mib: memory that a tab took which was opened and not used yet.
        lasted: seconds over which `times` were taken.
        cpu_s: processor time of the server over `lasted`.
    """

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory_mib: float = 0.0
    session_mib: float = 0.0
    lasted: float = 0.0
    cpu_s: float = 0.0

    def percentile_ms(self, share: float) -> float | None:
        """Return a percentile in milliseconds, None where nothing was answered."""
        if len(self.times) < 2:
            return None
        return round(1000 * statistics.quantiles(self.times, n=100)[round(100 * share) - 1], 1)

    def per_second(self) -> float:
        """Return the answered requests per second."""
        return round(len(self.times) / self.lasted, 1) if self.lasted else 0.0

    def cpu_ms(self) -> float | None:
        """Return the server's processor time per answered request in milliseconds."""
        return round(1000 * self.cpu_s / len(self.times), 1) if self.times else None


async def edit_q(tab: Tab, number: int) -> float:
    """Move probability in q, a new amount every time, and check that the chart follows.

    As in a browser, the plots are asked for at the same time; the time is that of the answer.

    Raises:
        Refused: the answer shows the old chart, another than the preview did, or an error.
    """
    before = tab.data(CHART)
    now = tab.data(EDITOR)
    moved = 0.001 * (1 + number % 240)
    state = now["state"] | {
        "values": now["state"]["values"] | {"q": [0.25 + moved, 0.25 - moved, 0.25, 0.25]}
    }
    edit = {"rev": now["rev"], "state": state, "command": None, "seq": now["seq"] + 1}
    plots, seconds = await asyncio.gather(
        tab.preview(EDITOR, state), tab.edit(EDITOR, {"edit": edit})
    )
    after = tab.data(CHART)
    if after == before:
        raise Refused("An edit was answered with the old chart.")
    if plots and plots[CHART].encode() != after:
        raise Refused("The preview of an edit was not what the answer showed.")
    return seconds


async def refresh(tab: Tab, number: int) -> float:
    """Ask the page's script for what is new of a race, as a browser without a socket does.

    Raises:
        Refused: nothing more will come of the race.
    """
    told = orjson.loads(tab.data(THEATRE))
    if told["live"] is None:
        raise Refused("The race that is watched has ended.")
    counts = [first + len(new) for first, new in zip(told["first"], told["snapshots"], strict=True)]
    have = {"run": told["run"], "counts": counts, "share": told["share"], "whole": True}
    return await tab.edit(THEATRE, {"tick": number + 1, "have": have})


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
    start_counting: float,
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
            # By its answer: a slow server would otherwise be judged by its quickest answers.
            if time.perf_counter() >= start_counting:
                load.times.append(seconds)
        number += 1
        due = max(start + number * PERIOD_S, time.perf_counter())


async def drive(
    servers: Sequence[Server],
    address: tuple[str, str],
    act: Callable[[Tab, int], Awaitable[float]],
    sessions: int,
    seconds: float,
) -> Load:
    """Open `sessions` tabs on a page and let each act once a second for `seconds`.

    Args:
        servers: running servers, which the tabs are shared out among.
        address: page and query.
        act: one request of one tab; takes the tab and a running number, returns its seconds.
        sessions: number of tabs.
        seconds: how long is measured, after a warm-up of a few seconds.
    """
    load = Load()
    async with AsyncExitStack() as stack:
        # The first visitor of a page named in the address needs the navigation to be known.
        for server in servers:
            first = await stack.enter_async_context(Tab(server.port, ""))
            await first.run()
        ports = [servers[place % len(servers)].port for place in range(sessions)]
        tabs = [Tab(port, *address) for port in ports]
        before = sum(server.memory_mib() for server in servers)
        await _open(tabs, stack)
        load.session_mib = (sum(server.memory_mib() for server in servers) - before) / sessions
        gc.collect()
        gc.freeze()
        start = time.perf_counter() + 0.2
        counting = start + WARM_UP_S

        async def watch_processor() -> None:
            await asyncio.sleep(max(0.0, counting - time.perf_counter()))
            load.cpu_s = -sum(server.cpu_s() for server in servers)

        await asyncio.gather(
            watch_processor(),
            *(
                _session(
                    tab,
                    act,
                    start + PERIOD_S * place / sessions,
                    counting,
                    counting + seconds,
                    load,
                )
                for place, tab in enumerate(tabs)
            ),
        )
        load.cpu_s += sum(server.cpu_s() for server in servers)
        load.lasted = max(seconds, time.perf_counter() - counting)
        load.memory_mib = round(sum(server.memory_mib() for server in servers), 1)
    return load
