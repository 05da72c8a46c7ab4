"""The list of what is watched, as a person meets it on Compare."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.jobs import worker_processes
from explorer.runs.run import FINISHED, WATCHED
from explorer.runs.series import CurveData, FileNotes, Series
from explorer.store.run_store import RunStore
from explorer.store.watched import REFUSED, ForeignRun, WatchedUpdate
from pages.training.parts import watched_runs
from tests.pages.page_steps import field, opened, press, ran, words


@pytest.fixture
def folder(store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder that could be watched, and no process that does."""
    monkeypatch.delenv("EXPLORER_WATCH", raising=False)
    monkeypatch.setattr(worker_processes, "_ensure_process", lambda *_: False)
    # A browser that is a stand-in has no address.
    monkeypatch.setattr(watched_runs, "is_local", lambda: True)
    (tmp_path / "runs").mkdir()
    return os.path.realpath(tmp_path / "runs")


def found(store: RunStore, folder: str, path: str = "a.csv", steps: int = 3) -> None:
    at = np.arange(1, steps + 1)
    file = FileNotes({"train/loss": "loss"})
    data = CurveData({"loss": Series(at, 1 / at)}, file=file)
    run = ForeignRun(path.removesuffix(".csv"), "", data)
    store.watched.write([WatchedUpdate(folder, path, "followed", "", "1", 0.0, [run])])


def named(app: AppTest, folder: str) -> AppTest:
    field(app, "Folder on this machine").set_value(folder)
    return press(app, "Watch")


def test_a_folder_is_named_watched_and_let_go_on_the_page(store: RunStore, folder: str) -> None:
    app = named(opened("compare"), "relative")
    assert "is not a whole path" in words(app)
    app = named(app, f"{folder}/missing")
    assert "There is no folder" in words(app)
    app = named(app, folder)
    assert store.watched.folders() == [folder]
    assert "Nothing yet" in words(app)
    press(app, "Watch no more")
    assert store.watched.folders() == []


def test_watched_runs_join_the_comparison_and_are_kept_at_a_press(
    store: RunStore, folder: str
) -> None:
    store.watched.add_folder(folder)
    found(store, folder)
    found(store, folder, "b/c.csv")
    refused = WatchedUpdate(folder, "bad.csv", REFUSED, "It is no table.", "1", 0.0)
    store.watched.write([refused])
    app = opened("compare", runs="")
    assert "2 unchanged, 1 refused." in words(app)
    (choice,) = [one for one in app.multiselect if one.key == "watched picked"]
    assert choice.options == ["a (unchanged)", "b/c (unchanged)"]
    by_label = {one.label: one.run_id for one in store.watched.list()}
    # The newest run is compared from the start.
    choice.set_value([by_label["a"]])
    press(ran(app), "Compare")
    assert f"{by_label['a']}:0" in app.session_state["compare styles"]
    press(app, "Keep")
    assert "Kept one run." in words(app)
    states = {row.run_id: row.status for row in store.curves.list()}
    assert states == {by_label["a"]: FINISHED, by_label["b/c"]: WATCHED}
    # More steps, which the page shows without being asked.
    found(store, folder, steps=9)
    ran(app)
    assert not app.exception


def test_only_who_sits_at_the_machine_may_name_folders(
    store: RunStore, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_runs, "is_local", lambda: False)
    app = opened("compare")
    assert not [one for one in app.text_input if one.label == "Folder on this machine"]
    assert not [one for one in app.expander if one.label == "Watch folders"]
    store.watched.add_folder(folder)
    found(store, folder)
    app = opened("compare")
    assert [one for one in app.expander if one.label == "Watch folders"]
    assert not [one for one in app.text_input if one.label == "Folder on this machine"]


@pytest.mark.parametrize(
    ("headers", "address", "local"),
    [
        ({}, None, True),
        ({"Host": "localhost:8501", "Origin": "http://localhost:8501"}, None, True),
        ({"Host": "127.0.0.1:8501", "Origin": "http://127.0.0.1:8501"}, "127.0.0.1", True),
        ({"Host": "[::1]:8501"}, "::1", True),
        ({"Host": "explorer.example.org"}, None, False),
        ({"Host": "127.0.0.1:8501", "Origin": "https://explorer.example.org"}, None, False),
        ({"Host": "localhost", "X-Forwarded-For": "10.0.0.7"}, None, False),
        ({"Host": "localhost:8501"}, "10.0.0.7", False),
        ({"Host": "localhost.example.org"}, None, False),
    ],
)
def test_a_browser_behind_a_proxy_or_elsewhere_is_not_local(
    headers: dict[str, str], address: str | None, local: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Context:
        ip_address = address

    Context.headers = headers  # type: ignore[attr-defined]
    monkeypatch.setattr(watched_runs.st, "context", Context())
    assert watched_runs.is_local() is local
