"""Watched runs: shown like others, replaced in place, read-only until they are kept."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.runs.run import FINISHED, WATCHED
from explorer.runs.series import CurveData, FileNotes, Series
from explorer.store.curves import RunBusy
from explorer.store.run_store import AnnotationError, RunStore
from explorer.store.watched import FOLLOWED, GONE, REFUSED, ForeignRun, WatchedUpdate
from tests.runs.sample_records import Seen

FOLDER = "/data/runs"


def foreign(steps: int, label: str = "a") -> ForeignRun:
    at = np.arange(1, steps + 1)
    file = FileNotes({"train/loss": "loss"})
    return ForeignRun(label, "", CurveData({"loss": Series(at, 1 / at)}, file=file))


def written(store: RunStore, *runs: ForeignRun, state: str = FOLLOWED, **changes: object) -> None:
    values = {"path": "a/log.csv", "why": "", "stamp": "1 2 3", "changed_at": 5.0} | changes
    told = runs if runs else None
    store.watched.write([WatchedUpdate(FOLDER, state=state, runs=told, **values)])  # type: ignore[arg-type]


def test_a_watched_run_is_listed_and_read_like_any_other(store: RunStore) -> None:
    written(store, foreign(3))
    (row,) = store.curves.list()
    assert (row.status, row.origin, row.label) == (WATCHED, "runs/a/log.csv", "a")
    assert (row.summary.steps, row.summary.final_loss) == (3, 1 / 3)
    (data,) = store.records.read(row.run_id).curves
    assert Seen(data).steps.tolist() == [1, 2, 3]
    (found,) = store.watched.list()
    assert (found.run_id, found.num_points, found.is_kept) == (row.run_id, 3, False)
    # The races of the live page are others.
    assert store.runs.list() == []


def test_a_run_that_grows_is_read_on_by_whoever_has_read_it_before(store: RunStore) -> None:
    written(store, foreign(3))
    (row,) = store.curves.list()
    known = store.records.read(row.run_id)
    for steps in (5, 2):
        written(store, foreign(steps))
        newer = store.records.read(row.run_id, after=known.cursor)
        assert newer.is_whole
        known = known.extended(newer)
        assert Seen(known.curves[0]).steps.tolist() == list(range(1, steps + 1))
        assert store.records.read(row.run_id, after=known.cursor).cursor == known.cursor
    (again,) = store.curves.list()
    assert (again.run_id, again.summary.steps) == (row.run_id, 2)


def test_runs_come_and_go_within_a_file(store: RunStore) -> None:
    written(store, foreign(3, "a"), foreign(3, "b"))
    written(store, foreign(4, "b"), foreign(4, "c"))
    states = {one.label: (one.state, one.num_points) for one in store.watched.list()}
    assert states == {"a": (GONE, 3), "b": (FOLLOWED, 4), "c": (FOLLOWED, 4)}


def test_what_was_read_stays_when_a_file_goes_or_is_refused(store: RunStore) -> None:
    written(store, foreign(3))
    for state in (REFUSED, GONE):
        written(store, state=state, why="Because.")
        (found,) = store.watched.list()
        assert (found.state, found.why, found.num_points) == (state, "Because.", 3)
        assert len(store.curves.list()) == 1


def test_a_file_that_is_refused_at_first_is_a_run_once_it_can_be_read(store: RunStore) -> None:
    written(store, state=REFUSED, why="No table.")
    (found,) = store.watched.list()
    assert (found.run_id, found.why) == (None, "No table.")
    assert store.curves.list() == []
    written(store, foreign(2))
    (found,) = store.watched.list()
    assert found.run_id == store.curves.list()[0].run_id


def test_nothing_is_changed_of_a_watched_run_until_it_is_kept(store: RunStore) -> None:
    written(store, foreign(3))
    (row,) = store.curves.list()
    changes = [
        lambda: store.annotations.set_tags(row.run_id, ["x"], 0),
        lambda: store.annotations.set_note(row.run_id, "x", 0),
        lambda: store.annotations.rename_run(row.run_id, "x"),
        lambda: store.annotations.rename_curve(row.run_id, 0, "x"),
    ]
    for change in changes:
        with pytest.raises(AnnotationError, match="press Keep"):
            change()
    with pytest.raises(RunBusy, match="only what was kept can be deleted"):
        store.curves.delete(row.run_id)
    assert store.watched.keep([row.run_id, "unknown"]) == 1
    assert store.watched.keep([row.run_id]) == 0
    for change in changes:
        change()
    (kept,) = store.curves.list()
    assert (kept.status, kept.tags, kept.note) == (FINISHED, ("x",), "x")
    # And it still grows.
    written(store, foreign(7))
    assert store.curves.list()[0].summary.steps == 7
    assert store.watched.list()[0].is_kept


def test_a_kept_run_that_was_deleted_is_found_anew_when_its_file_grows(store: RunStore) -> None:
    written(store, foreign(3))
    first = store.curves.list()[0].run_id
    store.watched.keep([first])
    store.curves.delete(first)
    assert store.watched.stamps() == {}
    written(store, foreign(4))
    (row,) = store.curves.list()
    assert row.run_id != first
    assert row.status == WATCHED


def test_only_what_was_kept_outlives_its_folder(store: RunStore) -> None:
    written(store, foreign(3, "kept"), foreign(3, "not kept"))
    by_label = {one.label: one.run_id for one in store.watched.list()}
    store.watched.keep([by_label["kept"]])
    store.watched.prune([FOLDER])
    assert len(store.watched.list()) == 2
    store.watched.prune(["/elsewhere"])
    assert store.watched.list() == []
    assert [row.label for row in store.curves.list()] == ["kept"]
    assert Seen(store.records.read(by_label["kept"]).curves[0]).steps.size == 3


def test_a_file_that_has_been_gone_for_long_is_forgotten(store: RunStore) -> None:
    written(store, foreign(3), state=GONE, changed_at=0.0)
    store.watched.prune([FOLDER])
    assert store.watched.list() == store.curves.list() == []


def test_folders_that_a_person_names_are_remembered(store: RunStore) -> None:
    for folder in ("/b", "/a", "/b"):
        store.watched.add_folder(folder)
    assert RunStore(store.url).watched.folders() == ["/a", "/b"]
    store.watched.remove_folder("/a")
    assert store.watched.folders() == ["/b"]


def test_steps_beyond_32_bits_are_kept(store: RunStore) -> None:
    loss = Series(np.array([1, 2**40]), [1.0, 0.5])
    data = CurveData({"loss": loss}, file=FileNotes({"train/loss": "loss"}))
    written(store, ForeignRun("a", "", data))
    (row,) = store.curves.list()
    assert row.summary.steps == 2**40
    assert store.runs.get(row.run_id).progress.step == 2**31 - 1
