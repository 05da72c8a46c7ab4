"""What those who watch a race are told: what each lacks, and nothing that it has."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import numpy as np
import orjson
import pytest

from explorer.figures.curves import MOST_POINTS
from explorer.jobs import launcher
from explorer.jobs.worker_processes import this_process
from explorer.runs.config import TrainingConfig
from explorer.runs.records import CurveChunk
from explorer.runs.run import Progress
from explorer.store.database import unavailable
from explorer.store.run_store import RunStore
from pages.training.parts import live_records
from pages.training.parts.race import pictures, reading
from pages.training.parts.race.feed import Place, RaceFeed
from pages.training.parts.race.pictures import PLOTTED, View, picture
from pages.training.parts.race.reading import measured, read_race
from pages.training.parts.race.status import ViewOptions
from tests.runs.sample_records import a_measurement, make_info, recorded

OPTIONS = ViewOptions("log", None, "cross_entropy", zoomed=False, by_layer=False)
PLAN = 100_000


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_records, "_BEAT_SECONDS", -1.0)


@pytest.fixture
def run_id(store: RunStore) -> str:
    """A race of two networks that is being trained."""
    run_id = store.runs.create([TrainingConfig(), TrainingConfig(learning_rate=0.5)], "a race")
    store.runs.claim_next(this_process())
    store.runs.set_info(run_id, make_info())
    return run_id


def train(store: RunStore, run_id: str, first: int, last: int) -> None:
    """Record the steps from one to another, with all that is measured along them."""
    own = np.arange(first, last + 1)
    tenth = own[own % 10 == 0]
    chunks = []
    for curve in range(2):
        data = recorded(
            steps=own,
            examples_seen=200 * own,
            # The second one diverges.
            losses=np.where(
                (curve == 1) & (own > 170), math.nan, 2.0 + np.sin(own / (7 + curve)) + 100 / own
            ),
            seconds=own / 100,
            norm_steps=tenth,
            gradient_norms=np.stack([1 + 1 / tenth, 2 + np.cos(tenth)], axis=1),
            dead_fractions=np.abs(np.sin(tenth))[:, None],
            evaluations=[
                a_measurement(int(step), 1 - 1 / (step + 1)) for step in own[own % 100 == 0]
            ],
        )
        chunks.append(CurveChunk(curve, data))
    store.records.append(run_id, chunks, Progress(last, PLAN, 4321.0, 12.0))


class Viewer:
    """A browser's memory of one view, kept as its scripts keep it."""

    def __init__(self, feed: RaceFeed, run_id: str, view: View) -> None:
        self.feed, self.view = feed, view
        now = read_race(run_id)
        self.plot = whole(now, view)
        self.norms: list[dict[str, list[float]]] = [{}, {}]
        self.steps: list[list[int]] = [[], []]
        self.wholes = 0
        self.told: dict[str, Any] = {}
        self.place: Any = None
        self._take(measured(now, [0, 0]))
        counts, share = [len(one) for one in self.steps], PLAN / 240
        self.place = feed.place(
            {"versions": [now.version] * 2, "counts": counts, "share": share,
             "view": view.written()}
        )  # fmt: skip

    def hear(self) -> int:
        """Take what is new and return how many bytes that were."""
        news = self.feed.news(self.place)
        if news is None:
            return 0
        base, (message, after) = self.place, news
        self.told = json.loads(message)
        assert self.told["base"] == base.version
        self._take(self.told)
        self.place = after
        if change := self.told.get("plot"):
            if "whole" in change:
                self.wholes += 1
                self.plot = change["whole"]
            else:
                assert change["base"] == base.plot
                self._lengthen(change)
        return len(message)

    def _take(self, told: dict[str, Any]) -> None:
        if self.place is not None and told["share"] != self.place.share:
            self.steps = [[], []]
        for curve in range(2):
            assert told["first"][curve] == len(self.steps[curve])
            self.steps[curve] += [one["step"] for one in told["snapshots"][curve]]
            change = told["norms"][curve]
            self.norms[curve] = {
                name: [*self.norms[curve].get(name, [])[: change["from"]], *change[name]]
                for name in ("steps", "values")
            }

    def _lengthen(self, change: dict[str, Any]) -> None:
        self.plot["alt"] = change["alt"]
        self.plot["figure"]["layout"] = change.get("layout", self.plot["figure"]["layout"])
        for trace, more in zip(self.plot["figure"]["data"], change["traces"], strict=True):
            for name in more.keys() - {"from"}:
                trace[name] = [*unpacked(trace[name])[: more["from"]], *more[name]]


