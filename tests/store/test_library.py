"""The table of curves, names, tags and notes, deleting and undoing."""

from __future__ import annotations

import dataclasses
import time

import pytest

from explorer.jobs import launcher
from explorer.jobs.worker_processes import process_space
from explorer.runs.config import TrainingConfig
from explorer.runs.meaning import Meaning
from explorer.runs.records import by_curve
from explorer.runs.run import CurveRow, WorkerId, run_state
from explorer.store import curves as stored_curves
from explorer.store.run_store import AnnotationError, RunBusy, RunStore, UnknownRun
from tests.runs.sample_records import MARK, Seen, divergence, evaluation, make_info, steps

RACE = [TrainingConfig(seed=3), TrainingConfig(loss="softmax_squared_error", seed=3)]


def ended(store: RunStore, name: str = "") -> str:
    run_id = store.runs.create(RACE, name)
    store.runs.claim_next(MARK)
    store.records.append(run_id, steps(1, 5))
    store.runs.finish(run_id, "finished")
    return run_id


def ids(rows: list[CurveRow]) -> list[str]:
    return [row.id for row in rows]


def test_every_curve_is_a_row_with_its_settings_state_and_summary(store: RunStore) -> None:
    run_id = store.runs.create(RACE, "CE against MSE")
    store.runs.claim_next(MARK)
    store.runs.set_info(run_id, make_info())
    store.records.append(run_id, [*steps(1, 10), *steps(1, 10, curve=1), evaluation(10, 0.5)])
    store.records.append(
        run_id, [*steps(11, 10), evaluation(20, 0.91, full=True), divergence(1, 11)]
    )
    first, second = store.curves.list()
    assert (first.run_id, first.curve, second.curve, first.num_curves) == (run_id, 0, 1, 2)
    assert first.run_name == "CE against MSE"
    assert (first.label, second.label) == ("Cross-entropy", "MSE on softmax")
    assert (first.config, second.config) == tuple(RACE)
    assert run_state(first, alive=True) == "running"
    assert run_state(dataclasses.replace(first, silence=60.0), alive=None) == "lost"
    assert (first.worker, first.error, first.origin) == (MARK, "", "")
    assert first.environment is not None
    assert first.environment.device_name == "A processor"
    assert first.environment.git_revision == "a" * 40
    assert first.summary is not None
    assert (first.summary.steps, first.summary.final_accuracy) == (20, 0.91)
    assert (first.summary.best_step, first.summary.steps_to_90) == (20, 20)
    assert second.summary is not None
    assert (second.summary.steps, second.summary.diverged_at) == (10, 11)
    assert (first.tags, first.note, first.has_weights, first.deleted_at) == ((), "", False, None)


def test_rows_come_newest_run_first_and_only_of_the_runs_asked_for(store: RunStore) -> None:
    first, second, third = (store.runs.create(RACE) for _ in range(3))
    assert ids(store.curves.list()) == [
        f"{run}:{curve}" for run in (third, second, first) for curve in (0, 1)
    ]
    wanted = store.curves.list([second, "nowhere"])
    assert ids(wanted) == [f"{second}:0", f"{second}:1"]
    assert store.curves.list([]) == []


def test_the_table_reads_no_records(store: RunStore) -> None:
    ended(store)
    with store._database.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE batches")
    assert len(store.curves.list()) == 2


def test_tags_and_notes_belong_to_a_curve(store: RunStore) -> None:
    run_id, other = ended(store), ended(store)
    store.annotations.set_tags(run_id, ["good", "for the talk"], curve=1)
    store.annotations.set_note(run_id, "Zwei Läufe, 'quoted' — ∞", curve=0)
    store.annotations.set_note(other, "first", curve=0)
    rows = store.curves.list()
    assert [row.note for row in rows] == ["first", "", "Zwei Läufe, 'quoted' — ∞", ""]
    assert [row.tags for row in rows] == [(), (), (), ("good", "for the talk")]
    store.annotations.set_tags(run_id, [], 1)
    assert {row.tags for row in store.curves.list()} == {()}


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ([""], "1 to 40 characters"),
        (["x" * 41], "1 to 40 characters"),
        (["a,b"], "no comma"),
        ([" a"], "no space at its ends"),
        (["a", "a"], "given twice"),
        ([str(k) for k in range(21)], "at most 20 tags"),
        (["a\0b"], "1 to 40 characters"),
    ],
)
def test_tags_that_cannot_be_kept_are_told_and_the_old_ones_stay(
    store: RunStore, tags: list[str], told: str
) -> None:
    run_id = ended(store)
    store.annotations.set_tags(run_id, ["kept"], 0)
    with pytest.raises(AnnotationError, match=told):
        store.annotations.set_tags(run_id, tags, 0)
    assert store.curves.list()[0].tags == ("kept",)


