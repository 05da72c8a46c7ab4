"""What the parts of the store's rooms say to the row of a room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from explorer.rooms.room import UnknownRoom
from explorer.store.tables import database_now, rooms

LIVES = rooms.c.ends_at > database_now()
"""Whether a room's day is not over."""


def ended() -> UnknownRoom:
    """Return the error for a room that is not there any more."""
    return UnknownRoom("This room has ended: names and forecasts are deleted.")


def change_room(
    connection: sa.Connection, code: str, values: Mapping[str, Any] | None = None
) -> None:
    """Raise the version of a room, which locks it before anything else of it is read."""
    change = sa.update(rooms).where(rooms.c.code == code, LIVES)
    changed = {"version": rooms.c.version + 1, **(values or {})}
    if not connection.execute(change.values(changed)).rowcount:
        raise ended()
