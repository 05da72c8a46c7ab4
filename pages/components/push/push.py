"""News by socket: what many browsers watch is read once for all of them, and told as it comes.

A page's script draws what is watched and tells its browser what it has got: its place. From then on
the browser is told over a socket of the app's own what it lacks since that place. All who are at
one place get the same bytes; one who is slow is told nothing more until it has taken the last, and
then what it lacks by then, so that nothing ever queues. Without a socket the browser asks the
page's script again and again instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from typing import Any, Protocol

import orjson
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.components.frontend.admission import REFUSED, beside, messages, once_in_each_loop

_log = logging.getLogger(__name__)

BEAT_SECONDS = 4.0
"""A browser hears something at least so often, so that it knows a dead connection."""
_TOGETHER_SECONDS = 0.02
_LONGEST_PLACE, _LONGEST_NAME = 4_000, 64
_MOST_PLACES = 40
"""In a second, from one browser."""
_BEAT = b'{"beat":1}'
_TRY_LATER, _FAILED = 1013, 1011


class Feed(Protocol):
    """One thing that is watched. Its methods are called in one thread at a time."""

    def place(self, told: Mapping[str, Any]) -> Hashable:
        """Return the place that a browser tells.

        Raises:
            ValueError: It is none.
        """

    def look(self, watching: int) -> float:
        """Read what is new, and return after how many seconds to do so again."""

    def news(self, place: Hashable) -> tuple[bytes, Hashable] | None:
        """Return what somebody at a place lacks, and the place after that; None for nothing."""


_kinds: dict[str, Callable[[str], Feed]] = {}


def offer(kind: str, feed_of: Callable[[str], Feed]) -> None:
    """Let browsers watch things of a kind.

    Args:
        feed_of: Takes the name of a thing and returns its feed, new, with nothing read yet.
    """
    _kinds[kind] = feed_of


class Seat:
    """A browser that watches.

    Attributes:
        place: What it has got, and wants.
        told_at: When it was told something last, by the hub's clock.
    """

    def __init__(self, socket: WebSocket) -> None:
        self.place: Hashable = None
        self.told_at = -math.inf
        self._socket = socket
        self._message: bytes | None = None
        self._is_over = False
        self._wake = asyncio.Event()

    @property
    def is_free(self) -> bool:
        """Whether it has taken what it was told last."""
        return self._message is None

    def tell(self, message: bytes, now: float) -> None:
        """Have a message sent to it; only while it is free."""
        self._message, self.told_at = message, now
        self._wake.set()

    def end(self) -> None:
        """Close its connection: the app has failed it."""
        self._is_over = True
        self._wake.set()

    async def deliver(self) -> None:
        """Send what it is told until the connection ends."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
            while not self._is_over:
                await self._wake.wait()
                self._wake.clear()
                if self._message is not None:
                    await self._socket.send_bytes(self._message)
                    self._message = None
            await self._socket.close(_FAILED)


class _Audience:
    """All in this process who watch one thing, and who reads it for them."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.seats: set[Seat] = set()
        self.came = asyncio.Event()
        self.reading: asyncio.Task[None] | None = None


async def _until(came: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(came.wait(), seconds)


class Hub:
    """Everything that is watched through this process. It belongs to one event loop.

    Args:
        clock: Seconds from anywhere.
        until: Waits for an event, so many seconds at most.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        until: Callable[[asyncio.Event, float], Awaitable[None]] = _until,
    ) -> None:
        self._clock, self._until = clock, until
        self._audiences: dict[tuple[str, str], _Audience] = {}

    def sit(self, seat: Seat, kind: str, name: str, told: Mapping[str, Any]) -> None:
        """Let a browser watch from a place on, or take the place that it is at by now.

        Args:
            told: What it says of its place.

        Raises:
            ValueError: The place is none.
        """
        audience = self._audiences.get((kind, name)) or _Audience(_kinds[kind](name))
        seat.place = audience.feed.place(told)
        if seat not in audience.seats:
            self.leave(seat)
            self._audiences[kind, name] = audience
            audience.seats.add(seat)
        audience.came.set()
        if audience.reading is None:
            audience.reading = asyncio.create_task(self._read((kind, name), audience))

    def leave(self, seat: Seat) -> None:
        """Let a browser watch no more; whoever reads for nobody ends."""
        for audience in self._audiences.values():
            if seat in audience.seats:
                audience.seats.remove(seat)
                audience.came.set()

    async def _read(self, name: tuple[str, str], audience: _Audience) -> None:
        due = self._clock()
        try:
            while audience.seats:
                audience.came.clear()
                looks = self._clock() >= due
                asking = {seat: seat.place for seat in audience.seats if seat.is_free}
                places, watching = set(asking.values()), len(audience.seats) if looks else 0
                wait, news = await asyncio.to_thread(_read, audience.feed, places, watching)
                now = self._clock()
                due = now + wait if looks else due
                for seat, place in asking.items():
                    # Whoever has told another place meanwhile is answered in the next turn.
                    if seat not in audience.seats or seat.place != place:
                        continue
                    if place in news:
                        message, seat.place = news[place]
                        seat.tell(message, now)
                    elif now - seat.told_at >= BEAT_SECONDS:
                        seat.tell(_BEAT, now)
                # Those who come in one moment are answered together.
                await asyncio.sleep(_TOGETHER_SECONDS)
                await self._until(audience.came, max(0.0, due - self._clock()))
        except Exception:
            # Whatever it is, whoever watches goes back to asking the page's script, which says so.
            _log.exception("What is watched could not be read: %s %s.", *name)
            for seat in audience.seats:
                seat.end()
        finally:
            del self._audiences[name]


def _read(
    feed: Feed, places: Collection[Hashable], watching: int
) -> tuple[float, dict[Hashable, tuple[bytes, Hashable]]]:
    wait = feed.look(watching) if watching else 0.0
    return wait, {place: news for place in places if (news := feed.news(place)) is not None}


@once_in_each_loop
def _hub() -> Hub:
    return Hub()


async def _serve(socket: WebSocket) -> None:
    hub, seat = _hub(), Seat(socket)
    async with beside(seat.deliver()):
        try:
            async for text in messages(socket, _MOST_PLACES):
                if code := _take(hub, seat, text):
                    await socket.close(code)
                    break
        finally:
            hub.leave(seat)


def _take(hub: Hub, seat: Seat, text: str) -> int:
    """Take the place that a browser tells; return the code to close with, 0 where it is one."""
    try:
        told = orjson.loads(text) if len(text) <= _LONGEST_PLACE else None
        if not isinstance(told, dict):
            return REFUSED
        kind, name = told.get("kind"), told.get("of")
        if not isinstance(kind, str) or not isinstance(name, str) or len(name) > _LONGEST_NAME:
            return REFUSED
        if kind not in _kinds:
            # A server that was started anew knows what its pages watch once one of them was opened.
            return _TRY_LATER
        hub.sit(seat, kind, name, told)
    except ValueError:
        return REFUSED
    return 0


def route(prefix: str) -> WebSocketRoute:
    """Return the route `/explorer-push` below a prefix, "" or one that begins with /."""
    return WebSocketRoute(f"{prefix}/explorer-push", _serve)
