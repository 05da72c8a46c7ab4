"""Rooms over their socket: rounds, faults, and what anyone may send."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from contextvars import ContextVar
from functools import wraps
from typing import Any

import pytest
import sqlalchemy as sa

from explorer.rooms import room as rooms
from explorer.store import room_rounds, tables
from explorer.teaching.questions import QUESTIONS
from pages.components.access.attempts import Attempts
from pages.components.frontend.admission import once_in_each_loop
from pages.components.preview import preview
from pages.components.rooms import hub as hubs
from pages.components.rooms import room_socket
from pages.components.rooms.hub import Hub
from tests.pages.asgi import HOST
from tests.pages.room_browser import Browser, Refused

OWN = {"prompt": "Rain tomorrow?", "outcomes": ["rain", "no rain"]}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    monkeypatch.setenv("EXPLORER_DATABASE_URL", f"sqlite:///{tmp_path}/store/runs.sqlite3")
    monkeypatch.setattr(room_socket, "_wrong_codes", Attempts(40, 60))
    monkeypatch.setattr(room_socket, "_wrong_keys", Attempts(20, 60))
    monkeypatch.setattr(hubs, "_REFRESH_SECONDS", 0.01)
    yield
    hubs.launcher.default_store().close()


def in_loop(story: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a story in an event loop of its own."""

    @wraps(story)
    def run(*arguments: Any, **named: Any) -> None:
        asyncio.run(story(*arguments, **named))

    return run


async def hosted(host: Browser) -> dict[str, Any]:
    """Open a room and return its code and key, and the code to say."""
    opened = await host.ask("open")
    await host.until(lambda: host.host.get("spoken"))
    return {**opened, "spoken": host.host["spoken"]}


def plots_of(host: Browser) -> set[str]:
    """Keys of the plots that the host is shown."""
    return {plot["key"] for plot in host.host.get("plots", ())}


@in_loop
async def test_a_round_from_question_to_scores():
    async with Browser() as host, Browser() as ada, Browser() as ben, Browser() as cem:
        room = await hosted(host)
        await ada.ask("join", code=room["code"], name="Ada")
        await ben.ask("join", code=f"{room['spoken'][:3]} {room['spoken'][3:].lower()}", name="")
        await cem.ask("join", code=room["code"], name="Cem")
        number = (await host.ask("ask", prepared="Lottery"))["round"]
        await ada.until(lambda: ada.round.get("state") == "open")
        assert ada.round["prompt"] == QUESTIONS["Lottery"].prompt
        # Nobody is told what it will be drawn from.
        assert ada.round["stated"] == []
        await ada.ask("forecast", round=number, q=[0.1, 0.1, 0.1, 0.7])
        await ben.ask("forecast", round=number, q=[0.0, 0.0, 0.0, 1.0])
        await ben.ask("forecast", round=number, q=[0.5, 0.5, 0.0, 0.0])
        await host.until(lambda: host.host.get("forecasts") == 2)
        assert host.host["plots"] == []
        await host.ask("close", round=number)
        with pytest.raises(Refused, match="too late"):
            await cem.ask("forecast", round=number, q=[0.25, 0.25, 0.25, 0.25])
        await host.until(lambda: host.host.get("plots"))
        assert plots_of(host) == {"room-forecasts", "room-mean"}
        await host.ask("settle", round=number, outcome=3)
        await ada.until(lambda: ada.me.get("bits"))
        assert (ada.me["bits"], ada.me["brier"]) == ("0.515", "0.12")
        await ben.until(lambda: ben.me.get("bits"))
        assert ben.me["bits"] == "∞"
        assert ben.me["sums"]["log"] == "∞ bits (0 without the round that cost ∞)"
        assert ada.round["outcome"] == 3
        assert ada.round["stated"] == [0.1, 0.1, 0.1, 0.7]
        assert "Jensen" in " ".join(ada.round["lines"])
        assert "bits" not in cem.me
        await host.until(lambda: "room-scores" in plots_of(host))
        assert [one["label"] for one in host.host["standings"]] == ["Ada", "Guest 2"]
        rows = list(csv.reader(io.StringIO((await host.ask("csv"))["csv"])))
        assert len(rows) == 1 + 2 * 4


