"""The rooms that have somebody in this process, each read once for everybody in it.

What changes here is told at once; what changes through another process is seen by one look at the
versions of all rooms, ten times a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from explorer.jobs import launcher
from explorer.rooms.room import SCORED, Room, RoomError, Round, UnknownRoom
from explorer.store.rooms import StoredRooms
from explorer.store.run_store import StoreUnavailable
from pages.components.frontend.admission import once_in_each_loop
from pages.components.preview.preview import Plots
from pages.components.rooms import views
from pages.components.rooms.seats import HOST, PERSON, Frame, Seat, packed
from pages.components.rooms.views import encoded

_log = logging.getLogger(__name__)

# A look costs 0.4 ms of the processor on SQLite and 1.2 ms on PostgreSQL, one for all rooms: about
# a hundredth of a core. LISTEN would save that, for a connection of its own in each process.
LOOK_SECONDS = 0.1
"""Between two looks at the versions of rooms."""
FRAME_SECONDS = 0.1
"""Between two pushes of what the host's page shows."""
_REFRESH_SECONDS = 0.2
_PURGE_SECONDS = 60.0
_BEAT_SECONDS = 10.0
_RETRY_SECONDS = 1.0


def stored() -> StoredRooms:
    """Return the rooms of the app's store."""
    return launcher.default_store().rooms


