"""Rooms in the store: codes, people, rounds, what is deleted, and many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from explorer.rooms.room import (
    CLOSED,
    MOST_PEOPLE,
    MOST_ROOMS,
    OPEN,
    SCORED,
    Question,
    RoomError,
    UnknownRoom,
)
from explorer.store import rooms as stored
from explorer.store.run_store import RunStore
from explorer.store.tables import room_people, rooms

COIN = Question("Heads or tails?", ("heads", "tails"), (0.5, 0.5))


def rows_of_rooms(store: RunStore) -> int:
    """How many rows there are in all tables of rooms."""
    with store._database.transaction() as connection:
        return sum(
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in ("rooms", "room_people", "room_rounds", "room_forecasts", "room_frames")
        )


def test_a_room_is_found_by_its_link_and_by_its_spoken_code_while_it_takes_people(
    store: RunStore,
) -> None:
    code = store.rooms.open().code
    spoken = store.rooms.get(code).spoken
    assert store.rooms.find(code) == store.rooms.find(spoken) == code
    store.rooms.set_joining(code, False)
    with pytest.raises(UnknownRoom):
        store.rooms.find(spoken)
    assert store.rooms.find(code) == code
    with pytest.raises(RoomError, match="nobody new"):
        store.rooms.join(code, "Ada")
    store.rooms.set_joining(code, True)
    # A code that was said aloud before does not open the door a second time.
    with pytest.raises(UnknownRoom):
        store.rooms.find(spoken)


def test_a_link_code_has_more_than_forty_bits_and_no_key_lies_in_the_database(
    store: RunStore,
) -> None:
    opened = store.rooms.open()
    joined = store.rooms.join(opened.code, "Ada")
    assert 32 ** len(opened.code) > 2**40
    with store._database.transaction() as connection:
        kept = [*connection.execute(sa.select(rooms)), *connection.execute(sa.select(room_people))]
    assert opened.key not in str(kept)
    assert joined.token not in str(kept)


def test_the_hosts_key_is_not_the_code_and_a_new_one_replaces_it(store: RunStore) -> None:
    opened = store.rooms.open()
    assert store.rooms.is_host(opened.code, opened.key)
    for wrong in (opened.code, "", None, 7, opened.key + "x", "\ud800"):
        assert not store.rooms.is_host(opened.code, wrong)
    key = store.rooms.replace_key(opened.code)
    assert store.rooms.is_host(opened.code, key)
    assert not store.rooms.is_host(opened.code, opened.key)


def test_a_round_goes_from_open_to_scored_and_keeps_everybodys_last_forecast(
    store: RunStore,
) -> None:
    code = store.rooms.open().code
    ada, ben = (store.rooms.join(code, name).person for name in ("Ada", ""))
    number = store.rooms.rounds.ask(code, COIN)
    assert set(store.rooms.rounds.forecast(code, number, {ada: (0.9, 0.1), ben: (0.5, 0.5)})) == {
        ada,
        ben,
    }
    store.rooms.rounds.forecast(code, number, {ada: (0.25, 0.75)})
    (one,) = store.rooms.get(code).rounds
    assert (one.state, one.question) == (OPEN, COIN)
    assert one.forecasts == {ada: (0.25, 0.75), ben: (0.5, 0.5)}
    store.rooms.rounds.close(code, number)
    with pytest.raises(RoomError, match="too late"):
        store.rooms.rounds.forecast(code, number, {ben: (1.0, 0.0)})
    store.rooms.rounds.reopen(code, number)
    store.rooms.rounds.forecast(code, number, {ben: (0.75, 0.25)})
    with pytest.raises(RoomError, match="none of the outcomes"):
        store.rooms.rounds.settle(code, number, 2)
    store.rooms.rounds.settle(code, number, 1)
    again = store.rooms.get(code).current
    assert again is not None
    assert (again.state, again.outcome) == (SCORED, 1)
    assert again.forecasts[ben] == (0.75, 0.25)


def test_of_the_hosts_two_devices_the_slower_one_is_told(store: RunStore) -> None:
    code = store.rooms.open().code
    number = store.rooms.rounds.ask(code, COIN)
    with pytest.raises(RoomError, match="question before"):
        store.rooms.rounds.ask(code, COIN)
    store.rooms.rounds.settle(code, number, 0)
    for late in (
        lambda: store.rooms.rounds.close(code, number),
        lambda: store.rooms.rounds.settle(code, number, 1),
        lambda: store.rooms.rounds.reopen(code, number),
    ):
        with pytest.raises(RoomError, match="was quicker"):
            late()
    with pytest.raises(RoomError, match="has its outcome"):
        store.rooms.rounds.drop(code, number)
    assert store.rooms.rounds.ask(code, COIN) == number + 1


def test_a_dropped_round_leaves_no_forecast(store: RunStore) -> None:
    code = store.rooms.open().code
    ada = store.rooms.join(code, "Ada").person
    number = store.rooms.rounds.ask(code, COIN)
    store.rooms.rounds.forecast(code, number, {ada: (0.5, 0.5)})
    before = rows_of_rooms(store)
    store.rooms.rounds.drop(code, number)
    assert rows_of_rooms(store) == before - 2


def test_a_person_comes_back_by_token_and_not_after_being_removed(store: RunStore) -> None:
    code, other = store.rooms.open().code, store.rooms.open().code
    joined = store.rooms.join(code, "<b>Ada</b>")
    number = store.rooms.rounds.ask(code, COIN)
    store.rooms.rounds.forecast(code, number, {joined.person: (0.5, 0.5)})
    found = store.rooms.person_of(code, joined.token)
    assert found is not None
    assert (found.id, found.name) == (joined.person, "<b>Ada</b>")
    assert store.rooms.person_of(other, joined.token) is None
    assert store.rooms.person_of(code, None) is None
    store.rooms.remove(code, joined.person)
    with pytest.raises(RoomError, match="removed you"):
        store.rooms.person_of(code, joined.token)
    room = store.rooms.get(code)
    assert not room.people
    assert room.current is not None
    assert not room.current.forecasts
    assert not store.rooms.rounds.forecast(code, number, {joined.person: (0.5, 0.5)})
    with store._database.transaction() as connection:
        names = connection.execute(sa.select(room_people.c.name)).scalars().all()
    assert names == [""]


def test_ending_a_room_deletes_everything_of_it_and_nothing_of_others(store: RunStore) -> None:
    kept = store.rooms.open().code
    store.rooms.join(kept, "Ben")
    before = rows_of_rooms(store)
    code = store.rooms.open().code
    ada = store.rooms.join(code, "Ada").person
    number = store.rooms.rounds.ask(code, COIN)
    store.rooms.rounds.forecast(code, number, {ada: (0.5, 0.5)})
    store.rooms.set_frame(code, b"plots")
    assert rows_of_rooms(store) == before + 5
    store.rooms.end(code)
    assert rows_of_rooms(store) == before
    for asked in (store.rooms.get, lambda one: store.rooms.rounds.ask(one, COIN), store.rooms.find):
        with pytest.raises(UnknownRoom):
            asked(code)


def test_a_room_ends_after_a_day_by_itself(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "LIFETIME_SECONDS", -1.0)
    over = store.rooms.open().code
    with pytest.raises(UnknownRoom, match="has ended"):
        store.rooms.get(over)
    with pytest.raises(UnknownRoom):
        store.rooms.join(over, "Ada")
    assert not store.rooms.versions([over])
    store.tidy()
    assert rows_of_rooms(store) == 0


def test_there_is_room_for_so_many_and_the_next_is_told(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (MOST_PEOPLE, MOST_ROOMS) == (500, 20)
    monkeypatch.setattr(stored, "MOST_PEOPLE", 2)
    code = store.rooms.open().code
    first = store.rooms.join(code, "1").person
    store.rooms.join(code, "2")
    with pytest.raises(RoomError, match="full"):
        store.rooms.join(code, "3")
    store.rooms.remove(code, first)
    assert store.rooms.join(code, "3").person == 3
    for _ in range(MOST_ROOMS - 1):
        store.rooms.open()
    before = rows_of_rooms(store)
    with pytest.raises(RoomError, match="20 rooms already"):
        store.rooms.open()
    assert rows_of_rooms(store) == before


def test_versions_rise_with_every_change_that_others_should_see(store: RunStore) -> None:
    code = store.rooms.open().code
    seen = [store.rooms.versions([code, "no such"])[code]]
    ada = store.rooms.join(code, "Ada").person
    number = store.rooms.rounds.ask(code, COIN)
    for change in (
        lambda: store.rooms.rounds.forecast(code, number, {ada: (0.5, 0.5)}),
        lambda: store.rooms.rounds.close(code, number),
        lambda: store.rooms.rounds.settle(code, number, 0),
        lambda: store.rooms.show(code, "/entropy?p=0.5,0.5"),
        lambda: store.rooms.hide_names(code, True),
    ):
        change()
        seen.append(store.rooms.versions([code])[code])
    assert [room for room, _ in seen] == sorted({room for room, _ in seen})
    assert store.rooms.get(code).address == "/entropy?p=0.5,0.5"
    assert store.rooms.frame(code) is None
    assert [store.rooms.set_frame(code, payload) for payload in (b"1", b"2")] == [1, 2]
    assert (store.rooms.frame(code), store.rooms.versions([code])[code][1]) == (b"2", 2)


def test_forecasts_of_many_at_once_are_kept_or_refused_and_none_is_lost(store: RunStore) -> None:
    code = store.rooms.open().code
    with ThreadPoolExecutor(8) as pool:
        people = [one.person for one in pool.map(lambda _: store.rooms.join(code, ""), range(24))]
    assert sorted(people) == list(range(1, 25))
    number = store.rooms.rounds.ask(code, COIN)

    def forecast(person: int) -> bool:
        if person == 12:
            store.rooms.rounds.close(code, number)
            return False
        try:
            return bool(store.rooms.rounds.forecast(code, number, {person: (0.5, 0.5)}))
        except RoomError:
            return False

    with ThreadPoolExecutor(8) as pool:
        kept = {
            person for person, done in zip(people, pool.map(forecast, people), strict=True) if done
        }
    one = store.rooms.get(code).current
    assert one is not None
    assert one.state == CLOSED
    assert one.forecasts.keys() == kept
