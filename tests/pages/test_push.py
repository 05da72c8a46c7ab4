"""What is watched is read once for everybody, and nobody's slowness is anybody else's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Hashable, Mapping
from functools import wraps
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.websockets import WebSocketDisconnect

from pages.components.push import push
from pages.components.push.push import BEAT_SECONDS, Hub, Seat
from tests.pages.asgi import HOST, scope


class Counter:
    """A feed that tells how far it has counted since a place; a look counts one on."""

    def __init__(self, name: str = "") -> None:
        self.count = 0
        self.watching: list[int] = []
        self.told: list[tuple[int, int]] = []
        self.stands = False

    def place(self, told: Mapping[str, Any]) -> Hashable:
        if type(told.get("at")) is not int:
            raise ValueError("A place is a number.")
        return told["at"]

    def look(self, watching: int) -> float:
        self.watching.append(watching)
        if self.count < 0:
            raise RuntimeError("This feed is broken.")
        self.count += not self.stands
        return 1.0

    def news(self, place: Hashable) -> tuple[bytes, Hashable] | None:
        assert isinstance(place, int)
        if place == self.count:
            return None
        self.told.append((place, self.count))
        return json.dumps([place, self.count]).encode(), self.count


class Socket:
    """A connection that hands over what it is sent, when it is let."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.closed = 0
        self.open = asyncio.Event()
        self.open.set()

    async def send_bytes(self, message: bytes) -> None:
        await self.open.wait()
        if self.closed:
            raise WebSocketDisconnect(1006)
        self.sent.append(json.loads(message))

    async def close(self, code: int) -> None:
        self.closed = code


class Room:
    """A hub whose clock stands still until `turn` moves it, with a feed that all share."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(push, "_TOGETHER_SECONDS", 0)
        self.now = 0.0
        self.feed = Counter()
        self.hub = Hub(lambda: self.now, self._until)
        self._moved = asyncio.Event()
        self._waits = False
        self._guests: list[tuple[Seat, Socket, asyncio.Task[None]]] = []
        monkeypatch.setitem(push._kinds, "count", lambda _name: self.feed)

    async def _until(self, came: asyncio.Event, seconds: float) -> None:
        due = self.now + seconds
        while self.now < due and not came.is_set():
            self._moved.clear()
            waits = [asyncio.create_task(one.wait()) for one in (came, self._moved)]
            self._waits = True
            await asyncio.wait(waits, return_when="FIRST_COMPLETED")
            self._waits = False
            for one in waits:
                one.cancel()

    def come(self, at: int = 0) -> tuple[Seat, Socket]:
        socket = Socket()
        seat = Seat(socket)  # type: ignore[arg-type]
        self._guests.append((seat, socket, asyncio.create_task(seat.deliver())))
        self.hub.sit(seat, "count", "one", {"at": at})
        return seat, socket

    async def rest(self) -> None:
        """Let everything happen that can without the clock."""
        async with asyncio.timeout(20):
            while not self._is_at_rest():
                await asyncio.sleep(0.001)

    def _is_at_rest(self) -> bool:
        audiences = self.hub._audiences.values()
        is_read = all(self._waits and not one.came.is_set() for one in audiences)
        return is_read and all(
            seat.is_free or not socket.open.is_set() or delivering.done()
            for seat, socket, delivering in self._guests
        )

    async def turn(self, seconds: float = 1.0) -> None:
        self.now += seconds
        self._waits = False
        self._moved.set()
        await self.rest()

    def leave(self) -> None:
        for *_, delivering in self._guests:
            delivering.cancel()


def in_room(story: Callable[[Room], Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a story in an event loop of its own."""

    @wraps(story)
    def run(monkeypatch: pytest.MonkeyPatch) -> None:
        async def told() -> None:
            room = Room(monkeypatch)
            try:
                await story(room)
            finally:
                room.leave()

        asyncio.run(told())

    # Otherwise pytest would look for a fixture named as the story's argument is.
    del run.__wrapped__  # type: ignore[attr-defined]
    return run


@in_room
async def test_a_thing_is_read_once_and_told_once_for_all_who_are_at_one_place(room):
    sockets = [room.come()[1] for _ in range(40)]
    await room.rest()
    await room.turn()
    assert room.feed.watching == [40, 40]
    assert room.feed.told == [(0, 1), (1, 2)]
    assert all(socket.sent == [[0, 1], [1, 2]] for socket in sockets)


@in_room
async def test_who_comes_late_is_told_from_its_place_on_without_a_reading_of_its_own(room):
    _, early = room.come()
    for _ in range(3):
        await room.turn()
    read = len(room.feed.watching)
    _, behind = room.come(2)
    _, there = room.come(room.feed.count)
    await room.rest()
    assert len(room.feed.watching) == read
    assert behind.sent == [[2, room.feed.count]]
    # It hears that it is heard, also where there is nothing to tell.
    assert there.sent == [{"beat": 1}]
    assert early.sent[-1][1] == room.feed.count