def whole(now: reading.Reading, view: View) -> Any:
    """What a page's script sends of a view."""
    return orjson.loads(orjson.dumps(picture(now, view).whole))


def unpacked(values: Any) -> list[Any]:
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()
    return list(values)


def same_plot(one: dict[str, Any], other: dict[str, Any]) -> bool:
    plots = [json.loads(json.dumps(plot)) for plot in (one, other)]
    for plot in plots:
        for trace in plot["figure"]["data"]:
            for name in trace.keys() & {"x", "y", "customdata"}:
                values = unpacked(trace[name])
                # JSON has no NaN, and a browser leaves the same gap for null.
                trace[name] = [None if value != value else value for value in values]
    return plots[0] == plots[1]


@pytest.mark.parametrize("tab", PLOTTED)
def test_a_watched_curve_goes_on_in_place_and_is_at_any_time_the_whole_picture(store, run_id, tab):
    view = View.of(tab, OPTIONS)
    train(store, run_id, 1, 150)
    feed = RaceFeed(run_id)
    viewer = Viewer(feed, run_id, view)
    sizes, last = [], 150
    for _ in range(12):
        first, last = last + 1, last + 241
        train(store, run_id, first, last)
        feed.look(1)
        sizes.append(viewer.hear())
        now = read_race(run_id)
        assert same_plot(viewer.plot, whole(now, view))
    assert viewer.norms == [
        {name: one[name] for name in ("steps", "values")} for one in measured(now, [0, 0])["norms"]
    ]
    assert viewer.steps == [
        [one["step"] for one in own] for own in measured(now, [0, 0])["snapshots"]
    ]
    # 3,000 points are thinned anew when there are 1,000 of them, 1,770 and 2,650, and smoothed more
    # when there are 512 and 2,048.
    assert viewer.wholes <= (5 if tab == "Loss" else 1)
    assert np.median(sizes) < 0.5 * len(orjson.dumps(whole(now, view))) + 8_000
    assert len(unpacked(viewer.plot["figure"]["data"][0]["x"])) <= MOST_POINTS


def test_all_who_are_at_one_place_get_the_same_bytes_and_a_view_is_drawn_once(
    store, run_id, monkeypatch
):
    drawn: list[str] = []
    draw = pictures._draw
    monkeypatch.setattr(pictures, "_draw", lambda *at: drawn.append(at[1].tab) or draw(*at))
    train(store, run_id, 1, 200)
    feed = RaceFeed(run_id)
    viewers = [Viewer(feed, run_id, View.of("Loss", OPTIONS)) for _ in range(5)]
    train(store, run_id, 201, 400)
    feed.look(5)
    assert len({viewer.place for viewer in viewers}) == 1
    for viewer in viewers:
        viewer.hear()
    assert drawn == ["Loss", "Loss"]
    assert [viewer.hear() for viewer in viewers] == [0] * 5


def test_who_comes_from_elsewhere_or_too_late_gets_the_whole_picture_and_what_it_lacks(
    store, run_id
):
    train(store, run_id, 1, 900)
    feed = RaceFeed(run_id)
    viewer = Viewer(feed, run_id, View.of("Accuracy", OPTIONS))
    # As in a process that has just begun and remembers nothing.
    reading._memory.cache_clear()
    train(store, run_id, 901, 1000)
    feed.look(1)
    viewer.hear()
    assert viewer.wholes == 1
    assert viewer.told["first"] == [3, 3]
    assert [norms["from"] for norms in viewer.told["norms"]] == [0, 0]
    assert same_plot(viewer.plot, whole(read_race(run_id), viewer.view))


