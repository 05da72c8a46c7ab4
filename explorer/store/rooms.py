"""Rooms in the run store: who is in them, what was asked, and what everybody forecast."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from explorer.rooms.room import (
    LIFETIME_SECONDS,
    MOST_PEOPLE,
    MOST_ROOMS,
    Participant,
    Room,
    RoomError,
    Round,
    UnknownRoom,
    new_link_code,
    new_spoken_code,
)
from explorer.store.database import Database
from explorer.store.room_rounds import LIVES, RoomRounds, change_room, ended
from explorer.store.rows import StorePart, same_named
from explorer.store.shipped import ShippedRuns
from explorer.store.tables import (
    database_now,
    room_forecasts,
    room_frames,
    room_people,
    room_rounds,
    rooms,
)


@dataclass(frozen=True)
class Opened:
    """A room that was opened; only here its host's key is readable."""

    code: str
    key: str


@dataclass(frozen=True)
class Joined:
    """A person who was let in; only here the token is readable by which they come back."""

    person: int
    token: str


class StoredRooms(StorePart):
    """The rooms of a store, as `RunStore.rooms`.

    Methods that take a room's link code raise UnknownRoom when there is no such room or it has
    ended, and RoomError, a plain sentence too, for what cannot be done.

    Attributes:
        rounds: Questions and forecasts.
    """

    def __init__(self, database: Database, shipped: ShippedRuns) -> None:
        super().__init__(database, shipped)
        self.rounds = RoomRounds(database, shipped)

    # ------------------------------------------------------------------ the room as a whole

    def open(self) -> Opened:
        """Open a room for a day.

        Raises:
            RoomError: There are as many as one server keeps.
        """
        opened = Opened(new_link_code(), secrets.token_urlsafe(24))
        with self._database.transaction(may_create=True) as connection:
            _purge(connection)
            row = {
                "code": opened.code,
                "spoken": new_spoken_code(),
                "host_key": _hash(opened.key),
                "ends_at": database_now() + LIFETIME_SECONDS,
            }
            connection.execute(sa.insert(rooms).values(row))
            count = connection.execute(sa.select(sa.func.count()).select_from(rooms)).scalar_one()
            if count > MOST_ROOMS:
                raise RoomError(
                    f"There are {MOST_ROOMS} rooms already, as many as one server keeps: end one "
                    "that is over, or try again tomorrow."
                )
        return opened

    def find(self, code: str) -> str:
        """Return the link code of a room.

        Args:
            code: From `read_code`: the link code, or the spoken one while the room takes people.
        """
        spoken = (rooms.c.spoken == code) & rooms.c.joining
        query = sa.select(rooms.c.code).where(LIVES, (rooms.c.code == code) | spoken)
        found = self._one(query)
        if found is None:
            raise UnknownRoom(
                "No room with this code is open for joining; it may have ended. Look at the "
                "host's screen again."
            )
        return str(found.code)

    def is_host(self, code: str, key: object) -> bool:
        """Tell whether this is the key of the room's host."""
        room = self._one(sa.select(rooms.c.host_key).where(rooms.c.code == code, LIVES))
        if room is None or not isinstance(key, str):
            return False
        return hmac.compare_digest(room.host_key, _hash(key))

    def get(self, code: str, *, forecasts_from: int = 1) -> Room:
        """Return everything in a room, with the forecasts from one round on."""
        seconds_left = (rooms.c.ends_at - database_now()).label("seconds_left")
        own = sa.select(rooms, seconds_left).where(rooms.c.code == code, LIVES)
        inside = sa.select(room_people.c.number, room_people.c.name).where(
            room_people.c.room == code, ~room_people.c.is_removed
        )
        wanted = sa.select(room_forecasts).where(
            room_forecasts.c.room == code, room_forecasts.c.round >= forecasts_from
        )
        asked = sa.select(room_rounds).where(room_rounds.c.room == code)
        forecasts: dict[int, dict[int, tuple[float, ...]]] = {}
        with self._database.transaction() as connection:
            row = connection.execute(own).one_or_none()
            if row is None:
                raise ended()
            people = connection.execute(inside.order_by(room_people.c.number)).all()
            for one in connection.execute(wanted.order_by(room_forecasts.c.person)):
                forecasts.setdefault(one.round, {})[one.person] = one.forecast
            rounds = connection.execute(asked.order_by(room_rounds.c.number)).all()
        return Room(
            **same_named(Room, row),
            people=[Participant(*person) for person in people],
            rounds=[
                Round(**same_named(Round, one), forecasts=forecasts.get(one.number, {}))
                for one in rounds
            ],
        )

    def versions(self, codes: Collection[str]) -> Mapping[str, tuple[int, int]]:
        """Return the versions of rooms and of their frames, of those that there still are."""
        query = (
            sa.select(rooms.c.code, rooms.c.version, room_frames.c.version.label("frame"))
            .outerjoin(room_frames, room_frames.c.room == rooms.c.code)
            .where(rooms.c.code.in_(codes), LIVES)
        )
        return {row.code: (row.version, row.frame or 0) for row in self._all(query)}

    def end(self, code: str) -> None:
        """End a room and delete all that is kept of it."""
        with self._database.transaction() as connection:
            _delete(connection, [code])

    def purge(self) -> None:
        """Delete the rooms whose day is over."""
        with self._database.transaction() as connection:
            _purge(connection)

    # ------------------------------------------------------------------ people

    def join(self, code: str, name: str) -> Joined:
        """Let somebody in, called as `read_name` says."""
        token = secrets.token_urlsafe(18)
        with self._database.transaction() as connection:
            change_room(connection, code)
            room = connection.execute(sa.select(rooms.c.joining).where(rooms.c.code == code)).one()
            if not room.joining:
                raise RoomError("This room takes nobody new at the moment. Ask the host.")
            own = room_people.c.room == code
            inside = sa.select(sa.func.count()).where(own, ~room_people.c.is_removed)
            if connection.execute(inside).scalar_one() >= MOST_PEOPLE:
                raise RoomError(f"This room is full: {MOST_PEOPLE} people are in it.")
            last = connection.execute(sa.select(sa.func.max(room_people.c.number)).where(own))
            person = (last.scalar_one() or 0) + 1
            row = {"room": code, "number": person, "name": name, "token": _hash(token)}
            connection.execute(sa.insert(room_people).values(row))
        return Joined(person, token)

    def person_of(self, code: str, token: object) -> Participant | None:
        """Return who comes back with a token, or None where nobody has it.

        Raises:
            RoomError: The host has removed the person.
        """
        if not isinstance(token, str):
            return None
        query = sa.select(room_people).join(rooms, rooms.c.code == room_people.c.room)
        query = query.where(rooms.c.code == code, LIVES, room_people.c.token == _hash(token))
        row = self._one(query)
        if row is None:
            return None
        if row.is_removed:
            raise RoomError("The host has removed you from this room.")
        return Participant(row.number, row.name)

    def remove(self, code: str, person: int) -> None:
        """Put somebody out of a room, with name and forecasts."""
        own = sa.update(room_people).filter_by(room=code, number=person)
        with self._database.transaction() as connection:
            change_room(connection, code)
            connection.execute(own.values(is_removed=True, name=""))
            connection.execute(sa.delete(room_forecasts).filter_by(room=code, person=person))

    def set_joining(self, code: str, joining: bool) -> None:
        """Let new people in, or nobody; each time that it opens it gets a new spoken code."""
        new_code = {"spoken": new_spoken_code()} if joining else {}
        with self._database.transaction() as connection:
            change_room(connection, code, joining=joining, **new_code)

    def hide_names(self, code: str, hidden: bool) -> None:
        """Show no names on the screen, or show them again."""
        with self._database.transaction() as connection:
            change_room(connection, code, names_hidden=hidden)

    def replace_key(self, code: str) -> str:
        """Return a new key of the host; the one before opens nothing any more."""
        key = secrets.token_urlsafe(24)
        with self._database.transaction() as connection:
            change_room(connection, code, host_key=_hash(key))
        return key

    # ------------------------------------------------------------------ what the host shows

    def show(self, code: str, address: str) -> None:
        """Note which page the host shows."""
        with self._database.transaction() as connection:
            change_room(connection, code, address=address)

    def set_frame(self, code: str, payload: bytes) -> int:
        """Keep what the host's page shows now, and return the frame's version."""
        newer = sa.update(room_frames).where(room_frames.c.room == code)
        newer = newer.values(payload=payload, version=room_frames.c.version + 1)
        with self._database.transaction() as connection:
            version = connection.execute(newer.returning(room_frames.c.version)).scalar()
            if version is None:
                change_room(connection, code)
                version = 1
                first = {"room": code, "version": version, "payload": payload}
                connection.execute(sa.insert(room_frames).values(first))
        return int(version)

    def frame(self, code: str) -> bytes | None:
        """Return what the host's page showed last, if anything."""
        row = self._one(sa.select(room_frames.c.payload).where(room_frames.c.room == code))
        return None if row is None else row.payload


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _purge(connection: sa.Connection) -> None:
    over = connection.execute(sa.select(rooms.c.code).where(~LIVES)).scalars().all()
    if over:
        _delete(connection, over)


def _delete(connection: sa.Connection, codes: Collection[str]) -> None:
    for table in (room_forecasts, room_rounds, room_frames, room_people):
        connection.execute(sa.delete(table).where(table.c.room.in_(codes)))
    connection.execute(sa.delete(rooms).where(rooms.c.code.in_(codes)))
