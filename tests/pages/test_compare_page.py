"""The page that compares runs, without a browser."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.exchange.column_mapping import guessed, kept_curves
from explorer.exchange.reading import read_curves
from explorer.jobs import launcher
from explorer.jobs.worker_processes import this_process
from explorer.runs.config import LOSS_LABELS, TrainingConfig
from explorer.runs.records import CurveChunk
from explorer.store.curves import StoredCurves
from explorer.store.database import unavailable
from explorer.store.run_store import RunStore
from pages.training.parts.comparison.curve_selection import MOST_CURVES
from tests.exchange.sample_curves import make_data, make_evaluation
from tests.pages.page_steps import (
    address,
    components,
    errors,
    field,
    opened,
    press,
    ran,
    words,
)
from tests.runs.sample_records import Measured, divergence, make_info, one_step, recorded

BASE = TrainingConfig(dataset="digits", device="cpu", learning_rate=0.1)
RACE = (BASE, replace(BASE, loss="softmax_squared_error"))


def finished(store: RunStore, name: str = "a race", configs=RACE, steps: int = 30) -> str:
    run_id = store.runs.create(configs, name)
    assert store.runs.claim_next(this_process())
    store.runs.set_info(run_id, make_info(dataset="digits", train_images=1437, test_images=360))
    records = []
    for curve, config in enumerate(configs):
        own = np.arange(1, steps + 1)
        losses = {loss: 0.25 + k for k, loss in enumerate(LOSS_LABELS)}
        confusion, q = np.zeros((10, 10), np.int64), np.full((20, 10), 0.1)
        evaluations = [
            Measured(0, 0.1, False, 0.0, 360, losses, confusion, q),
            Measured(20, 0.92 + curve / 25, True, 1.0, 360, losses, confusion, q),
        ]
        data = recorded(
            steps=own, losses=(curve + 2.3) / own, examples_seen=20 * own, loss=config.loss,
            evaluations=evaluations, steps_per_epoch=8,
        )  # fmt: skip
        records += [CurveChunk(curve, data)]
    store.records.append(run_id, records)
    store.runs.finish(run_id, "finished")
    return run_id


def drawn(app: AppTest) -> dict:
    """What the page hands to the plot: figure, lines and table of results."""
    (one,) = components(app, "comparison_plot").values()
    return one


def panels(app: AppTest) -> list[str]:
    return [one["text"] for one in drawn(app)["figure"]["layout"]["annotations"]]


def results(app: AppTest) -> list[dict[str, str]]:
    """The rows of the table of results, by column."""
    told = drawn(app)["table"]
    return [dict(zip(told["head"], row, strict=True)) for row in told["rows"]]


def picker(app: AppTest):
    """The choice of metrics."""
    (found,) = [one for one in app.multiselect if one.label.startswith("Metrics")]
    return found


def pick(app: AppTest, *keys: str) -> None:
    picker(app).set_value(list(keys))
    ran(app)


def table(app: AppTest):
    """Everything that the store tells of all curves."""
    return app.dataframe[1].value


def beside(app: AppTest):
    """The table beside the plots."""
    return app.dataframe[0].value


def imported(store: RunStore, content: bytes, name: str = "curve.csv") -> str:
    found = read_curves(content, name).curves
    kept = kept_curves(found, guessed(found))
    labels = [one.label for one in found]
    return store.records.add_imported(kept, labels, name=name, origin=name)


def test_with_no_run_the_page_says_where_to_train_one(store):
    app = opened("compare")
    assert "There are no runs yet" in words(app)
    assert not components(app, "comparison_plot")
    assert not app.error


def test_at_first_the_newest_race_is_compared(store):
    finished(store, "old")
    newest = finished(store, "new")
    app = opened("compare")
    assert address(app)["runs"] == f"{newest}:0,{newest}:1"
    assert len(beside(app)) == 4
    assert panels(app) == ["Cross-entropy / nats", "MSE on softmax", "Accuracy"]
    assert "4 curves; 2 compared." in words(app)


def test_the_link_holds_runs_styles_axes_and_smoothing(store):
    first, second = finished(store, "one"), finished(store, "two")
    link = {
        "runs": f"{second}:1,{first}:0", "styles": "4,2", "x": "Epoch", "scale": "linear",
        "smoothing": "0.9", "group": "seeds", "band": "standard error", "xscale": "linear",
        "metric": "multiclass_hinge", "y": "multiclass_hinge|log|0.1|2", "goal": "0.5",
        "goalof": "multiclass_hinge", "from": "0.5", "to": "1.5",
    }  # fmt: skip
    app = opened("compare", **link)
    assert {name: address(app)[name] for name in link} == link
    layout = drawn(app)["figure"]["layout"]
    assert layout["xaxis"]["range"] == [0.5, 1.5]
    assert layout["xaxis"]["title"]["text"] == "epoch"
    assert panels(app) == ["Multiclass hinge"]
    assert layout["yaxis"]["type"] == "log"
    assert np.allclose(layout["yaxis"]["range"], np.log10([0.1, 2]))


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
        {"metric": ["nothing", "<b>"], "group": "nothing", "goal": "soon", "goalof": "nothing"},
        {"y": ["loss", "loss|cubic|1|2", "a|log|-1|2", "a|log|x|y"]},
    ],
)
def test_a_link_that_nobody_can_read_shows_the_page(store, link):
    run_id = finished(store)
    app = opened("compare", **({"runs": f"{run_id}:0"} | link))
    if "goal" in link:
        (said,) = [one.value for one in app.error]
        assert said.startswith("“soon” cannot be reached: “soon” is not a number")
        assert "None of these curves has the metric" in words(app)
        assert "as group; these curves can be grouped by none, seeds, tags" in words(app)
    else:
        assert not app.error
    if "y" in link:
        assert "as y; " in words(app)
    if "runs" in link:
        assert "of the link cannot be shown" in words(app)


def test_only_what_differs_is_listed_and_the_rest_is_shared(store):
    run_id = finished(store, configs=(BASE, replace(BASE, learning_rate=0.5)))
    app = opened("compare", runs=run_id)
    assert [row["Learning rate"] for row in results(app)] == ["0.1", "0.5"]
    assert "Momentum" not in results(app)[0]
    assert "Momentum: 0" in words(app)


def test_results_tell_the_best_and_the_steps_to_accuracies(store):
    app = opened("compare", runs=finished(store), goal="95 %", goalof="accuracy")
    first, second = results(app)
    assert first["State"] == "finished"
    assert first["Best Accuracy"] == "92.00% (test, all images, step 20)"
    assert first["Last Cross-entropy / nats"] == "0.25"
    assert (first["Steps to 90 %"], first["Steps to 95 %"]) == ("20", "not reached")
    assert second["Steps to 95 %"] == "20"
    reached = "Step to Accuracy ≥ 95.00%"
    assert (first[reached], second[reached]) == ("not reached", "20")


KERAS = b"epoch,loss,val_loss,lr\n" + b"".join(
    b"%d,%f,%f,0.01\n" % (k, 2 / (k + 1), 3 / (k + 1)) for k in range(8)
)


def test_training_and_validation_share_a_panel_in_one_colour_and_two_dashes(store):
    app = opened("compare", runs=imported(store, KERAS))
    assert panels(app) == ["Loss, not known which"]
    lines = [t for t in drawn(app)["figure"]["data"] if t["meta"]["role"] == "line"]
    assert len({one["line"]["color"] for one in lines}) == 1
    assert len({one["line"]["dash"] for one in lines}) == 2
    assert "Along epochs" in words(app)
    pick(app, "loss", "gap: loss")
    assert panels(app)[1] == "Gap: Loss, not known which"
    assert results(app)[0]["Last Gap: Loss, not known which"] == "0.125"


def test_metrics_whose_names_begin_alike_are_chosen_together_as_far_as_there_are_panels(store):
    names = [f"head/m{k}" for k in range(14)] + ["other/a", "other/b"]
    head = ",".join(["step", *names])
    rows = "\n".join(",".join(str(k + step) for k in range(17)) for step in range(3))
    app = opened("compare", runs=imported(store, f"{head}\n{rows}\n".encode()))

    pick(app, "all of other")
    assert panels(app) == ["other/a", "other/b"]
    assert address(app)["metric"] == ["other a", "other b"]
    pick(app, "all of head", "other a")
    assert panels(app) == names[:12]
    assert "The first 12 of 15 chosen metrics are drawn." in words(app)
    press(app, "Show the first choice again")
    assert panels(app) == names[:2]


def test_what_a_metric_means_is_said_once_for_all_curves_and_kept(store):
    first, second = imported(store, KERAS), imported(store, KERAS, "other.csv")
    app = opened("compare", runs=f"{first},{second}")
    boxes = {one.label: one for one in app.selectbox}
    boxes["Metric"].set_value("val_loss")
    ran(app)
    boxes = {one.label: one for one in app.selectbox}
    assert boxes["Measured on"].value == "validation"
    boxes["What it is"].set_value("cross_entropy_bits")
    press(app, "Keep this meaning")
    assert "Kept for 2 curves: “val_loss” is Cross-entropy / bits, validation." in words(app)
    again = opened("compare", runs=f"{first},{second}")
    assert panels(again) == ["Loss, not known which"]
    assert "Cross-entropy / bits" in picker(again).options
    for row in store.curves.list([first, second]):
        assert row.meanings["val_loss"].what == "cross_entropy_bits"


def test_settings_that_a_file_tells_join_the_table(store):
    rates = (KERAS, KERAS.replace(b"0.01", b"0.1"))
    first, second = (imported(store, of, f"{k}.csv") for k, of in enumerate(rates))
    app = opened("compare", runs=f"{first},{second}", group="lr")
    assert [row["lr"] for row in results(app)] == ["0.01", "0.1"]


def test_tags_are_given_to_all_compared_curves_and_taken_back(store):
    run_id = finished(store)
    store.annotations.set_tags(run_id, ["old"], 0)
    app = opened("compare", runs=run_id)
    (tags,) = [one for one in app.multiselect if one.label.startswith("Tags for these")]
    tags.set_value(["old"])
    press(ran(app), "Add")
    assert [row.tags for row in store.curves.list()] == [("old",), ("old",)]
    assert "The tags of one curve were changed." in words(app)
    press(app, "Undo")
    assert [row.tags for row in store.curves.list()] == [("old",), ()]


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
    assert beside(app)[["Curve", "Run"]].to_numpy().tolist() == [["MSE on softmax", "old"]]
    assert "1 of 4 curves; 2 compared, 2 of them hidden by the filter." in words(app)
    assert address(app)["runs"] == f"{newest}:0,{newest}:1"
    assert address(app)["filter"] == "old mse"
    app.text_input[0].set_value("no such thing")
    ran(app)
    assert len(beside(app)) == 0


@pytest.mark.parametrize(
    ("filtered", "count"), [("rate 0.1", 2), ("rate 0.15", 1), ("seed 3", 1), ("SGD", 3), ("0.", 0)]
)
def test_numbers_in_the_filter_are_meant_whole(store, filtered, count):
    rates = (BASE, replace(BASE, seed=3), replace(BASE, learning_rate=0.15))
    finished(store, configs=rates)
    assert len(beside(opened("compare", filter=filtered))) == count


def test_of_too_many_curves_the_first_are_compared_and_that_is_said(store):
    ids = [finished(store, f"race {k}", RACE * 8, steps=2) for k in range(13)]
    app = opened("compare", runs=",".join(ids))
    assert f"At most {MOST_CURVES} curves" in words(app)
    assert "8 of 208 were not added" in words(app)
    assert len(address(app)["runs"].split(",")) == MOST_CURVES
    assert sorted(map(int, address(app)["styles"].split(","))) == list(range(MOST_CURVES))
    # So many differ by colour no more, which tells the losses apart instead.
    assert "colour tells the Loss apart" in words(app)
    assert len({one["colour"] for one in drawn(app)["lines"]}) == 2


@pytest.mark.parametrize("band", ["standard deviation", "standard error", "min–max"])
def test_seeds_are_joined_with_their_number_and_the_band_is_named(store, band):
    run_id = finished(store, configs=tuple(replace(BASE, seed=seed) for seed in range(3)))
    # A link of an earlier version says it otherwise.
    asked = {"seeds": "mean and band"} if band == "min–max" else {"group": "seeds"}
    app = opened("compare", runs=run_id, band=band, **asked)
    assert address(app)["group"] == "seeds"
    assert "seeds" not in address(app)
    (line,) = drawn(app)["lines"]
    assert line["label"] == "Cross-entropy, mean of 3 seeds"
    reach = {"min–max": "from the lowest to the highest"}.get(band, f"one {band}")
    assert f"Bands reach {reach}" in words(app)
    assert {
        t["meta"]["n"] for t in drawn(app)["figure"]["data"] if t["meta"]["role"] == "line"
    } == {3}


def test_curves_are_joined_by_any_setting_and_by_tags(store):
    losses, rates = ("cross_entropy", "softmax_squared_error"), (0.1, 0.5)
    each = [replace(BASE, loss=loss, learning_rate=rate) for loss in losses for rate in rates]
    run_id = finished(store, configs=tuple(each))
    app = opened("compare", runs=run_id, group="Learning rate")
    assert [one["label"] for one in drawn(app)["lines"]] == [
        "Learning rate: 0.1, mean of 2", "Learning rate: 0.5, mean of 2",
    ]  # fmt: skip
    for curve in (0, 3):
        store.annotations.set_tags(run_id, ["good"], curve)
    lines = drawn(opened("compare", runs=run_id, group="tags"))["lines"]
    assert lines[0]["label"] == "tagged good, mean of 2"
    assert len(lines) == 3


def test_name_tags_and_note_are_kept_and_a_bad_one_is_told(store):
    run_id = finished(store)
    app = opened("compare", runs=run_id)
    field(app, "Name of the run").set_value("Renamed")
    field(app, "Name of the curve").set_value("first *curve*")
    app.text_area[0].set_value("look at the start")
    press(app, "Save")
    row = store.curves.list([run_id])[0]
    assert (row.run_name, row.label, row.note) == ("Renamed", "first *curve*", "look at the start")
    assert "Saved." in [one.value for one in app.success]
    field(app, "Name of the curve").set_value("x" * 81)
    press(app, "Save")
    assert "A name has at most 80 characters" in words(app)
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
    assert "2 curves were deleted." in words(app)
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
    assert "Nothing was deleted." in words(app)
    assert len(store.curves.list()) == 2


def test_a_store_that_cannot_be_read_is_a_sentence(store, monkeypatch):
    error = unavailable(store._database.url, sqlite3.OperationalError("disk I/O error"))

    def broken(*_: object, **__: object) -> list[object]:
        raise error

    monkeypatch.setattr(StoredCurves, "list", broken)
    app = opened("compare")
    assert errors(app) == [str(error)]


def test_it_is_said_on_how_many_images_each_mark_was_measured(store):
    assert "On test images (diamonds: on all 360; lines: on the first 360)" in words(
        opened("compare", runs=finished(store))
    )
    foreign = make_data(evaluations=[make_evaluation(8, examples=0)])
    store.records.add_imported([foreign], ["theirs"], name="", origin="theirs.csv")
    assert "On test images (of runs made elsewhere: on a number that is not known)" in words(
        opened("compare")
    )


def test_a_curve_in_training_is_looked_at_again_until_it_has_ended(store):
    run_id = store.runs.create(RACE, "running")
    store.runs.claim_next(this_process())
    store.records.append(run_id, [one_step(curve, 1, 20, 2.0, 0.1) for curve in (0, 1)])
    app = opened("compare", runs=run_id)
    assert results(app)[0]["State"] == "running"
    store.records.append(run_id, [one_step(curve, 2, 40, 1.5, 0.2) for curve in (0, 1)])
    store.runs.finish(run_id, "finished")
    ran(app)
    assert (results(app)[0]["State"], results(app)[0]["Steps"]) == ("finished", "2")
