"""Those who watch a race, without their browsers: run by `sessions.py` as a process of its own.

    python benchmarks/push_clients.py PORT RUN full|socket COUNT

Each is connected to the race's socket and tells its place as the page's script does; a full one has
a Streamlit session with the page beside it. It obeys lines on its standard input and answers each
with a line of JSON:

    begin     forgets what came so far
    report    how long each message was on its way since the server began to read the race, in
              seconds, and what went wrong
"""

from __future__ import annotations

import asyncio
import functools
import json
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import orjson
import websockets

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.streamlit_client import Tab

OPENED_AT_ONCE = 4
# What a hall looks at: most the first tab, some another one.
VIEWS = (
    ["Accuracy", [False]],
    ["Accuracy", [False]],
    ["Loss", ["log", None]],
    ["Gradients", [False]],
)


class Viewer:
    """One who watches.

    Attributes:
        delays: of every message, in seconds.
        errors: sentences.
    """

    def __init__(self, port: int, run_id: str, number: int, *, full: bool) -> None:
        self.delays: list[float] = []
        self.errors: list[str] = []
        self._port, self._run = port, run_id
        self._view = VIEWS[number % len(VIEWS)]
        self._version = ""
        self._tab = Tab(port, "live", f"run={run_id}") if full else None

    async def watch(self, stack: AsyncExitStack) -> None:
        """Open the page, if it has one, connect, and listen from then on."""
        if self._tab is not None:
            await stack.enter_async_context(self._tab)
            await self._tab.run()
        socket = await stack.enter_async_context(
            websockets.connect(
                f"ws://127.0.0.1:{self._port}/explorer-push",
                origin=f"http://127.0.0.1:{self._port}",
                compression=None,
                max_size=2**24,
            )
        )
        place = {
            "kind": "race",
            "of": self._run,
            "view": self._view,
            "versions": ["", ""],
            "counts": [],
            "share": 0,
        }
        await socket.send(json.dumps(place))
        listening = asyncio.create_task(self._listen(socket))
        stack.callback(listening.cancel)

    async def _listen(self, socket: websockets.ClientConnection) -> None:
        try:
            async for message in socket:
                told = read(message)
                if "version" not in told:
                    continue
                if told["base"] != self._version:
                    self.errors.append("A message did not follow the one before.")
                self._version = told["version"]
                self.delays.append(time.time() - told["read"])
        except websockets.ConnectionClosedError as error:
            self.errors.append(f"The connection ended: {error}")


@functools.lru_cache(maxsize=64)
def read(message: bytes) -> dict[str, Any]:
    """Return what a message says; all who look at the same get the same bytes.

    A thousand browsers have a processor each; here they share one with the server.
    """
    return orjson.loads(message)


async def main(port: int, run_id: str, kind: str, count: int) -> None:
    """Connect, then obey."""
    async with AsyncExitStack() as stack:
        gate = asyncio.Semaphore(OPENED_AT_ONCE)
        viewers = [Viewer(port, run_id, n, full=kind == "full") for n in range(count)]

        async def opened(viewer: Viewer) -> None:
            async with gate:
                await viewer.watch(stack)

        await asyncio.gather(*(opened(viewer) for viewer in viewers))
        say({"watching": count})
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
        )
        while line := (await lines.readline()).decode().strip():
            if line == "report":
                delays = [delay for viewer in viewers for delay in viewer.delays]
                silent = sum(not viewer.delays for viewer in viewers)
                errors = [error for viewer in viewers for error in viewer.errors]
                say({"delays": delays, "silent": silent, "errors": errors})
            else:
                for viewer in viewers:
                    viewer.delays.clear()
                say({})


def say(answer: dict[str, Any]) -> None:
    """Write a line of JSON."""
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
