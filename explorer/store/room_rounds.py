"""Questions of a room and everybody's forecasts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from explorer.rooms.room import CLOSED, MOST_ROUNDS, OPEN, SCORED, Question, RoomError, UnknownRoom
from explorer.store.rows import StorePart
from explorer.store.tables import database_now, room_forecasts, room_people, room_rounds, rooms

LIVES = rooms.c.ends_at > database_now()
"""Whether a room's day is not over."""


def ended() -> UnknownRoom:
    """Return the error for a room that is not there any more."""
    return UnknownRoom("This room has ended: names and forecasts are deleted.")


def change_room(connection: sa.Connection, code: str, **values: object) -> None:
    """Raise the version of a room, which locks it before anything else of it is read."""
    change = sa.update(rooms).where(rooms.c.code == code, LIVES)
    if not connection.execute(change.values(version=rooms.c.version + 1, **values)).rowcount:
        raise ended()


class RoomRounds(StorePart):
    """The rounds of the rooms of a store, as `StoredRooms.rounds`; errors are those of there."""

    def ask(self, code: str, question: Question) -> int:
        """Ask a question, and return the number of the round.

        Raises:
            RoomError: The question before is still open, or there were too many.
        """
        with self._database.transaction() as connection:
            change_room(connection, code)
            own = room_rounds.c.room == code
            last = connection.execute(sa.select(sa.func.max(room_rounds.c.number)).where(own))
            number = (last.scalar_one() or 0) + 1
            if number > MOST_ROUNDS:
                raise RoomError(f"A room has at most {MOST_ROUNDS} rounds: open another one.")
            waiting = sa.select(room_rounds.c.number).where(own, room_rounds.c.state != SCORED)
            if connection.execute(waiting).first():
                raise RoomError("Set the outcome of the question before, or drop it, first.")
            row = {"room": code, "number": number, "question": question, "state": OPEN}
            connection.execute(sa.insert(room_rounds).values(row))
        return number

    def close(self, code: str, number: int) -> None:
        """Take no more forecasts of a round."""
        self._turn(code, number, (OPEN,), {"state": CLOSED})

    def reopen(self, code: str, number: int) -> None:
        """Take forecasts of a round again, whose outcome nobody knows yet."""
        self._turn(code, number, (CLOSED,), {"state": OPEN})

    def settle(self, code: str, number: int, outcome: int) -> None:
        """Set what happened; forecasts are taken no longer.

        Raises:
            RoomError: It is none of the outcomes, or has been set before.
        """
        values = {"state": SCORED, "outcome": outcome}
        self._turn(code, number, (OPEN, CLOSED), values, outcome)

    def drop(self, code: str, number: int) -> None:
        """Delete a round, with its forecasts, that has no outcome yet."""
        with self._round(code, number) as (connection, row):
            if row is None or row.state == SCORED:
                raise RoomError("This round has its outcome, or is gone.")
            connection.execute(sa.delete(room_rounds).filter_by(room=code, number=number))
            connection.execute(sa.delete(room_forecasts).filter_by(room=code, round=number))

    def forecast(
        self, code: str, number: int, forecasts: Mapping[int, tuple[float, ...]]
    ) -> Collection[int]:
        """Keep forecasts of an open round, in the place of the same people's earlier ones.

        Args:
            forecasts: Id of a participant → distribution, from `read_forecast`.

        Returns:
            Those whose forecast was kept: all but people who were removed.

        Raises:
            RoomError: The round is not open; nothing was kept.
        """
        # Whoever closes the round waits until these are kept, or is done before.
        with self._round(code, number) as (connection, row):
            if row is None or row.state != OPEN:
                raise RoomError("The host has closed this round; your forecast came too late.")
            inside = sa.select(room_people.c.number).where(
                room_people.c.room == code,
                ~room_people.c.is_removed,
                room_people.c.number.in_(list(forecasts)),
            )
            kept = {
                person: forecasts[person]
                for person in connection.execute(inside).scalars()
                if len(forecasts[person]) == len(row.question.outcomes)
            }
            earlier = sa.delete(room_forecasts).filter_by(room=code, round=number)
            connection.execute(earlier.where(room_forecasts.c.person.in_(kept)))
            rows = [
                {"room": code, "round": number, "person": person, "forecast": forecast}
                for person, forecast in kept.items()
            ]
            if rows:
                connection.execute(sa.insert(room_forecasts), rows)
        return kept.keys()

    def _turn(
        self,
        code: str,
        number: int,
        before: tuple[str, ...],
        values: dict[str, Any],
        outcome: int | None = None,
    ) -> None:
        with self._round(code, number) as (connection, row):
            if row is None or row.state not in before:
                raise RoomError("Another of the host's devices was quicker: look at the round now.")
            if outcome is not None and outcome not in range(len(row.question.outcomes)):
                raise RoomError("This is none of the outcomes.")
            own = sa.update(room_rounds).filter_by(room=code, number=number)
            connection.execute(own.values(values))

    @contextmanager
    def _round(self, code: str, number: int) -> Iterator[tuple[sa.Connection, sa.Row[Any] | None]]:
        """Change a room in a transaction that begins with the row of one of its rounds."""
        with self._database.transaction() as connection:
            change_room(connection, code)
            own = sa.select(room_rounds).filter_by(room=code, number=number)
            yield connection, connection.execute(own).one_or_none()