@in_loop
async def test_the_next_round_adds_up_and_a_draw_follows_the_stated_probabilities():
    async with Browser() as host, Browser() as ada:
        room = await hosted(host)
        await ada.ask("join", code=room["code"], name="Ada")
        for number in (1, 2):
            question = {**OWN, "probabilities": [0.0, 1.0], "hedge": True}
            assert (await host.ask("ask", question=question))["round"] == number
            await ada.until(lambda number=number: ada.round.get("number") == number)
            assert ada.round["stated"] == [0.0, 1.0]
            await ada.ask("forecast", round=number, q=[0.5, 0.5])
            await host.ask("settle", round=number, outcome="draw")
            await ada.until(
                lambda number=number: (ada.me.get("sums") or {}).get("rounds") == number
            )
            assert ada.round["outcome"] == 1
        assert ada.me["sums"]["log"] == "2 bits"
        await host.until(lambda: "room-honesty" in plots_of(host))
        await host.ask("ask", question=OWN)
        with pytest.raises(Refused, match="Nothing says how"):
            await host.ask("settle", round=3, outcome="draw")
        await host.ask("drop", round=3)
        await host.until(lambda: host.round.get("number") == 2)


@in_loop
async def test_a_forecast_and_a_host_outlive_the_server(monkeypatch: pytest.MonkeyPatch):
    async with Browser() as host, Browser() as ada:
        room = await hosted(host)
        token = (await ada.ask("join", code=room["code"], name="Ada"))["token"]
        number = (await host.ask("ask", question=OWN))["round"]
        await ada.ask("forecast", round=number, q=[0.25, 0.75])
    # A server that starts again knows what is in its database, and nothing else.
    monkeypatch.setattr(room_socket, "hub", once_in_each_loop(Hub))
    hubs.launcher.default_store().close()
    async with Browser() as host, Browser() as ada:
        await ada.ask("back", code=room["code"], token=token)
        await host.ask("host", code=room["code"], key=room["key"])
        await ada.until(lambda: ada.me.get("forecast"))
        assert (ada.me["name"], ada.me["forecast"]) == ("Ada", [0.25, 0.75])
        await ada.ask("forecast", round=number, q=[0.5, 0.5])
        await host.ask("settle", round=number, outcome=0)
        await ada.until(lambda: ada.me.get("bits") == "1")


_of_process: ContextVar[Hub] = ContextVar("hub of the process")


