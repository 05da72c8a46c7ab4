"""A race as it is pushed to those who watch it: read once, and told to each from its place on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

import orjson

from explorer.runs.config import ConfigError
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.training.parts.race.pictures import View, change
from pages.training.parts.race.reading import (
    Reading,
    counts_of,
    counts_that_hold,
    facts,
    measured,
    read_race,
)

_FEW_VIEWERS = 8
_MANY_SECONDS = 1.0
_ENDED_SECONDS = 5.0
_PATIENCE_SECONDS = 3.0
"""For so long a store that cannot be read is no news: it may be busy."""
_SPREAD_SECONDS, _MOST_SPREAD = 0.03, 4.0
_LONGEST_VERSION = 60


class Place(NamedTuple):
    """What a browser has of a race, and what it looks at.

    Attributes:
        view: What it wants drawn; None where its tab shows no plot.
        version: Of the reading that it was told last; "" for none.
        plot: Version of the picture that it has of the view; "" for none.
        counts: How many snapshots it has of each curve.
        share: By which they were chosen.
        number: Of what it was told last; 0 where that was told by another process or by a script.
    """

    view: View | None
    version: str
    plot: str
    counts: tuple[int, ...]
    share: float
    number: int = 0


class RaceFeed:
    """What there is to tell of a race.

    Args:
        run_id: Its run, which there need not be.
        clock: Seconds from anywhere.
    """

    def __init__(
        self,
        run_id: str,
        read: Callable[[str], Reading] = read_race,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._run_id, self._read, self._clock = run_id, read, clock
        self._reading: Reading | None = None
        self._facts: dict[str, Any] = {}
        self._measured: dict[tuple[tuple[int, ...], str], dict[str, Any]] = {}
        self._number = 0
        self._spread = 0.0
        self._failing_since = math.inf

    def place(self, told: Mapping[str, Any]) -> Place:
        """Return the place that a browser tells.

        Raises:
            ValueError: It is none.
        """
        versions, share = told.get("versions"), told.get("share")
        counts = counts_of(told.get("counts"))
        match versions:
            case [str() as version, str() as plot] if max(map(len, versions)) <= _LONGEST_VERSION:
                pass
            case _:
                raise ValueError("There are no such versions of a race.")
        if counts is None:
            raise ValueError("Snapshots are counted by curve, in whole numbers.")
        if type(share) not in (int, float):
            raise ValueError("A share is a number.")
        view = None if told.get("view") is None else View.read(told["view"])
        return Place(view, version, plot, tuple(counts), float(share or 0))

    def look(self, watching: int) -> float:
        """Read the race, and return after how many seconds to do so again."""
        now = self._clock()
        self._measured = {}
        self._spread = 0.0
        if watching > _FEW_VIEWERS:
            self._spread = min(_MOST_SPREAD, _SPREAD_SECONDS * watching)
        try:
            self._reading = self._read(self._run_id)
            self._tell(facts(self._reading))
        except StoreUnavailable as error:
            self._failing_since = min(self._failing_since, now)
            if now - self._failing_since >= _PATIENCE_SECONDS:
                self._fail(error)
            return _MANY_SECONDS
        except (UnknownRun, ConfigError) as error:
            self._fail(error)
            return _MANY_SECONDS
        self._failing_since = math.inf
        seconds = self._reading.seconds or _ENDED_SECONDS
        return max(seconds, _MANY_SECONDS) if watching > _FEW_VIEWERS else seconds

    def news(self, place: Hashable) -> tuple[bytes, Place] | None:
        """Return what somebody at a place lacks, and the place after that."""
        assert isinstance(place, Place)
        reading = self._reading
        if self._number == 0:
            return None
        if reading is None:
            if place.number == self._number:
                return None
            return orjson.dumps(self._facts), place._replace(number=self._number)
        version = reading.version
        draws = place.view is not None and bool(reading.records) and place.plot != version
        if place.number == self._number and place.version == version and not draws:
            return None
        had = counts_that_hold(reading, place.counts, place.share)
        # Those who look at other tabs have got the same by then.
        key = (tuple(had), place.version)
        if key not in self._measured:
            self._measured[key] = measured(reading, had, place.version)
        told = self._facts | self._measured[key]
        told |= {"read": reading.at, "spread": self._spread}
        if draws and place.view is not None:
            told["plot"] = {**change(reading, place.view, place.plot), "version": version}
        counts = tuple(first + len(own) for first, own in zip(had, told["snapshots"], strict=True))
        after = Place(
            place.view,
            version,
            version if draws else place.plot,
            counts,
            self._facts["share"],
            self._number,
        )
        return orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY), after

    def _tell(self, told: dict[str, Any]) -> None:
        if told != self._facts:
            self._facts = told
            self._number += 1

    def _fail(self, error: Exception) -> None:
        """Have the page's script say what is wrong."""
        self._reading = None
        self._tell({"run": self._run_id, "news": [str(error)], "spread": self._spread})
