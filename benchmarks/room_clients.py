"""The phones of a hall, without the phones: run by `room.py` as a process of its own.

    python benchmarks/room_clients.py PORT CODE COUNT

Each joins the room over its socket and has a Streamlit session beside it, as a browser does. It
obeys lines on its standard input and answers each with a line of JSON:

    receipts        when each pushed value of q came first to whom, since the last time
    forecast N      forecasts in round N, spread over two seconds
    turn            waits until every session shows the page that the host turned to
    quit
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gzip
import json
import random
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import websockets

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.streamlit_client import Tab

EDITOR = "divergence"
FORECAST_SECONDS = 2.0
# As the browser's script has them: pages/components/rooms/follow.js.
TURN_MS, PER_PERSON_MS = 7000, 15
OPENED_AT_ONCE = 4


def room_socket(port: int) -> websockets.connect:
    """Return the connection of a page's script to the rooms of a server on this machine."""
    return websockets.connect(
        f"ws://127.0.0.1:{port}/explorer-room",
        origin=f"http://127.0.0.1:{port}",
        compression=None,
        max_size=2**24,
    )


class Phone:
    """One participant.

    Attributes:
        receipts: pushed value of q → when it came, in seconds since 1970.
        errors: sentences.
        followed: when its session showed the page that the host turned to last.
    """

    def __init__(self, port: int) -> None:
        self.tab = Tab(port, "room")
        self.receipts: dict[str, float] = {}
        self.errors: list[str] = []
        self.followed: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._port = port
        self._address = ""
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def join(self, code: str, stack: AsyncExitStack) -> None:
        """Open the page, connect to the room and join it."""
        await stack.enter_async_context(self.tab)
        await self.tab.run()
        self._socket = await stack.enter_async_context(room_socket(self._port))
        self._listening = asyncio.create_task(self._listen())
        await self.ask({"do": "join", "code": code, "name": ""})

    async def ask(self, what: dict[str, Any]) -> dict[str, Any]:
        """Ask for something and return what came of it."""
        number = len(self._answers) + 1
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, **what}))
        answer = await asyncio.wait_for(self._answers[number], 60)
        if "error" in answer:
            self.errors.append(answer["error"])
        return answer

    async def _listen(self) -> None:
        try:
            async for message in self._socket:
                now = time.time()
                if isinstance(message, bytes):
                    if value := pushed_value(message):
                        self.receipts.setdefault(value, now)
                    continue
                said = json.loads(message)
                if "re" in said:
                    self._answers[said["re"]].set_result(said)
                elif "room" in said:
                    self._meet(said["room"])
        except websockets.ConnectionClosedError as error:
            self.errors.append(f"The connection ended: {error}")

    def _meet(self, room: dict[str, Any]) -> None:
        before, self._address = self._address, room["address"]
        if not self._address or self._address == before:
            return
        page = self._address.split("?")[0].strip("/")
        if page != before.split("?")[0].strip("/"):
            self.followed = asyncio.get_running_loop().create_future()
            self._turning = asyncio.create_task(self._turn(page, room["people"]))

    async def _turn(self, page: str, people: int) -> None:
        await asyncio.sleep(random.random() * min(TURN_MS, 2 * PER_PERSON_MS * people) / 1000)
        self.tab.turn(page, self._address.partition("?")[2])
        try:
            await self.tab.run()
        except Exception as error:  # whatever it was, it is counted and told
            self.errors.append(f"A session did not follow: {error}")
        self.followed.set_result(time.time())


@functools.lru_cache(maxsize=64)
def pushed_value(message: bytes) -> str:
    """Return the q of a pushed page, "" for none; all phones of a hall get the same bytes.

    Three hundred phones have a processor each; here they share one with the server.
    """
    state = json.loads(gzip.decompress(message))["editors"].get(EDITOR)
    return f"{state['values']['q'][0]:.4f}" if state else ""


async def main(port: int, code: str, count: int) -> None:
    """Join, then obey."""
    async with AsyncExitStack() as stack:
        gate = asyncio.Semaphore(OPENED_AT_ONCE)
        phones = [Phone(port) for _ in range(count)]

        async def opened(phone: Phone) -> None:
            async with gate:
                await phone.join(code, stack)

        await asyncio.gather(*(opened(phone) for phone in phones))
        say({"joined": count, "errors": errors_of(phones)})
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
        )
        while line := (await lines.readline()).decode().split():
            match line:
                case ["receipts"]:
                    say({"receipts": [phone.receipts for phone in phones]})
                    for phone in phones:
                        phone.receipts = {}
                case ["forecast", number]:
                    say(await forecast(phones, int(number)))
                case ["turn"]:
                    times = await asyncio.gather(*(phone.followed for phone in phones))
                    say({"followed": times, "errors": errors_of(phones)})
                case ["quit"]:
                    break
        for phone in phones:
            phone._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await phone._listening


async def forecast(phones: list[Phone], number: int) -> dict[str, Any]:
    """Let everybody forecast within two seconds."""

    async def one(phone: Phone) -> float:
        await asyncio.sleep(random.random() * FORECAST_SECONDS)
        start = time.perf_counter()
        q = random.random()
        await phone.ask({"do": "forecast", "round": number, "q": [q, 1 - q]})
        return time.perf_counter() - start

    seconds = await asyncio.gather(*(one(phone) for phone in phones))
    return {"seconds": seconds, "errors": errors_of(phones)}


def errors_of(phones: list[Phone]) -> list[str]:
    """Return what went wrong so far."""
    return [error for phone in phones for error in phone.errors]


def say(answer: dict[str, Any]) -> None:
    """Write a line of JSON."""
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