class LiveRoom:
    """A room that has somebody in this process.

    Attributes:
        code: Its link code.
        seats: The browsers in it.
        room: What was read of it last.
        frame: What the host's page shows.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.seats: set[Seat] = set()
        self.room: Room | None = None
        self.frame = Frame()
        self.frame_version = 0
        self.is_stale = False
        self.task: asyncio.Task[None] | None = None
        self.waiting: list[tuple[int, int, tuple[float, ...], asyncio.Future[bool]]] = []
        self.writing: asyncio.Task[None] | None = None
        self.keeping: asyncio.Task[None] | None = None
        self.is_unkept = False
        self.change: tuple[str, dict[str, Any], dict[str, str]] | None = None
        self.pushing: asyncio.TimerHandle | None = None
        self.pushed_at = -1.0
        self._scored: dict[int, Round] = {}

    def read(self) -> Room:
        """Return the room as it is now, forecasts of rounds that are over not read again."""
        known = 0
        while known + 1 in self._scored:
            known += 1
        room = stored().get(self.code, forecasts_from=known + 1)
        people = {one.id for one in room.people}
        if self.room is not None and not {one.id for one in self.room.people} <= people:
            # Somebody was removed, with all forecasts.
            self._scored, known = {}, 0
            room = stored().get(self.code)
        rounds = [
            replace(one, forecasts=self._scored[one.number].forecasts)
            if one.number <= known
            else one
            for one in room.rounds
        ]
        self._scored = {one.number: one for one in rounds if one.state == SCORED}
        return replace(room, rounds=rounds)


class Hub:
    """All rooms with somebody in this process. It belongs to one event loop."""

    def __init__(self) -> None:
        self._live: dict[str, LiveRoom] = {}
        self._loop = asyncio.get_running_loop()
        self._looking: asyncio.Task[None] | None = None

    # ------------------------------------------------------------------ coming and going

    async def enter(self, seat: Seat, code: str, role: str, person: int = 0) -> None:
        """Give a browser its place in a room."""
        self.leave(seat)
        live = self._live.setdefault(code, LiveRoom(code))
        seat.code, seat.role, seat.person = code, role, person
        live.seats.add(seat)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        if not live.frame.page:
            await self._read_frame(live)
        if live.frame.page and role == PERSON:
            seat.push(live.frame.whole(), live.frame)
        self.refresh(code)

    def leave(self, seat: Seat) -> None:
        """Take a browser's place away."""
        live = self._live.get(seat.code)
        if live is not None:
            live.seats.discard(seat)
            if not live.seats:
                del self._live[seat.code]
        seat.code = seat.role = ""
        seat.forget()

    # ------------------------------------------------------------------ the room itself

    def refresh(self, code: str) -> None:
        """Read a room again and tell everybody in it what is new."""
        live = self._live.get(code)
        if live is None:
            return
        live.is_stale = True
        if live.task is None or live.task.done():
            live.task = asyncio.create_task(self._refresh(live))

    async def _refresh(self, live: LiveRoom) -> None:
        while live.is_stale and live.seats:
            live.is_stale = False
            try:
                room, messages = await asyncio.to_thread(self._read, live)
            except UnknownRoom as error:
                self._end(live, str(error))
                return
            except StoreUnavailable as error:
                _log.warning("A room could not be read: %s", error)
                live.is_stale = True
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            live.room = room
            for seat in list(live.seats):
                seat.show("room", messages["public"])
                if seat.role == HOST:
                    if "host" in messages:
                        seat.show("host", messages["host"])
                    else:
                        live.is_stale = True
                elif seat.person not in messages["own"]:
                    # Came while the room was read.
                    live.is_stale = True
                elif own := messages["own"][seat.person]:
                    seat.show("me", own)
                else:
                    self._dismiss(seat, "The host has removed you from this room.")
            await asyncio.sleep(_REFRESH_SECONDS)

    def _read(self, live: LiveRoom) -> tuple[Room, dict[str, Any]]:
        # Before the room is read: whoever comes in between is no person that the host removed.
        seats = list(live.seats)
        room = live.read()
        sums = views.sums_of(room)
        messages: dict[str, Any] = {"public": encoded({"room": views.public_view(room)})}
        if any(seat.role == HOST for seat in seats):
            messages["host"] = encoded({"host": views.host_view(room, sums)})
        people = {seat.person for seat in seats if seat.role == PERSON}
        messages["own"] = {
            person: None if own is None else encoded({"me": own})
            for person in people
            for own in (views.own_view(room, person, sums),)
        }
        return room, messages

    def _end(self, live: LiveRoom, words: str) -> None:
        for seat in list(live.seats):
            self._dismiss(seat, words)

    def _dismiss(self, seat: Seat, words: str) -> None:
        self.leave(seat)
        seat.finish(encoded({"ended": words}))

    async def _look(self) -> None:
        """Look for what other processes have changed, as long as somebody is here."""
        purged = beat = time.monotonic()
        while self._live:
            await asyncio.sleep(LOOK_SECONDS)
            now = time.monotonic()
            if now - beat > _BEAT_SECONDS:
                beat = now
                for live in self._live.values():
                    for seat in live.seats:
                        # By its silence a browser knows a connection that died unnoticed.
                        seat.say(b'{"beat":1}')
            try:
                if now - purged > _PURGE_SECONDS:
                    purged = now
                    await asyncio.to_thread(stored().purge)
                versions = await asyncio.to_thread(stored().versions, list(self._live))
            except StoreUnavailable:
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            for live in list(self._live.values()):
                await self._compare(live, versions.get(live.code))

    async def _compare(self, live: LiveRoom, versions: tuple[int, int] | None) -> None:
        if versions is None or live.room is None or versions[0] != live.room.version:
            self.refresh(live.code)
        is_kept = live.keeping is None or live.keeping.done()
        if versions is not None and versions[1] > live.frame_version and is_kept:
            live.frame_version = versions[1]
            if await self._read_frame(live):
                self._push_to_people(live, live.frame.whole())

    # ------------------------------------------------------------------ forecasts

    async def forecast(
        self, code: str, number: int, person: int, forecast: tuple[float, ...]
    ) -> bool:
        """Keep a forecast, together with those that come in the same moment.

        Returns:
            Whether it was kept, once it is in the database.

        Raises:
            RoomError: The round is closed.
            StoreUnavailable: The database cannot be used.
        """
        live = self._live.get(code)
        if live is None:
            raise UnknownRoom("You are in no room any more: join again.")
        kept: asyncio.Future[bool] = self._loop.create_future()
        live.waiting.append((number, person, forecast, kept))
        if live.writing is None or live.writing.done():
            live.writing = asyncio.create_task(self._write(live))
        return await kept

    async def _write(self, live: LiveRoom) -> None:
        while live.waiting:
            batch, live.waiting = live.waiting, []
            for number in {number for number, *_ in batch}:
                own = [one for one in batch if one[0] == number]
                forecasts = {person: forecast for _, person, forecast, _ in own}
                try:
                    kept = await asyncio.to_thread(
                        stored().rounds.forecast, live.code, number, forecasts
                    )
                except Exception as error:
                    # Whatever it is, whoever waits for an answer is told.
                    for *_, done in own:
                        if not done.done():
                            done.set_exception(error)
                    continue
                for _, person, _, done in own:
                    if not done.done():
                        done.set_result(person in kept)
            self.refresh(live.code)

    # ------------------------------------------------------------------ what the host shows

    def audience(self, code: str) -> Callable[[str, Mapping[str, Any], Plots], None]:
        """Return who is to be told what the host's page shows; may be called from any thread."""

        def hear(page: str, editors: Mapping[str, Any], plots: Plots) -> None:
            texts = {key: payload.decode() for key, payload in plots.items()}
            with contextlib.suppress(RuntimeError):  # the server is going down
                self._loop.call_soon_threadsafe(self._take, code, page, dict(editors), texts)

        return hear

    def _take(self, code: str, page: str, editors: dict[str, Any], plots: dict[str, str]) -> None:
        live = self._live.get(code)
        if live is None:
            return
        live.frame.add(page, editors, plots)
        if live.change is not None and live.change[0] == page:
            live.change[1].update(editors)
            live.change[2].update(plots)
        else:
            live.change = (page, editors, plots)
        if live.pushing is None:
            wait = live.pushed_at + FRAME_SECONDS - self._loop.time()
            # The plots of one run of a script come one by one, and go together.
            live.pushing = self._loop.call_later(max(0.005, wait), self._push, live)

    def _push(self, live: LiveRoom) -> None:
        live.pushing = None
        live.pushed_at = self._loop.time()
        if live.change is None:
            return
        change, live.change = packed(*live.change), None
        self._push_to_people(live, change)
        live.is_unkept = True
        if live.keeping is None or live.keeping.done():
            live.keeping = asyncio.create_task(self._keep(live))

    def _push_to_people(self, live: LiveRoom, change: bytes) -> None:
        for seat in live.seats:
            if seat.role == PERSON:
                seat.push(change, live.frame)

    async def _keep(self, live: LiveRoom) -> None:
        """Keep the newest frame for other processes and for those who come later."""
        while live.is_unkept:
            live.is_unkept = False
            with contextlib.suppress(StoreUnavailable, RoomError):
                live.frame_version = await asyncio.to_thread(
                    stored().set_frame, live.code, live.frame.whole()
                )

    async def _read_frame(self, live: LiveRoom) -> bool:
        try:
            payload = await asyncio.to_thread(stored().frame, live.code)
        except StoreUnavailable:
            return False
        if payload is not None:
            live.frame = Frame.from_packed(payload)
        return payload is not None

    async def change(self, code: str, act: Callable[[], Any]) -> Any:
        """Change something of a room in the database, tell everybody, and return the result."""
        done = await asyncio.to_thread(act)
        self.refresh(code)
        return done


@once_in_each_loop
def hub() -> Hub:
    """Return the hub of the running event loop."""
    return Hub()
