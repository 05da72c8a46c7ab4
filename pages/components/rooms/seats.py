"""One browser's place in a room: what it is still to be told, and the one who tells it."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

HOST, PERSON = "host", "person"


class Frame:
    """What the host's page shows: the whole of it, to which changes are added.

    Attributes:
        page: Address of the page, "" before anything was shown.
        editors: Key → state.
        plots: Key → what the plot is given, as text.
    """

    def __init__(self) -> None:
        self.page = ""
        self.editors: dict[str, Any] = {}
        self.plots: dict[str, str] = {}
        self._whole: bytes | None = None

    def add(self, page: str, editors: Mapping[str, Any], plots: Mapping[str, str]) -> None:
        """Take over a change; another page begins anew."""
        if page != self.page:
            self.page, self.editors, self.plots = page, {}, {}
        self.editors |= editors
        self.plots |= plots
        self._whole = None

    def whole(self) -> bytes:
        """Return all of it, packed once for everybody."""
        if self._whole is None:
            self._whole = packed(self.page, self.editors, self.plots)
        return self._whole

    @classmethod
    def from_packed(cls, payload: bytes) -> Frame:
        """Read what `whole` returned."""
        frame = cls()
        told = orjson.loads(gzip.decompress(payload))
        frame.add(told["page"], told["editors"], told["plots"])
        return frame


def packed(page: str, editors: Mapping[str, Any], plots: Mapping[str, str]) -> bytes:
    """Return what a page shows as compressed JSON.

    A hall's wireless network carries the same figures to three hundred phones; compressed they are
    a fifth as large, once for all.
    """
    told = {"page": page, "editors": dict(editors), "plots": dict(plots)}
    return gzip.compress(orjson.dumps(told), compresslevel=1, mtime=0)


class Seat:
    """A browser that is connected.

    A slow one holds nobody up: of what it has not taken yet, only the newest is kept.

    Attributes:
        code: Link code of its room, "" before it is in one.
        role: HOST or PERSON.
        person: Id of the participant, 0 for a host.
    """

    def __init__(self, socket: WebSocket) -> None:
        self.code, self.role, self.person = "", "", 0
        self._socket = socket
        self._replies: list[bytes] = []
        self._views: dict[str, bytes] = {}
        self._told: dict[str, bytes] = {}
        self._frame: bytes | None = None
        self._wake = asyncio.Event()
        self._is_over = False

    def say(self, message: bytes) -> None:
        """Send a message, whatever else is sent."""
        self._replies.append(message)
        self._wake.set()

    def show(self, kind: str, view: bytes) -> None:
        """Send a view unless the browser has it already, in the place of one that still waits."""
        if self._told.get(kind) != view:
            self._views[kind] = self._told[kind] = view
            self._wake.set()

    def push(self, change: bytes, frame: Frame) -> None:
        """Send a change of what the host shows, or all of it where an earlier one still waits."""
        self._frame = change if self._frame is None else frame.whole()
        self._wake.set()

    def finish(self, message: bytes) -> None:
        """Send a last message and close the connection."""
        self._is_over = True
        self.say(message)

    def forget(self) -> None:
        """Be told everything anew: the browser takes another place."""
        self._told.clear()

    async def tell(self) -> None:
        """Send what is to be sent until the connection ends."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
            while True:
                await self._wake.wait()
                self._wake.clear()
                replies, self._replies = self._replies, []
                views, self._views = self._views, {}
                frame, self._frame = self._frame, None
                for message in (*replies, *views.values()):
                    await self._socket.send_text(message.decode())
                if frame is not None:
                    await self._socket.send_bytes(frame)
                if self._is_over:
                    await self._socket.close(1000)
                    return