def test_a_change_of_state_or_rate_is_told_and_says_when_the_script_has_to_answer(store, run_id):
    train(store, run_id, 1, 200)
    feed = RaceFeed(run_id)
    viewer = Viewer(feed, run_id, View.of("Loss", OPTIONS))
    feed.look(1)
    viewer.hear()
    before = viewer.told["news"]
    assert (viewer.told["active"], viewer.told["now"]) == (True, 200)
    train(store, run_id, 201, 210)
    store.records.append(run_id, [CurveChunk(0, recorded(learning_rates={205: 0.25}))])
    feed.look(1)
    viewer.hear()
    assert viewer.told["rates"][0][-1] == [205, 0.25]
    assert viewer.plot["figure"]["layout"]["shapes"][0]["x0"] == 205
    assert viewer.told["news"] == before
    store.records.append(run_id, [CurveChunk(1, recorded(diverged_at=211))])
    feed.look(1)
    viewer.hear()
    assert viewer.told["diverged"] == [None, 211]
    assert viewer.told["news"] != before
    store.requests.pause(run_id)
    feed.look(1)
    viewer.hear()
    assert "Pausing" in viewer.told["words"]["status"]
    paused = viewer.told["news"]
    store.runs.finish(run_id, "stopped")
    feed.look(1)
    viewer.hear()
    assert viewer.told["news"] != paused
    assert (viewer.told["active"], viewer.told["last"]) == (False, 210)
    # Where a stopped run ends, more of its snapshots are shown; all are sent, and none twice.
    assert viewer.told["first"] == [0, 0]


def test_an_unreadable_store_is_no_news_for_a_while_and_a_deleted_run_is_news_at_once(
    store, run_id
):
    now = [0.0]
    broken: list[Exception] = []

    def read(of: str) -> reading.Reading:
        if broken:
            raise broken[0]
        return read_race(of)

    train(store, run_id, 1, 20)
    feed = RaceFeed(run_id, read, lambda: now[0])
    feed.look(1)
    place = feed.place({"versions": ["", ""], "counts": [], "share": 0})
    _, place = feed.news(place)
    broken.append(unavailable(store._database.url, OSError("database is locked")))
    feed.look(1)
    assert feed.news(place) is None
    now[0] = 4.0
    feed.look(1)
    message, after = feed.news(place)
    assert json.loads(message)["news"] == [str(broken[0])]
    assert feed.news(after) is None
    broken.clear()
    feed.look(1)
    assert json.loads(feed.news(after)[0])["now"] == 20
    store.runs.finish(run_id, "stopped")
    launcher.delete([(run_id, 0), (run_id, 1)])
    feed = RaceFeed(run_id)
    feed.look(1)
    message, _ = feed.news(place._replace(number=0))
    assert "There is no recorded run" in json.loads(message)["news"][0]


def test_a_hall_is_read_once_a_second_and_does_not_ask_for_scripts_all_at_once(store, run_id):
    train(store, run_id, 1, 20)
    feed = RaceFeed(run_id)
    assert (feed.look(3), feed.look(9)) == (0.5, 1.0)
    feed.look(100)
    message, _ = feed.news(feed.place({"versions": ["", ""], "counts": [], "share": 0}))
    assert json.loads(message)["spread"] == 3.0


WRONG_PLACES: list[dict[str, Any]] = [
    {"versions": None},
    {"versions": ["", 7]},
    {"versions": ["", 61 * "x"]},
    {"counts": None},
    {"counts": [-1]},
    {"counts": [True]},
    {"counts": [0] * 65},
    {"share": "a"},
    {"share": True},
    {"view": 7},
    {"view": ["Loss", ["cubic", None]]},
    {"view": ["Loss", ["log", 1.5]]},
    {"view": ["Loss", ["log", True]]},
    {"view": ["Test loss", ["nothing", "log"]]},
    {"view": ["Confusion", []]},
    {"view": ["Accuracy", [1]]},
    {"view": {"tab": "Loss"}},
]


@pytest.mark.parametrize("wrong", WRONG_PLACES, ids=str)
def test_what_is_no_place_is_refused(wrong):
    good = {"versions": ["", ""], "counts": [0], "share": 1, "view": None}
    assert RaceFeed("any").place(good) == Place(None, "", "", (0,), 1.0)
    with pytest.raises(ValueError, match=r"\.$"):
        RaceFeed("any").place({**good, **wrong})


@pytest.mark.parametrize("tab", PLOTTED)
def test_a_view_comes_back_from_the_browser(tab):
    view = View.of(tab, ViewOptions("linear", 0.9, "raw_squared_error", True, True))
    assert View.read(json.loads(json.dumps(view.written()))) == view
