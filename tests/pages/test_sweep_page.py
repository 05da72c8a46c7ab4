"""The page of sweeps, without a browser and without a training process."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from explorer.core.recorded_race import RECORDED_SWEEP
from explorer.jobs.sweep_scheduler import continue_open
from explorer.jobs.worker_processes import this_process
from explorer.store.run_store import RunStore
from tests.pages.page_steps import (
    address,
    components,
    field,
    opened,
    page_links,
    press,
    ran,
    words,
)
from tests.runs.sample_records import evaluation, make_info, steps

SMALL = {"rates": "0.1, 1", "seeds": "0-1", "sweep_loss": "1"}


def train(store: RunStore, status: str = "finished") -> None:
    """Carry out the next part of the open sweep as a worker would."""
    assert continue_open(store, lambda config: None)
    run = store.runs.claim_next(this_process())
    store.runs.set_info(run.id, make_info(dataset="digits", train_images=1437, test_images=360))
    records = []
    for curve in range(len(run.configs)):
        records += [*steps(1, 8, curve), evaluation(8, 0.9 + curve / 50, curve=curve, full=True)]
    store.records.append(run.id, records)
    store.runs.finish(run.id, status, "The images are gone." if status == "failed" else "")


def test_the_plan_tells_cells_runs_time_and_memory(store):
    said = words(opened("sweep", **SMALL))
    assert "4 cells in 1 run: how long is not known until the first training" in said
    assert "MiB beside the images" in said
    assert "40 cells in 3 runs of up to 16 curves" in words(
        opened("sweep", **SMALL | {"seeds": "0-19"})
    )


def test_the_time_is_told_once_a_training_has_ended(store):
    app = press(opened("sweep", **SMALL), "Train the grid")
    train(store)
    assert "judging by earlier trainings" in words(ran(app))


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("rates", "fast", "“fast” is not a number"),
        ("rates", "0.1, -1", "The learning rate must be above 0"),
        ("rates", "0.1, 0.1", "Learning rate: a value is there twice."),
        ("seeds", "a few", "“a” is not a seed"),
        ("seeds", "5-1", "The range 5-1 runs backwards: write 1-5."),
        ("seeds", "0-100000", "names more than 512 seeds"),
        ("seeds", "0-400", "This grid has 802 cells; at most 512"),
        ("sweep_loss", "0", "Loss: choose at least one value."),
        ("epochs", "many", "“many” is not a number"),
        ("batch_size", "0", "The batch size must be a whole number from 1"),
        ("momentum", "1", "The momentum must be at least 0 and below 1"),
    ],
)
def test_what_cannot_be_trained_is_said_and_starts_nothing(store, field, text, sentence):
    app = opened("sweep", **SMALL | {field: text})
    assert sentence in words(app)
    press(app, "Train the grid")
    assert "Nothing was started" in words(app)
    assert not store.sweeps.list()
    if field in ("rates", "seeds"):
        assert text in [one.value for one in app.text_input]


def test_a_sweep_is_shown_from_its_start_to_its_results(store):
    app = press(opened("sweep", **SMALL), "Train the grid")
    (sweep,) = store.sweeps.list()
    assert "0 of 4 cells done: 4 waiting." in words(app)
    train(store)
    assert not continue_open(store, lambda config: None)
    ran(app)
    assert "4 of 4 cells done: 4 finished." in words(app)
    views = {"Map": "sweep-heat-map", "Every cell": "sweep-cells"}
    for view, plot in views.items():
        app.button_group(key="sweep view").set_value(view).run()
        assert plot in {payload["name"] for payload in components(app, "plot").values()}
    app.button_group(key="sweep view").set_value("Table").run()
    assert len(app.table[0].value) == 4
    links = [one.query_string for one in page_links(app)]
    (run,) = store.sweeps.get(sweep.id).runs
    assert any(f"{run.run_id}%3A3" in link for link in links)


def test_the_link_of_a_sweep_shows_it_arranged_as_it_was(store):
    press(opened("sweep", **SMALL), "Train the grid")
    train(store)
    (sweep,) = store.sweeps.list()
    app = opened("sweep", sweep=sweep.id, by="Test cross-entropy / nats", columns="Seed",
                 rows="Learning rate")  # fmt: skip
    (heat,) = [p for p in components(app, "plot").values() if p["name"] == "sweep-heat-map"]
    assert heat["figure"]["data"][0]["x"] == ["seed 0", "seed 1"]
    assert heat["figure"]["data"][0]["y"] == ["0.1", "1"]
    assert "Smaller is better" in words(app)


def test_stop_and_resume_stand_where_they_are_of_use(store):
    app = press(opened("sweep", **SMALL), "Train the grid")
    press(app, "Stop the sweep")
    assert not store.sweeps.list()[0].is_open
    press(app, "Train the 4 missing cells")
    assert store.sweeps.list()[0].is_open
    train(store)
    continue_open(store, lambda config: None)
    ran(app)
    labels = {button.label for button in app.button}
    assert not labels & {"Stop the sweep", "Train the 4 missing cells"}


def test_why_cells_failed_is_said_and_the_others_go_on(store):
    app = press(opened("sweep", **SMALL), "Train the grid")
    train(store, "failed")
    ran(app)
    assert "The images are gone." in words(app)
    assert "4 failed" in words(app)
    train(store)
    ran(app)
    assert "1 of 4 cells done" in words(app)


def test_a_sweep_that_is_not_there_is_a_sentence(store):
    app = opened("sweep", sweep="nothere")
    assert "There is no sweep “nothere”" in words(app)
    assert [one for one in app.button if one.label == "Train the grid"]


def test_an_earlier_sweep_can_be_opened_again(store):
    press(opened("sweep", **SMALL), "Train the grid")
    app = opened("sweep")
    (button,) = [one for one in app.button if "4 cells" in one.label]
    button.click()
    ran(app)
    assert "0 of 4 cells done" in words(app)


def test_a_number_left_for_the_button_is_the_one_that_is_trained(store):
    app = opened("sweep", **SMALL)
    field(app, "Epochs").set_value("7")
    press(app, "Train the grid")
    (sweep,) = store.sweeps.list()
    assert sweep.grid.base.epochs == 7


def test_a_fresh_machine_shows_the_recorded_sweep_until_there_is_another(fresh_store):
    app = opened("sweep")
    assert "Best: **97.88%** with Cross-entropy, rate 0.1, seed 0." in words(app)
    assert "15 finished, 1 diverged" in words(app)
    assert "Recorded: trained on" in words(app)
    assert "CC BY-SA 3.0" in words(app)
    # How long it took on another machine tells nothing of this one.
    assert "how long is not known until the first training here has ended" in words(app)
    labels = {button.label for button in app.button}
    assert "Train the grid" in labels
    assert not any(label.startswith(("Stop", "Train the missing")) for label in labels)
    assert address(app)["sweep"] == RECORDED_SWEEP
    # Pressed, one's own takes its place; opened anew, the page begins with the form again.
    press(opened("sweep", **SMALL), "Train the grid")
    later = opened("sweep")
    assert "Best:" not in words(later)
    entries = [one.label for one in later.button if "cells, " in one.label]
    assert ["recorded" in entry for entry in entries] == [False, True]


def test_a_link_that_sets_the_form_shows_where_its_results_will_stand(fresh_store):
    def says(app: AppTest) -> list[str]:
        (heat,) = components(app, "plot").values()
        return [one["text"] for one in heat["figure"]["layout"]["annotations"][1:]]

    app = opened("sweep", **SMALL)
    assert says(app) == ["Nothing was trained yet: press Train the grid."]
    app.button_group(key="sweep view").set_value("Table").run()
    assert "No cell was trained yet." in words(app)
    assert not app.exception
    assert not says(opened("sweep", sweep=RECORDED_SWEEP, **SMALL))


def test_only_what_varies_is_offered_for_columns_and_rows(fresh_store):
    app = opened("sweep")
    assert app.button_group(key="sweep columns").options == ["Learning rate", "Loss", "Seed"]