@in_room
async def test_who_is_slow_waits_for_one_message_and_is_then_told_all_at_once(room):
    seat, slow = room.come()
    _, quick = room.come()
    await room.rest()
    slow.open.clear()
    for _ in range(5):
        await room.turn()
    assert not seat.is_free
    assert len(quick.sent) == 6
    slow.open.set()
    await room.rest()
    await room.turn()
    assert slow.sent == [[0, 1], [1, 2], [2, 7]]
    assert quick.sent[-1] == [6, 7]


@in_room
async def test_reading_ends_with_the_last_who_watches_and_begins_with_the_next(room):
    seat, _ = room.come()
    await room.rest()
    room.hub.leave(seat)
    for _ in range(3):
        await room.turn()
    assert len(room.feed.watching) == 1
    assert room.hub._audiences == {}
    room.come()
    await room.rest()
    assert len(room.feed.watching) == 2


@in_room
async def test_one_who_is_told_nothing_hears_a_beat_and_no_more_than_that(room):
    room.feed.stands = True
    _, socket = room.come(0)
    await room.rest()
    assert socket.sent == [{"beat": 1}]
    for _ in range(int(BEAT_SECONDS)):
        await room.turn()
    assert socket.sent == [{"beat": 1}] * 2


@in_room
async def test_who_has_gone_or_told_another_place_meanwhile_breaks_nothing(room):
    seat, gone = room.come()
    other, turned = room.come()
    await room.rest()
    gone.closed = 1006
    room.hub.sit(other, "count", "one", {"at": 0})
    await room.rest()
    assert turned.sent == [[0, 1], [0, 1]]
    await room.turn()
    room.hub.leave(seat)
    await room.turn()
    assert turned.sent[-1] == [2, 3]


@in_room
async def test_a_broken_feed_closes_its_sockets_and_a_new_one_is_tried_by_the_next(room):
    _, socket = room.come()
    await room.rest()
    room.feed.count = -1
    await room.turn()
    assert socket.closed == 1011
    room.feed.count = 0
    _, again = room.come()
    await room.rest()
    assert again.sent == [[0, 1]]


def conversation(*texts: str, origin: str = f"http://{HOST}") -> list[dict[str, Any]]:
    """What the route sends to somebody who says these texts and then goes."""
    where = scope("websocket", "/explorer-push", {"host": HOST, "origin": origin})
    sent: list[dict[str, Any]] = []

    async def talk() -> None:
        waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        waiting.put_nowait({"type": "websocket.connect"})
        for text in texts:
            waiting.put_nowait({"type": "websocket.receive", "text": text})
        heard = asyncio.Event()

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)
            if message["type"] != "websocket.accept":
                heard.set()

        app = Starlette(routes=[push.route("")])
        async with asyncio.timeout(20):
            serving = asyncio.create_task(app(where, waiting.get, send))
            await heard.wait()
            waiting.put_nowait({"type": "websocket.disconnect", "code": 1001})
            await serving

    asyncio.run(talk())
    return sent


def test_a_browser_that_tells_its_place_is_told_what_it_lacks(monkeypatch):
    monkeypatch.setitem(push._kinds, "count", Counter)
    accepted, told = conversation('{"kind": "count", "of": "one", "at": 0}')
    assert accepted["type"] == "websocket.accept"
    assert json.loads(told["bytes"]) == [0, 1]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 1008),
        ("[1]", 1008),
        ('{"kind": "count"', 1008),
        ('{"kind": "count", "of": 7}', 1008),
        ('{"kind": "count", "of": "one", "at": "here"}', 1008),
        ('{"kind": "count", "of": "' + 65 * "x" + '", "at": 0}', 1008),
        ('{"kind": "count", "of": "one", "at": 0, "more": "' + 5000 * "x" + '"}', 1008),
        # As after a restart, until somebody opens a page of this kind.
        ('{"kind": "other", "of": "one"}', 1013),
    ],
)
def test_what_is_no_place_closes_the_connection(monkeypatch, text, code):
    monkeypatch.setitem(push._kinds, "count", Counter)
    *_, last = conversation(text)
    assert (last["type"], last["code"]) == ("websocket.close", code)


def test_a_flood_of_places_and_a_page_of_another_site_are_refused(monkeypatch):
    monkeypatch.setitem(push._kinds, "count", Counter)
    sent = conversation(*['{"kind": "count", "of": "one", "at": 0}'] * 60)
    assert 1008 in [message.get("code") for message in sent]
    (refused,) = conversation(origin="https://elsewhere.example")
    assert refused["type"] == "websocket.close"
