"""The page that compares runs, without a browser."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.jobs import launcher
from explorer.jobs.worker_processes import this_process
from explorer.runs.config import LOSS_LABELS, TrainingConfig
from explorer.runs.records import EvalRecord
from explorer.store.curves import StoredCurves
from explorer.store.database import unavailable
from explorer.store.run_store import RunStore
from pages.training.parts.curve_selection import MOST_CURVES
from tests.exchange.sample_curves import make_curve, make_evaluation
from tests.pages.page_steps import components, opened, press, ran
from tests.runs.sample_records import chunk_of_steps, divergence, make_info, measured, one_step

BASE = TrainingConfig(dataset="digits", device="cpu", learning_rate=0.1)
RACE = (BASE, replace(BASE, loss="softmax_squared_error"))


def finished(store: RunStore, name: str = "a race", configs=RACE, steps: int = 30) -> str:
    run_id = store.runs.create(configs, name)
    assert store.runs.claim_next(this_process())
    store.runs.set_info(run_id, make_info(dataset="digits", train_images=1437, test_images=360))
    records = []
    for curve in range(len(configs)):
        own = np.arange(1, steps + 1)
        records += [chunk_of_steps(curve, own, 20 * own, (curve + 2.3) / own, own / 10)]
        losses = {loss: 0.25 + k for k, loss in enumerate(LOSS_LABELS)}
        confusion, q = np.zeros((10, 10), np.int64), np.full((20, 10), 0.1)
        evaluations = [
            EvalRecord(curve, 0, 0.0, False, 360, losses, 0.1, confusion, q),
            EvalRecord(curve, 20, 1.0, True, 360, losses, 0.92 + curve / 25, confusion, q),
        ]
        records += [measured(*evaluations)]
    store.records.append(run_id, records)
    store.runs.finish(run_id, "finished")
    return run_id


def address(app: AppTest) -> dict[str, str]:
    return dict(components(app, "address")["address"]["parameters"])


def choose(app: AppTest, label: str, option: str) -> AppTest:
    (group,) = [one for one in app.button_group if one.label == label]
    group.set_value(option)
    return ran(app)


def plots(app: AppTest) -> dict[str, dict]:
    return {key.partition("-")[2] or key: one for key, one in components(app, "plot").items()}


def shown(app: AppTest) -> str:
    bodies = [element.proto.body for element in app.get("html")]
    texts = [*app.markdown, *app.caption, *app.error, *app.warning, *app.info]
    return "\n".join([*bodies, *(one.value.replace("\\", "") for one in texts)])


def table(app: AppTest):
    return app.dataframe[0].value


def test_with_no_run_the_page_says_where_to_train_one(store):
    app = opened("compare")
    assert "There are no runs yet" in shown(app)
    assert not components(app, "plot")
    assert not app.error


def test_at_first_the_newest_race_is_compared(store):
    finished(store, "old")
    newest = finished(store, "new")
    app = opened("compare")
    assert address(app)["runs"] == f"{newest}:0,{newest}:1"
    assert len(table(app)) == 4
    assert len(components(app, "plot")) == 2
    assert "4 curves; 2 compared." in shown(app)


def test_the_link_holds_runs_styles_axes_and_smoothing(store):
    first, second = finished(store, "one"), finished(store, "two")
    link = {
        "runs": f"{second}:1,{first}:0", "styles": "4,2", "x": "Epoch", "scale": "linear",
        "smoothing": "0.9", "seeds": "mean and band", "loss": "Multiclass hinge",
        "from": "0.5", "to": "1.5",
    }  # fmt: skip
    app = opened("compare", **link)
    assert {name: address(app)[name] for name in link} == link
    figures = [one["figure"]["layout"] for one in components(app, "plot").values()]
    assert [layout["xaxis"]["range"] for layout in figures] == [[0.5, 1.5]] * 2
    assert {layout["xaxis"]["title"]["text"] for layout in figures} == {"epoch"}


def test_a_link_to_a_run_takes_all_its_curves(store):
    run_id = finished(store)
    finished(store, "newer")
    assert address(opened("compare", runs=run_id))["runs"] == f"{run_id}:0,{run_id}:1"


@pytest.mark.parametrize(
    "link",
    [
        {"runs": "nothere:0"},
        {"runs": ",,:,x:9999999999999999999"},
        {"styles": "²,-1,99", "from": "x", "to": "nan", "x": "Week", "smoothing": "2"},
        {"from": "inf", "to": "1e999"},
        {"filter": "(((" * 40},
    ],
)
def test_a_link_that_nobody_can_read_shows_the_page(store, link):
    run_id = finished(store)
    app = opened("compare", **({"runs": f"{run_id}:0"} | link))
    assert not app.error
    if "runs" in link:
        assert "of the link cannot be shown" in shown(app)


def test_only_what_differs_is_listed_and_the_rest_is_shared(store):
    run_id = finished(store, configs=(BASE, replace(BASE, learning_rate=0.5)))
    app = opened("compare", runs=run_id)
    (html,) = [e.proto.body for e in app.get("html") if "Steps to 90" in e.proto.body]
    head = html.partition("</thead>")[0]
    assert "Learning rate" in head
    assert "Momentum" not in head
    assert "Momentum: 0" in shown(app)
    assert "Steps to 95" in head


def test_results_tell_steps_to_the_accuracies(store):
    app = opened("compare", runs=finished(store))
    (html,) = [e.proto.body for e in app.get("html") if "Steps to 90" in e.proto.body]
    rows = [row.split("<td>") for row in html.partition("<tbody>")[2].split("</tr>") if row]
    cells = [[cell.partition("<")[0] for cell in row[1:]] for row in rows[:2]]
    assert cells[0][:7] == ["finished", "92.00%", "92.00%", "0.25 nats", "20", "not reached",
                            "not reached"]  # fmt: skip
    assert cells[1][4:7] == ["20", "20", "not reached"]


def test_a_diverged_curve_says_so_in_the_table(store):
    run_id = finished(store)
    other = store.runs.create(RACE, "diverged")
    store.runs.claim_next(this_process())
    store.records.append(other, [one_step(0, 1, 20, float("nan"), 0.1), divergence(0, 1)])
    store.runs.finish(other, "finished")
    app = opened("compare", runs=f"{other},{run_id}")
    states = table(app)["State"].tolist()
    assert states == ["diverged at step 1", "finished", "finished", "finished"]


def test_the_filter_hides_rows_and_keeps_the_choice(store):
    finished(store, "old")
    newest = finished(store, "new")
    app = opened("compare", runs=newest)
    app.text_input[0].set_value("old mse")
    ran(app)
    assert table(app)["Curve"].tolist() == ["MSE on softmax"]
    assert "1 of 4 curves; 2 compared, 2 of them hidden by the filter." in shown(app)
    assert address(app)["runs"] == f"{newest}:0,{newest}:1"
    assert address(app)["filter"] == "old mse"
    app.text_input[0].set_value("no such thing")
    ran(app)
    assert len(table(app)) == 0


@pytest.mark.parametrize(
    ("words", "count"), [("rate 0.1", 2), ("rate 0.15", 1), ("seed 3", 1), ("SGD", 3), ("0.", 0)]
)
def test_numbers_in_the_filter_are_meant_whole(store, words, count):
    rates = (BASE, replace(BASE, seed=3), replace(BASE, learning_rate=0.15))
    finished(store, configs=rates)
    assert len(table(opened("compare", filter=words))) == count


def test_of_too_many_curves_the_first_are_compared_and_that_is_said(store):
    ids = [finished(store, f"race {k}", RACE * 4) for k in range(4)]
    app = opened("compare", runs=",".join(ids))
    assert f"At most {MOST_CURVES} curves" in shown(app)
    assert "2 of 32 were not added" in shown(app)
    assert len(address(app)["runs"].split(",")) == MOST_CURVES
    assert sorted(map(int, address(app)["styles"].split(","))) == list(range(MOST_CURVES))


def test_seeds_are_joined_with_their_number(store):
    run_id = finished(store, configs=tuple(replace(BASE, seed=seed) for seed in range(3)))
    app = opened("compare", runs=run_id, seeds="mean and band")
    names = {t["name"] for one in components(app, "plot").values() for t in one["figure"]["data"]}
    assert "Cross-entropy, mean of 3 seeds" in names
    assert "Cross-entropy, mean of 3 seeds" in shown(app)


def test_name_tags_and_note_are_kept_and_a_bad_one_is_told(store):
    run_id = finished(store)
    app = opened("compare", runs=run_id)
    fields = {one.label: one for one in app.text_input}
    fields["Name of the run"].set_value("Renamed")
    fields["Name of the curve"].set_value("first *curve*")
    app.text_area[0].set_value("look at the start")
    press(app, "Save")
    row = store.curves.list([run_id])[0]
    assert (row.run_name, row.label, row.note) == ("Renamed", "first *curve*", "look at the start")
    assert "Saved." in [one.value for one in app.success]
    {one.label: one for one in app.text_input}["Name of the curve"].set_value("x" * 81)
    press(app, "Save")
    assert "A name has at most 80 characters" in shown(app)
    assert store.curves.list([run_id])[0].label == "first *curve*"


def test_deleting_asks_once_and_is_undone(store):
    run_id = finished(store)
    app = opened("compare", runs=run_id)
    press(app, "Delete these 2 curves")
    assert len(store.curves.list()) == 2
    press(app, "Keep")
    assert len(store.curves.list()) == 2
    press(app, "Delete these 2 curves")
    press(app, "Delete")
    assert not store.curves.list()
    assert "2 curves were deleted." in shown(app)
    press(app, "Undo")
    assert len(store.curves.list()) == 2
    assert address(app)["runs"] == f"{run_id}:0,{run_id}:1"


def test_what_was_deleted_in_another_session_can_be_brought_back(store):
    run_id = finished(store)
    launcher.delete([(run_id, 1)])
    app = opened("compare")
    press(app, "Bring back")
    assert len(store.curves.list()) == 2


def test_a_running_race_is_not_deleted(store):
    run_id = store.runs.create(RACE, "running")
    store.runs.claim_next(this_process())
    store.records.append(run_id, [one_step(0, 1, 20, 2.0, 0.1)])
    app = opened("compare", runs=f"{run_id}:0")
    press(app, "Delete this curve")
    press(app, "Delete")
    assert "Nothing was deleted." in shown(app)
    assert len(store.curves.list()) == 2


def test_a_store_that_cannot_be_read_is_a_sentence(store, monkeypatch):
    error = unavailable(store._database.url, sqlite3.OperationalError("disk I/O error"))

    def broken(*_: object, **__: object) -> list[object]:
        raise error

    monkeypatch.setattr(StoredCurves, "list", broken)
    app = opened("compare")
    assert [one.value.replace("\\", "") for one in app.error] == [str(error)]


def test_it_is_said_on_how_many_images_each_mark_was_measured(store):
    assert "on test images (diamonds: on all 360; lines: on the first 360)" in shown(
        opened("compare", runs=finished(store))
    )
    foreign = make_curve().records
    foreign.evaluations = [make_evaluation(8, examples=0)]
    store.records.add_imported([foreign], ["theirs"], name="", origin="theirs.csv")
    assert "on test images (of runs made elsewhere: on a number that is not known)" in shown(
        opened("compare")
    )


def test_a_curve_in_training_is_looked_at_again_until_it_has_ended(store):
    run_id = store.runs.create(RACE, "running")
    store.runs.claim_next(this_process())
    store.records.append(run_id, [one_step(curve, 1, 20, 2.0, 0.1) for curve in (0, 1)])
    app = opened("compare", runs=run_id)
    assert "<td>running</td>" in shown(app)
    store.records.append(run_id, [one_step(curve, 2, 40, 1.5, 0.2) for curve in (0, 1)])
    store.runs.finish(run_id, "finished")
    ran(app)
    assert "<td>finished</td>" in shown(app)
    assert "<td>2</td>" in shown(app)
