"""The socket of a room: what browsers ask for, and what they may.

A message is JSON: `do` names what is asked for, `id` is repeated in the answer. Answers say `ok`
with what came of it, or `error` with a sentence; what everybody is told comes unasked (`views`).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import orjson
import segno
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from explorer.rooms.room import (
    RoomError,
    UnknownRoom,
    is_address,
    read_code,
    read_forecast,
    read_name,
    read_question,
)
from explorer.rooms.scoreboard import as_csv
from explorer.store.rooms import StoredRooms
from explorer.store.run_store import StoreUnavailable
from explorer.teaching.questions import QUESTIONS
from pages.components.access import access
from pages.components.access.attempts import Attempts, network_of
from pages.components.frontend.admission import beside, messages
from pages.components.preview import preview
from pages.components.rooms.hub import Hub, hub, stored
from pages.components.rooms.seats import HOST, PERSON, Seat
from pages.components.rooms.views import encoded

_LONGEST_MESSAGE = 20_000
_MOST_MESSAGES = 80
"""In a second, from one browser: a dragged bar commits nothing, so nobody needs as many."""
_LONGEST_BASE = 500
_WORDS_OF_NONSENSE = "The app does not understand this request: reload the page."

_wrong_codes = Attempts(limit=40, seconds=60)
_wrong_keys = Attempts(limit=20, seconds=60)
_LINK_FACTOR = 25
"""So much more often may a link be wrong: it cannot be guessed, and a hall shares one address."""

Answer = Mapping[str, Any] | None


class _Visit:
    """What one browser asks for, as long as it is connected."""

    def __init__(self, socket: WebSocket, rooms: Hub) -> None:
        self.seat = Seat(socket)
        self._hub = rooms
        self._from = network_of(socket)
        self._host_header = socket.headers.get("host", "")
        self._cookies = socket.cookies
        self._shown = ""

    async def take(self, text: str) -> bytes:
        """Do what a message asks for and return the answer."""
        number = None
        try:
            asked = orjson.loads(text) if len(text) <= _LONGEST_MESSAGE else None
            if not isinstance(asked, dict):
                raise RoomError(_WORDS_OF_NONSENSE)
            number = asked.get("id") if type(asked.get("id")) is int else None
            result = await self._do(asked)
        except orjson.JSONDecodeError:
            return encoded({"re": None, "error": _WORDS_OF_NONSENSE})
        except (RoomError, StoreUnavailable) as error:
            gone = isinstance(error, UnknownRoom)
            return encoded({"re": number, "error": str(error), "gone": gone})
        return encoded({"re": number, "ok": result or {}})

    async def _do(self, asked: dict[str, Any]) -> Answer:
        act = asked.get("do")
        anybodys: Mapping[object, Callable[[dict[str, Any]], Awaitable[Answer]]] = {
            "open": self._open,
            "join": self._join,
            "back": self._back,
            "host": self._host,
            "leave": self._leave,
        }
        if isinstance(act, str) and act in anybodys:
            return await anybodys[act](asked)
        if act == "forecast" and self.seat.role == PERSON:
            return await self._forecast(asked)
        if isinstance(act, str) and self.seat.role == HOST:
            if act in _CHANGES:
                change = _CHANGES[act]
                await self._change(lambda: change(stored(), self.seat.code, asked))
                return None
            if act in _HOSTS:
                return await _HOSTS[act](self, asked)
        raise RoomError(_WORDS_OF_NONSENSE)

    def gone(self) -> None:
        """The browser has left its room."""
        if self._shown:
            preview.hear(self._shown, None)
        self._shown = ""
        self._hub.leave(self.seat)

    # ------------------------------------------------------------------ anybody

    async def _open(self, asked: dict[str, Any]) -> Answer:
        access.require_holder(self._cookies)
        opened = await asyncio.to_thread(stored().open)
        await self._hub.enter(self.seat, opened.code, HOST)
        return {"code": opened.code, "key": opened.key}

    async def _join(self, asked: dict[str, Any]) -> Answer:
        name = read_name(asked.get("name"))
        code = await self._found(read_code(asked.get("code")))
        joined = await asyncio.to_thread(stored().join, code, name)
        await self._hub.enter(self.seat, code, PERSON, joined.person)
        return {"code": code, "token": joined.token}

    async def _found(self, code: str) -> str:
        is_link = len(code) > 6
        who = self._from, is_link
        if _wrong_codes.are_too_many(who, _LINK_FACTOR if is_link else 1):
            raise RoomError(
                "Too many wrong codes came from your network. Wait a minute, or scan the QR "
                "code on the host's screen."
            )
        try:
            return await asyncio.to_thread(stored().find, code)
        except UnknownRoom:
            _wrong_codes.note(who)
            raise

    # Whoever has the right token or key is let in, however much their neighbours guess.

    async def _back(self, asked: dict[str, Any]) -> Answer:
        code = read_code(asked.get("code"))
        person = await asyncio.to_thread(stored().person_of, code, asked.get("token"))
        if person is None:
            await self._found(code)
            raise UnknownRoom("This browser is not in the room: join with the code.")
        await self._hub.enter(self.seat, code, PERSON, person.id)
        return {"code": code}

    async def _host(self, asked: dict[str, Any]) -> Answer:
        code = read_code(asked.get("code"))
        if not await asyncio.to_thread(stored().is_host, code, asked.get("key")):
            await self._found(code)
            if _wrong_keys.are_too_many(code):
                raise RoomError("Too many wrong keys were tried for this room: wait a minute.")
            _wrong_keys.note(code)
            raise UnknownRoom("This key does not open the room as its host.")
        await self._hub.enter(self.seat, code, HOST)
        return {"code": code}

    async def _leave(self, asked: dict[str, Any]) -> Answer:
        self.gone()
        return None

    async def _forecast(self, asked: dict[str, Any]) -> Answer:
        number, sent = _number(asked, "round"), asked.get("q")
        if not isinstance(sent, list):
            raise RoomError(_WORDS_OF_NONSENSE)
        forecast = read_forecast(sent, len(sent))
        if not await self._hub.forecast(self.seat.code, number, self.seat.person, forecast):
            raise RoomError("This forecast does not fit the question: reload the page.")
        return {"round": number}

    # ------------------------------------------------------------------ the host

    async def _change(self, act: Callable[[], Any]) -> Any:
        return await self._hub.change(self.seat.code, act)

    async def ask(self, asked: dict[str, Any]) -> Answer:
        """Ask a prepared question, or one of the host's own."""
        name = asked.get("prepared")
        if name is None:
            question = read_question(asked.get("question"))
        elif isinstance(name, str) and name in QUESTIONS:
            question = QUESTIONS[name]
        else:
            raise RoomError("There is no such prepared question.")
        return {"round": await self._change(lambda: stored().rounds.ask(self.seat.code, question))}

    async def settle(self, asked: dict[str, Any]) -> Answer:
        """Set what happened, or draw it."""
        number, outcome = _number(asked, "round"), asked.get("outcome")
        code = self.seat.code

        def act() -> None:
            chosen = _drawn(code, number) if outcome == "draw" else outcome
            if type(chosen) is not int:
                raise RoomError("This is none of the outcomes.")
            stored().rounds.settle(code, number, chosen)

        await self._change(act)
        return None

    async def new_key(self, asked: dict[str, Any]) -> Answer:
        """Return a new key, by which another device becomes the host's; the old one is void."""
        return {"key": await self._change(lambda: stored().replace_key(self.seat.code))}

    async def show(self, asked: dict[str, Any]) -> Answer:
        """Lead everybody to the host's page."""
        address = asked.get("address")
        if not isinstance(address, str) or not is_address(address):
            raise RoomError(_WORDS_OF_NONSENSE)
        await self._change(lambda: stored().show(self.seat.code, address))
        return None

    async def previews(self, asked: dict[str, Any]) -> Answer:
        """Push what the host's session shows from now on."""
        name = asked.get("token")
        if not isinstance(name, str):
            raise RoomError(_WORDS_OF_NONSENSE)
        if self._shown and self._shown != name:
            preview.hear(self._shown, None)
        self._shown = name
        return {"pushed": preview.hear(name, self._hub.audience(self.seat.code))}

    async def csv(self, asked: dict[str, Any]) -> Answer:
        """Return all forecasts as a table."""
        code = self.seat.code
        return {"csv": await asyncio.to_thread(lambda: as_csv(stored().get(code)))}

    async def qr(self, asked: dict[str, Any]) -> Answer:
        """Return a picture of a link to this app."""
        link = asked.get("link")
        if not isinstance(link, str) or len(link) > _LONGEST_BASE:
            raise RoomError(_WORDS_OF_NONSENSE)
        parts = urlsplit(link)
        if parts.scheme not in ("http", "https") or parts.netloc != self._host_header:
            raise RoomError("A QR code leads to this app alone.")
        drawn = BytesIO()
        segno.make(link, error="m", micro=False).save(
            drawn, kind="svg", border=2, omitsize=True, xmldecl=False, light="#fff"
        )
        return {"svg": drawn.getvalue().decode()}