def test_tags_and_meanings_of_several_curves_are_kept_together_or_not_at_all(
    store: RunStore,
) -> None:
    first, second = ended(store), ended(store)
    loss = {"val_loss": Meaning("validation", "cross_entropy")}
    store.annotations.set_meanings_of({(first, 0): loss, (second, 1): loss})
    store.annotations.set_tags_of({(first, 0): ["a"], (second, 1): ["a", "b"]})
    rows = {row.id: row for row in store.curves.list()}
    assert rows[f"{first}:0"].meanings == rows[f"{second}:1"].meanings == loss
    assert rows[f"{first}:1"].meanings == {}
    assert rows[f"{second}:1"].tags == ("a", "b")
    for bad in ({(first, 0): ["c"], (second, 7): ["c"]}, {(first, 0): ["c"], (second, 1): ["x,"]}):
        with pytest.raises(AnnotationError):
            store.annotations.set_tags_of(bad)
    with pytest.raises(UnknownRun):
        store.annotations.set_meanings_of({(first, 0): {}, ("nothere", 0): {}})
    rows = {row.id: row for row in store.curves.list()}
    assert rows[f"{first}:0"].tags == ("a",)
    assert rows[f"{first}:0"].meanings == loss


def test_notes_names_and_curves_that_cannot_be_are_told(store: RunStore) -> None:
    run_id = ended(store, "first name")
    refused = [
        lambda: store.annotations.set_note(run_id, "x" * 2001, 0),
        lambda: store.annotations.set_note(run_id, "a\0b", 0),
        lambda: store.annotations.set_note(run_id, "", curve=2),
        lambda: store.annotations.set_tags(run_id, [], curve=-1),
        lambda: store.annotations.rename_run(run_id, "x" * 81),
        lambda: store.annotations.rename_run(run_id, "two\nlines"),
        lambda: store.annotations.rename_curve(run_id, 0, "x" * 81),
        lambda: store.annotations.rename_curve(run_id, 2, "name"),
        lambda: store.curves.delete(run_id, [2]),
        lambda: store.curves.restore(run_id, [-1]),
    ]
    for attempt in refused:
        with pytest.raises(AnnotationError) as told:
            attempt()
        assert str(told.value).endswith(".")
    rows = store.curves.list()
    assert {(row.run_name, row.note) for row in rows} == {("first name", "")}


def test_runs_and_curves_are_renamed_and_lose_the_name_again(store: RunStore) -> None:
    run_id = ended(store, "before")
    store.annotations.rename_run(run_id, "after")
    store.annotations.rename_curve(run_id, 1, "the squared one")
    first, second = store.curves.list()
    assert (first.run_name, first.label, second.label) == (
        "after",
        "Cross-entropy",
        "the squared one",
    )
    run = store.runs.get(run_id)
    assert (run.name, run.configs[1].name) == ("after", "the squared one")
    assert dataclasses.replace(run.configs[1], name="") == RACE[1]
    store.annotations.rename_curve(run_id, 1, "")
    assert store.curves.list()[1].label == "MSE on softmax"


def test_a_deleted_run_is_out_of_sight_until_it_is_restored(store: RunStore) -> None:
    gone, other = ended(store, "gone"), ended(store)
    store.annotations.set_tags(gone, ["kept"], 0)
    store.curves.delete(gone)
    assert [run.id for run in store.runs.list()] == [other]
    assert {row.run_id for row in store.curves.list()} == {other}
    for use in (
        store.runs.get,
        store.records.read,
        store.requests.control,
        store.curves.delete,
        store.requests.stop,
    ):
        with pytest.raises(UnknownRun, match="it was deleted"):
            use(gone)
    with pytest.raises(UnknownRun):
        store.records.append(gone, steps(6, 1))
    assert ids(store.curves.list(deleted=True)) == [f"{gone}:0", f"{gone}:1"]
    store.curves.restore(gone)
    assert store.curves.list(deleted=True) == []
    assert store.runs.get(gone).name == "gone"
    assert Seen(store.records.read(gone).curves[0]).steps.tolist() == [1, 2, 3, 4, 5]
    assert store.curves.list([gone])[0].tags == ("kept",)


def test_a_single_curve_can_be_deleted_and_the_last_one_takes_the_run_along(
    store: RunStore,
) -> None:
    run_id = ended(store)
    store.curves.delete(run_id, [0])
    assert ids(store.curves.list()) == [f"{run_id}:1"]
    assert ids(store.curves.list(deleted=True)) == [f"{run_id}:0"]
    assert len(store.records.read(run_id).curves) == 2
    store.curves.delete(run_id, [0, 1])
    assert store.runs.list() == []
    store.curves.restore(run_id, [1])
    assert ids(store.curves.list()) == [f"{run_id}:1"]
    assert [run.id for run in store.runs.list()] == [run_id]


