"""Without the access code every act is refused where it is carried out, on every page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
import streamlit as st

from explorer.jobs import worker_processes
from explorer.runs.config import TrainingConfig
from explorer.store.run_store import RunStore
from pages.components.access import access, person, signed_cookie
from tests.pages.page_steps import opened, press, words
from tests.runs.sample_records import MARK, grid_of, steps

CODE = "correct horse"
BASE = TrainingConfig(dataset="digits")
GRID = grid_of(BASE)


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[RunStore]:
    monkeypatch.setenv("EXPLORER_ACCESS_CODE", CODE)
    monkeypatch.setenv("EXPLORER_DATABASE_URL", f"sqlite:///{tmp_path}/runs.sqlite3")
    monkeypatch.setattr("explorer.store.run_store.SHIPPED_FOLDER", None)
    monkeypatch.setattr(worker_processes, "_ensure_process", lambda *_: False)
    monkeypatch.setattr(type(st.context), "cookies", {})
    with closing(RunStore()) as store:
        yield store


def enter_code(monkeypatch: pytest.MonkeyPatch) -> None:
    cookies = {signed_cookie.COOKIE: signed_cookie.make(CODE)}
    monkeypatch.setattr(type(st.context), "cookies", cookies)


def come_as(monkeypatch: pytest.MonkeyPatch, name: str) -> str:
    """Come as somebody without the code; return what the store keeps of them."""
    cookies = {person.COOKIE: name * 43}
    monkeypatch.setattr(type(st.context), "cookies", cookies)
    return person.digest_of(cookies)


def running(store: RunStore, who: str = "") -> str:
    run_id = store.runs.create([TrainingConfig(dataset="digits")], person=who)
    store.runs.claim_next(MARK)
    store.records.append(run_id, steps(1, 5))
    return run_id


def test_a_race_is_begun_and_steered_by_holders_alone(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = running(store)
    app = opened("live", run=run_id)
    assert "can train, import and delete" in words(app)
    press(app, "Train")
    assert len(store.runs.list()) == 1
    assert "needs the access code" in words(app)
    for label in ("Pause", "Stop"):
        press(app, label)
    control = store.requests.control(run_id)
    assert not control.pause
    assert not control.stop
    enter_code(monkeypatch)
    app.run()
    assert "can train, import and delete" not in words(app)
    press(app, "Pause")
    assert store.requests.control(run_id).pause
    press(app, "Train")
    assert len(store.runs.list()) == 2


def test_a_sweep_is_begun_by_holders_alone(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("sweep")
    start = next(one.label for one in app.button if one.label.startswith(("Train", "Start")))
    press(app, start)
    assert store.sweeps.list() == []
    assert "needs the access code" in words(app)
    enter_code(monkeypatch)
    app.run()
    press(app, start)
    assert len(store.sweeps.list()) == 1


def test_curves_are_deleted_and_files_taken_in_by_holders_alone(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = running(store)
    store.runs.finish(run_id, "finished")
    app = opened("compare", runs=f"{run_id}:0")
    assert "Importing needs this server's access code" in words(app)
    assert not app.get("file_uploader")
    delete = next(one.label for one in app.button if one.label.startswith("Delete"))
    press(app, delete)
    press(app, next(one.label for one in app.button if one.label.startswith(("Yes", "Delete"))))
    assert len(store.curves.list()) == 1
    enter_code(monkeypatch)
    app.run()
    assert app.get("file_uploader")


def test_whoever_started_something_ends_and_deletes_it_without_the_new_code(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter = come_as(monkeypatch, "a")
    run_id = running(store, starter)
    sweep_id = store.sweeps.create(GRID, person=starter)
    come_as(monkeypatch, "b")
    press(opened("live", run=run_id), "Stop")
    press(opened("sweep", sweep=sweep_id), "Stop the sweep")
    assert not store.requests.control(run_id).stop
    assert store.sweeps.get(sweep_id).is_open
    come_as(monkeypatch, "a")
    app = opened("live", run=run_id)
    press(app, "Pause")
    assert "needs the access code" in words(app)
    press(app, "Stop")
    assert store.requests.control(run_id).stop
    press(opened("sweep", sweep=sweep_id), "Stop the sweep")
    assert not store.sweeps.get(sweep_id).is_open
    store.runs.finish(run_id, "stopped")
    for name, left in (("b", 1), ("a", 0)):
        come_as(monkeypatch, name)
        app = opened("compare", runs=f"{run_id}:0")
        press(app, "Delete this curve")
        press(app, "Delete")
        assert len(store.curves.list()) == left
    press(app, "Undo")
    assert len(store.curves.list()) == 1


def test_what_a_person_starts_is_theirs_and_their_name_is_on_no_page(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EXPLORER_ACCESS_CODE")
    me = come_as(monkeypatch, "a")
    press(opened("live"), "Train")
    press(opened("sweep"), "Train the grid")
    (run,), (sweep,) = store.runs.list(), store.sweeps.list()
    assert store.runs.began([run.id], me)
    assert store.sweeps.began(sweep.id, me)
    somebody_else = come_as(monkeypatch, "b")
    assert not store.runs.began([run.id], somebody_else)
    assert not store.runs.began([run.id], "")
    # What a sweep trains is its starter's too.
    part = store.sweeps.queue_next(sweep.id, lambda *_: [0])
    assert store.runs.began([run.id, part], me)
    assert me not in repr((run, sweep, store.curves.list()))


def test_nothing_is_asked_where_there_is_no_code(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EXPLORER_ACCESS_CODE")
    app = opened("live")
    assert "access code" not in words(app)
    assert access.is_holder()


def test_a_server_that_everybody_reaches_without_a_code_says_so_where_one_acts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("EXPLORER_ACCESS_CODE")
    asked, given = st.get_option, {"server.address": ""}
    monkeypatch.setattr(st, "get_option", lambda name: given.get(name, asked(name)))
    for address, is_said in (("127.0.0.1", False), ("0.0.0.0", True)):
        given["server.address"] = address
        for page in ("live", "sweep", "compare"):
            assert words(opened(page)).count("set EXPLORER_ACCESS_CODE") == int(is_said), page
        assert "EXPLORER_ACCESS_CODE" not in words(opened("divergence"))
