"""Without the access code every act is refused where it is carried out, on every page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer.jobs import worker_processes
from explorer.runs.config import TrainingConfig
from explorer.store.run_store import RunStore
from pages.components.access import access, signed_cookie
from tests.pages.page_steps import opened, ran
from tests.runs.sample_records import MARK, steps

CODE = "correct horse"


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


def press(app: AppTest, label: str) -> None:
    next(one for one in app.button if one.label == label).click()
    ran(app)


def words(app: AppTest) -> str:
    said = [*app.markdown, *app.caption, *app.error, *app.warning]
    return "\n".join(one.value.replace("\\", "") for one in said)


def running(store: RunStore) -> str:
    run_id = store.runs.create([TrainingConfig(dataset="digits")])
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


def test_nothing_is_asked_where_there_is_no_code(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EXPLORER_ACCESS_CODE")
    app = opened("live")
    assert "access code" not in words(app)
    assert access.is_holder()