@in_loop
async def test_a_room_is_the_same_through_two_server_processes(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(room_socket, "hub", _of_process.get)
    _of_process.set(Hub())
    async with Browser() as host:
        room = await hosted(host)
        _of_process.set(Hub())
        async with Browser() as ada, Browser() as other:
            await ada.ask("join", code=room["code"], name="Ada")
            await host.until(lambda: host.host.get("list"))
            number = (await host.ask("ask", question=OWN))["round"]
            await ada.until(lambda: ada.round.get("state") == "open")
            await ada.ask("forecast", round=number, q=[0.5, 0.5])
            await host.until(lambda: host.host.get("forecasts") == 1)
            # The host's second device, on the other process.
            await other.ask("host", code=room["code"], key=room["key"])
            await other.ask("close", round=number)
            await host.until(lambda: host.round.get("state") == "closed")
            with pytest.raises(Refused, match="quicker"):
                await host.ask("close", round=number)
            offers = shown_session()
            assert (await host.ask("previews", token=offers.token))["pushed"]
            offers.audience("entropy", {"bars": {"p": [1]}}, {"plot": b"{}"})
            await ada.until(lambda: ada.frames)
            assert ada.frames[-1] == {
                "page": "entropy", "editors": {"bars": {"p": [1]}}, "plots": {"plot": "{}"},
            }  # fmt: skip
            await host.ask("end")
            await ada.until(lambda: ada.ended)
            assert "deleted" in ada.ended


def shown_session() -> preview._Offers:
    """A session whose page can be pushed."""
    offers = preview._Offers()
    preview._sessions[offers.token] = offers
    return offers


@in_loop
async def test_what_the_host_shows_is_pushed_at_most_ten_times_a_second_and_nothing_is_lost():
    async with Browser() as host, Browser() as ada:
        room = await hosted(host)
        await ada.ask("join", code=room["code"], name="Ada")
        offers = shown_session()
        await host.ask("previews", token=offers.token)
        before = asyncio.get_running_loop().time()
        for number in range(60):
            offers.audience("entropy", {"bars": number}, {f"plot-{number % 3}": b"%d" % number})
            await asyncio.sleep(0.01)
        await ada.until(lambda: ada.frames and ada.frames[-1]["editors"] == {"bars": 59})
        seconds = asyncio.get_running_loop().time() - before
        assert len(ada.frames) <= 2 + seconds / hubs.FRAME_SECONDS
        painted: dict[str, str] = {}
        for frame in ada.frames:
            painted |= frame["plots"]
        assert painted == {"plot-0": "57", "plot-1": "58", "plot-2": "59"}
        async with Browser() as late:
            await late.ask("join", code=room["code"], name="Late")
            await late.until(lambda: late.frames)
            assert late.frames == [{"page": "entropy", "editors": {"bars": 59}, "plots": painted}]
        await host.ask("show", address="/divergence?p=0.5,0.5")
        await ada.until(lambda: ada.views["room"]["address"] == "/divergence?p=0.5,0.5")
        assert ada.views["room"]["title"] == "KL and cross-entropy"
        # Whoever hosts no longer is not listened to any more.
        await host.ask("leave")
        assert offers.audience is None
        assert not (await _rehosted(host, room, "gone"))["pushed"]


async def _rehosted(host: Browser, room: dict[str, Any], token: str) -> dict[str, Any]:
    await host.ask("host", code=room["code"], key=room["key"])
    return await host.ask("previews", token=token)


@in_loop
async def test_the_host_removes_a_person_hides_names_and_moves_to_another_device():
    async with Browser() as host, Browser() as ada, Browser() as ben:
        room = await hosted(host)
        token = (await ada.ask("join", code=room["code"], name="<b>Ada"))["token"]
        await ben.ask("join", code=room["code"], name="Ben")
        number = (await host.ask("ask", question=OWN))["round"]
        for one in (ada, ben):
            await one.ask("forecast", round=number, q=[0.5, 0.5])
        await host.ask("settle", round=number, outcome=0)
        await host.until(lambda: len(host.host.get("standings", ())) == 2)
        await host.ask("hide", on=True)
        await host.until(lambda: host.host["namesHidden"])
        assert {one["label"] for one in host.host["standings"]} == {"#1", "#2"}
        await host.ask("remove", person=1)
        await ada.until(lambda: ada.ended)
        await host.until(lambda: [one["label"] for one in host.host["list"]] == ["Ben"])
        assert [one["label"] for one in host.host["standings"]] == ["#2"]
        async with Browser() as again:
            with pytest.raises(Refused, match="removed you"):
                await again.ask("back", code=room["code"], token=token)
            key = (await host.ask("key"))["key"]
            with pytest.raises(Refused, match="does not open"):
                await again.ask("host", code=room["code"], key=room["key"])
            await again.ask("host", code=room["code"], key=key)
            await again.ask("end")
        await ben.until(lambda: ben.ended)
        await host.until(lambda: host.ended)


@in_loop
async def test_wrong_codes_are_limited_for_an_address_and_a_hall_still_gets_in_by_link():
    async with Browser() as host, AsyncExitStack() as stack:
        room = await hosted(host)
        for _ in range(10):
            guesser = await stack.enter_async_context(Browser("10.0.0.9"))
            for _ in range(4):
                with pytest.raises(Refused, match="No room"):
                    await guesser.ask("join", code=rooms.new_spoken_code(), name="")
        neighbour = await stack.enter_async_context(Browser("10.0.0.9"))
        with pytest.raises(Refused, match="Too many wrong codes"):
            await neighbour.ask("join", code=room["spoken"], name="")
        token = (await neighbour.ask("join", code=room["code"], name=""))["token"]
        for _ in range(40 * room_socket._LINK_FACTOR):
            room_socket._wrong_codes.note(("10.0.0.9", True))
        for again in (
            {"do": "join", "code": room["code"], "name": ""},
            {"do": "back", "code": room["code"], "token": "wrong"},
            {"do": "host", "code": room["code"], "key": "wrong"},
        ):
            with pytest.raises(Refused, match="Too many wrong codes"):
                await neighbour.ask(**again)
        # A neighbour's guesses put nobody out who is in, nor the host.
        await neighbour.ask("back", code=room["code"], token=token)
        await neighbour.ask("host", code=room["code"], key=room["key"])
        elsewhere = await stack.enter_async_context(Browser("10.0.0.7"))
        await elsewhere.ask("join", code=room["spoken"], name="")


@in_loop
async def test_wrong_keys_are_limited_for_a_room_and_never_keep_its_host_out():
    async with Browser() as host, Browser() as guesser:
        room = await hosted(host)
        for number in range(20):
            with pytest.raises(Refused, match="does not open"):
                await guesser.ask("host", code=room["code"], key=str(number))
        async with Browser("10.0.0.2") as other:
            with pytest.raises(Refused, match="Too many wrong keys"):
                await other.ask("host", code=room["code"], key="20")
            await other.ask("host", code=room["code"], key=room["key"])


def test_attempts_count_for_a_while_and_for_each_by_themselves():
    now = [0.0]
    attempts = Attempts(limit=2, seconds=60, clock=lambda: now[0])
    for at in (0.0, 30.0):
        now[0] = at
        assert not attempts.are_too_many("a")
        attempts.note("a")
    assert attempts.are_too_many("a")
    assert not attempts.are_too_many("a", 2)
    assert not attempts.are_too_many("b")
    now[0] = 61.0
    assert not attempts.are_too_many("a")
    for number in range(10_010):
        attempts.note(number)
        now[0] += 0.1
    assert len(attempts._times) < 10_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "null",
        "[]",
        "{}",
        "{",
        "[" * 5_000,
        '{"id": 1, "do": 7}',
        '{"id": 1, "do": ["open"]}',
        '{"id": "x", "do": "no such thing"}',
        '{"id": 1, "do": "ask", "prepared": "Lottery"}',
        '{"id": 1, "do": "forecast", "round": 1, "q": [1, 0]}',
        json.dumps({"id": 1, "do": "join", "code": "A" * 30_000}),
    ],
    ids=lambda text: text[:40],
)
@in_loop
async def test_who_is_in_no_room_can_do_nothing_in_one(text):
    async with Browser() as browser:
        for number in (None, 1):
            browser._answers[number] = asyncio.get_running_loop().create_future()
        waiting = list(browser._answers.values())
        browser.shout(text)
        done, _ = await asyncio.wait(waiting, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        assert "error" in done.pop().result()
        assert browser.is_open


@in_loop
async def test_what_a_participant_sends_is_checked_and_changes_nothing_else():
    async with Browser() as host, Browser() as eve:
        room = await hosted(host)
        with pytest.raises(Refused, match="at most 40"):
            await eve.ask("join", code=room["code"], name="x" * 41)
        await eve.ask("join", code=room["code"], name="<img src=x onerror=alert(1)>")
        number = (await host.ask("ask", question=OWN))["round"]
        for wrong in (
            {"q": [0.5]}, {"q": "half"}, {"q": [0.7, 0.7]}, {"q": [None, 1]}, {"q": [1, 0, 0]},
            {"q": [0.5, 0.5], "round": 2}, {"q": [0.5, 0.5], "round": "1"},
            {"q": [0.5, 0.5], "round": True}, {"q": [0.5, 0.5], "round": 10**30},
            {"q": [0.5, 0.5], "round": 2**63}, {"q": [0.5, 0.5], "round": 2**31},
        ):  # fmt: skip
            with pytest.raises(Refused):
                await eve.ask("forecast", **{"round": number, **wrong})
        for hosts in ("close", "settle", "end", "key", "csv", "show", "previews", "remove"):
            with pytest.raises(Refused, match="reload"):
                await eve.ask(hosts, round=number, outcome=0, address="/", token="x", person=1)
        room_now = kept_room(room["code"])
        assert not room_now.rounds[0].forecasts
        for wrong in (
            {"do": "settle", "round": number, "outcome": 5},
            {"do": "settle", "round": number, "outcome": None},
            {"do": "show", "address": "//elsewhere.example"},
            {"do": "show", "address": ["/"]},
            {"do": "ask", "prepared": ["Lottery"]},
            {"do": "remove", "person": "1"},
            {"do": "previews", "token": 7},
            {"do": "qr", "link": "https://elsewhere.example/room"},
            {"do": "close", "round": None},
            {"do": "close", "round": 2**63},
            {"do": "settle", "round": 2**31, "outcome": 0},
        ):
            with pytest.raises(Refused):
                await host.ask(**wrong)
        assert "<svg" in (await host.ask("qr", link=f"http://{HOST}/room?room=X"))["svg"]


def kept_room(code: str) -> rooms.Room:
    """The room as the database has it."""
    return hubs.stored().get(code)


@in_loop
async def test_a_flood_ends_the_connection_and_nobody_elses():
    async with Browser() as host, Browser() as eve:
        await hosted(host)
        for _ in range(200):
            eve.shout("{}")
        eve._answers = _Anything()
        await eve.until(lambda: not eve.is_open)
        assert (await host.ask("csv"))["csv"]


class _Anything(dict[Any, Any]):
    def pop(self, *_: Any) -> Any:
        return asyncio.get_running_loop().create_future()


@in_loop
async def test_forecasts_of_a_full_hall_in_one_moment_are_all_kept():
    async with AsyncExitStack() as stack:
        host = await stack.enter_async_context(Browser())
        room = await hosted(host)
        people = [await stack.enter_async_context(Browser()) for _ in range(40)]
        await asyncio.gather(*(one.ask("join", code=room["code"], name="") for one in people))
        number = (await host.ask("ask", question=OWN))["round"]
        await asyncio.gather(
            *(
                one.ask("forecast", round=number, q=[k / 39, 1 - k / 39])
                for k, one in enumerate(people)
            )
        )
        assert len(kept_room(room["code"]).rounds[0].forecasts) == 40
        await host.until(lambda: host.host.get("forecasts") == 40)


@in_loop
async def test_a_store_that_cannot_be_used_is_told_and_nothing_counts_as_kept(
    monkeypatch: pytest.MonkeyPatch,
):
    async with Browser() as host, Browser() as ada:
        room = await hosted(host)
        await ada.ask("join", code=room["code"], name="Ada")
        number = (await host.ask("ask", question=OWN))["round"]

        def full(*_: Any) -> Any:
            raise hubs.StoreUnavailable("The disk of the recorded runs is full.")

        with monkeypatch.context() as patch:
            patch.setattr(room_rounds.RoomRounds, "forecast", full)
            with pytest.raises(Refused, match="full"):
                await ada.ask("forecast", round=number, q=[0.5, 0.5])
        await ada.ask("forecast", round=number, q=[0.5, 0.5])
        assert kept_room(room["code"]).rounds[0].forecasts == {1: (0.5, 0.5)}


@in_loop
async def test_whoever_is_in_a_room_is_told_when_its_day_is_over():
    async with Browser() as host, Browser() as ada:
        room = await hosted(host)
        token = (await ada.ask("join", code=room["code"], name="Ada"))["token"]
        with hubs.launcher.default_store()._database.transaction() as connection:
            connection.execute(sa.update(tables.rooms).values(ends_at=0))
        for one in (host, ada):
            await one.until(lambda one=one: one.ended)
            assert "deleted" in one.ended
        for again in (
            {"do": "join", "code": room["code"], "name": ""},
            {"do": "back", "code": room["code"], "token": token},
            {"do": "host", "code": room["code"], "key": room["key"]},
        ):
            async with Browser() as late:
                with pytest.raises(Refused, match="No room with this code"):
                    await late.ask(**again)
