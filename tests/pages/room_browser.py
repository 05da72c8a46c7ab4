"""A browser's side of a room's socket, without a browser and without a network."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette

from pages.components.rooms import room_socket
from tests.pages.asgi import scope


class Refused(Exception):
    """The room's answer is a sentence that says why not."""


class Browser:
    """One tab, connected for the length of an `async with` block.

    Args:
        address: the network address that it comes from.

    Attributes:
        views: kind → the newest that it was told of itself, of the room, and as its host.
        frames: what was pushed of the host's page, oldest first.
        ended: the room's last words to it, "" while it goes on.
        is_open: whether the connection lasts.
    """

    def __init__(self, address: str = "10.0.0.1") -> None:
        self.views: dict[str, Any] = {}
        self.frames: list[dict[str, Any]] = []
        self.ended = ""
        self.is_open = True
        self._address = address
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._answers: dict[int | None, asyncio.Future[dict[str, Any]]] = {}
        self._news = asyncio.Event()
        self._count = 0

    async def __aenter__(self) -> Browser:
        where = scope("websocket", "/explorer-room", client=(self._address, 1))
        app = Starlette(routes=[room_socket.route("")])
        await self._incoming.put({"type": "websocket.connect"})
        self._task = asyncio.create_task(app(where, self._incoming.get, self._receive))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Close the tab."""
        if self.is_open:
            self.is_open = False
            await self._incoming.put({"type": "websocket.disconnect", "code": 1001})
        await self._task

    async def _receive(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.close":
            self.is_open = False
            await self._incoming.put({"type": "websocket.disconnect", "code": 1000})
        elif message.get("bytes") is not None:
            self.frames.append(json.loads(gzip.decompress(message["bytes"])))
        elif message.get("text") is not None:
            self._take(json.loads(message["text"]))
        self._news.set()

    def _take(self, said: dict[str, Any]) -> None:
        if "re" in said:
            self._answers.pop(said["re"]).set_result(said)
        elif "ended" in said:
            self.ended = said["ended"]
        else:
            self.views |= said

    async def say(self, text: str, number: int | None = None) -> dict[str, Any]:
        """Say anything and return what is answered."""
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._incoming.put({"type": "websocket.receive", "text": text})
        await asyncio.wait({answer, self._task}, timeout=20, return_when="FIRST_COMPLETED")
        if self._task.done():
            self._task.result()
        assert answer.done(), f"no answer to {text[:100]}"
        return answer.result()

    def shout(self, text: str) -> None:
        """Say anything without waiting for an answer."""
        self._incoming.put_nowait({"type": "websocket.receive", "text": text})

    async def ask(self, do: str, **what: Any) -> dict[str, Any]:
        """Ask for something and return what came of it.

        Raises:
            Refused: it was not done.
        """
        self._count += 1
        text = json.dumps({"id": self._count, "do": do, **what})
        answer = await self.say(text, self._count)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["ok"]

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Wait until what it was told makes `condition` true, and return it."""
        async with asyncio.timeout(20):
            while not (found := condition()):
                self._news.clear()
                await self._news.wait()
        return found

    @property
    def round(self) -> dict[str, Any]:
        """The question that is asked, as everybody sees it."""
        return (self.views.get("room") or {}).get("round") or {}

    @property
    def me(self) -> dict[str, Any]:
        """What it was told of itself."""
        return self.views.get("me") or {}

    @property
    def host(self) -> dict[str, Any]:
        """What it was told as the host."""
        return self.views.get("host") or {}
