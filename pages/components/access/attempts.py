"""How often somebody may be wrong: codes and keys cannot be found by trying."""

from __future__ import annotations

import ipaddress
import time
from collections import deque
from collections.abc import Callable, Hashable

from starlette.requests import HTTPConnection

_MOST_KNOWN = 10_000


def network_of(connection: HTTPConnection) -> str:
    """Return what stands for the network that a visitor comes from.

    uvicorn puts the visitor's own address into the connection where a trusted proxy hands it on.
    Of an IPv6 address the first 64 bits count: whoever has one has the others behind it too.
    """
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    return str(address.ipv4_mapped or ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))


class Attempts:
    """Wrong attempts of the last while, counted by whoever made them.

    Args:
        limit: How many are let through.
        seconds: How long one counts.
        clock: Seconds from anywhere.
    """

    def __init__(
        self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._seconds, self._clock = limit, seconds, clock
        self._times: dict[Hashable, deque[float]] = {}

    def are_too_many(self, who: Hashable, times: int = 1) -> bool:
        """Tell whether somebody was wrong too often lately."""
        return len(self._recent(who)) >= self._limit * times

    def note(self, who: Hashable) -> None:
        """Note that somebody was wrong."""
        recent = self._recent(who)
        recent.append(self._clock())
        self._times[who] = recent
        if len(self._times) > _MOST_KNOWN:
            self._times = {
                one: recent for one in list(self._times) if (recent := self._recent(one))
            }

    def _recent(self, who: Hashable) -> deque[float]:
        times = self._times.get(who, deque())
        oldest = self._clock() - self._seconds
        while times and times[0] < oldest:
            times.popleft()
        return times