def _number(asked: Mapping[str, Any], name: str) -> int:
    value = asked.get(name)
    # No more than the column of a database holds.
    if type(value) is not int or not 0 < value < 2**31:
        raise RoomError(_WORDS_OF_NONSENSE)
    return value


def _drawn(code: str, number: int) -> int:
    found = next((one for one in stored().get(code).rounds if one.number == number), None)
    if found is None or not found.question.probabilities:
        raise RoomError("Nothing says how this outcome is drawn: set it.")
    weights = found.question.probabilities
    return secrets.SystemRandom().choices(range(len(weights)), weights)[0]


_CHANGES: Mapping[str, Callable[[StoredRooms, str, Mapping[str, Any]], object]] = {
    "close": lambda rooms, code, asked: rooms.rounds.close(code, _number(asked, "round")),
    "reopen": lambda rooms, code, asked: rooms.rounds.reopen(code, _number(asked, "round")),
    "drop": lambda rooms, code, asked: rooms.rounds.drop(code, _number(asked, "round")),
    "joining": lambda rooms, code, asked: rooms.set_joining(code, asked.get("on") is True),
    "hide": lambda rooms, code, asked: rooms.hide_names(code, asked.get("on") is True),
    "remove": lambda rooms, code, asked: rooms.remove(code, _number(asked, "person")),
    "end": lambda rooms, code, asked: rooms.end(code),
}
"""What a host may change of the room, and is answered with nothing."""
_HOSTS: Mapping[str, Callable[[_Visit, dict[str, Any]], Awaitable[Answer]]] = {
    "ask": _Visit.ask,
    "settle": _Visit.settle,
    "key": _Visit.new_key,
    "show": _Visit.show,
    "previews": _Visit.previews,
    "csv": _Visit.csv,
    "qr": _Visit.qr,
}


async def _serve(socket: WebSocket) -> None:
    visit = _Visit(socket, hub())
    async with beside(visit.seat.tell()):
        try:
            async for text in messages(socket, _MOST_MESSAGES):
                visit.seat.say(await visit.take(text))
        finally:
            visit.gone()


def route(prefix: str) -> WebSocketRoute:
    """Return the route `/explorer-room` below a prefix, "" or one that begins with /."""
    return WebSocketRoute(f"{prefix}/explorer-room", _serve)
