"""The database's own clock: the one that all machines share."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles


class database_now(sa.sql.expression.FunctionElement[float]):
    """SQL for the seconds since 1970 as the database counts them."""

    type = sa.Double()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _sqlite(element: Any, compiler: Any, **_: Any) -> str:
    # Days since noon of 24 November 4714 BC, to the millisecond.
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(database_now, "postgresql")
def _postgresql(element: Any, compiler: Any, **_: Any) -> str:
    # Not now(), which stands still during a transaction.
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION)"