def test_a_run_that_has_not_ended_is_not_deleted(store: RunStore) -> None:
    run_id = store.runs.create(RACE, "mine")
    with pytest.raises(RunBusy, match=r"“mine” is queued: stop it first, then delete it\."):
        store.curves.delete(run_id)
    store.runs.claim_next(MARK)
    with pytest.raises(RunBusy, match="is running"):
        store.curves.delete(run_id)
    store.runs.set_paused(run_id, True)
    with pytest.raises(RunBusy, match="is paused"):
        store.curves.delete(run_id, [1])
    assert len(store.curves.list()) == 2
    store.curves.delete(run_id, alive=False)
    assert store.curves.list() == []


def test_curves_of_several_runs_are_deleted_together_or_not_at_all(store: RunStore) -> None:
    first, second = ended(store), ended(store)
    busy = store.runs.create(RACE)
    for refused in ((busy, 0), ("nowhere", 0)):
        with pytest.raises((RunBusy, UnknownRun)):
            launcher.delete([(first, 0), (second, 1), refused], store=store)
        assert len(store.curves.list()) == 6
    chosen = [(first, 0), (second, 0), (second, 1)]
    launcher.delete(chosen, store=store)
    assert ids(store.curves.list()) == [f"{busy}:0", f"{busy}:1", f"{first}:1"]
    launcher.restore(chosen, store=store)
    assert len(store.curves.list()) == 6


def test_a_run_whose_worker_was_killed_can_be_deleted(store: RunStore) -> None:
    run_id = store.runs.create(RACE)
    nobody = WorkerId(process_space(), 2**22 + 1, 0.0)
    store.runs.claim_next(nobody)
    row, _ = store.curves.list()
    assert launcher.state_of(row) == "lost"
    launcher.delete([(run_id, 0), (run_id, 1)], store=store)
    assert store.runs.list() == []


def test_what_was_deleted_long_ago_is_removed_for_good(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, partly, kept = ended(store), ended(store), ended(store)
    store.curves.delete(old)
    store.curves.delete(partly, [0])
    assert store.curves.purge() == 0
    later = time.time() + stored_curves.KEPT_SECONDS + 1
    monkeypatch.setattr(stored_curves.time, "time", lambda: later)
    assert store.curves.purge() == 1
    with pytest.raises(UnknownRun):
        store.curves.restore(old)
    with store._database.transaction() as connection:
        for table in ("runs", "batches", "curves", "weights"):
            column = "id" if table == "runs" else "run_id"
            query = f"SELECT count(*) FROM {table} WHERE {column} = '{old}'"
            assert connection.exec_driver_sql(query).scalar_one() == 0
    store.curves.restore(partly)
    assert {row.run_id for row in store.curves.list()} == {partly, kept}
    assert Seen(store.records.read(partly).curves[0]).steps.size == 5


def test_a_run_made_elsewhere_lies_beside_the_others_and_is_never_trained(store: RunStore) -> None:
    columns = by_curve([*steps(1, 50), evaluation(50, 0.9), *steps(1, 20, curve=1)], 2)
    losses = ["", "cross_entropy"]
    run_id = store.records.add_imported(
        columns, ["a", "b"], name="From a file", origin="curves.csv", losses=losses
    )
    assert store.runs.claim_next(MARK) is None
    first, second = store.curves.list()
    assert (first.label, second.label, first.config) == ("a", "b", None)
    assert (first.origin, first.status, first.run_name) == ("curves.csv", "finished", "From a file")
    assert [first.own_loss, second.own_loss] == losses
    assert first.summary is not None
    assert (first.summary.steps, first.summary.final_accuracy) == (50, 0.9)
    store.annotations.rename_curve(run_id, 1, "")
    assert store.curves.list()[1].label == "Curve 2"
    assert Seen(store.records.read(run_id).curves[1]).steps.size == 20
    assert store.runs.get(run_id).origin == "curves.csv"
    assert store.runs.list() == []
    for name, other in (("", "b" * 81), ("", "b\n"), ("x" * 81, "b"), ("\0", "b")):
        with pytest.raises(AnnotationError, match="at most 80 characters"):
            store.records.add_imported(columns, ["a", other], name=name, origin="curves.csv")
    for wrong in ({"curve_names": ["a"], "origin": "x"}, {"curve_names": ["a", "b"], "origin": ""}):
        with pytest.raises(ValueError, match="one name per curve"):
            store.records.add_imported(columns, name="", **wrong)
    assert len(store.curves.list()) == 2
