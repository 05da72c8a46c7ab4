"""The live page without a browser: what it says of a race in every state, and of bad input."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.core.recorded_race import RECORDED_RACE
from explorer.jobs import launcher
from explorer.jobs.worker_processes import this_process
from explorer.runs.config import LOSS_LABELS, TrainingConfig
from explorer.runs.race_presets import RACE_PRESETS, fit_to_digits
from explorer.runs.records import CurveChunk
from explorer.runs.run import Progress
from explorer.store.database import unavailable
from explorer.store.run_store import RunStore
from pages.training.parts import race_form_state
from tests.pages.page_steps import address, components, field, press, ran, visited
from tests.pages.page_steps import opened as visit
from tests.pages.page_steps import words as texts
from tests.runs.sample_records import Measured, divergence, make_info, one_step, recorded

RACE = (
    TrainingConfig(learning_rate=0.1),
    TrainingConfig(learning_rate=0.1, loss="softmax_squared_error"),
)


def opened(run_id: str = "") -> AppTest:
    """The live page, at a run if one is named."""
    return visit("live", **({"run": run_id} if run_id else {}))


def stage(app: AppTest) -> dict[str, Any]:
    """What the stage is sent; nothing where there is none."""
    return components(app, "theatre").get("race theatre", {})


def words(app: AppTest) -> str:
    """All that the page says, and its stage."""
    sent = stage(app)
    told = [*sent.get("words", {}).values(), sent.get("verdict", "")]
    return "\n".join([texts(app), *told])


def replays(app: AppTest) -> bool:
    """Whether the stage replays the race, now or as soon as it has ended."""
    sent = stage(app)
    return sent["cue"]["follows"] and sent["quick"]


def started(store: RunStore, configs: tuple[TrainingConfig, ...] = RACE) -> str:
    run_id = store.runs.create(configs, "a test")
    carry_out(store, run_id)
    return run_id


def evaluation(step: int, accuracy: float = 0.875) -> Measured:
    losses = dict.fromkeys(LOSS_LABELS, 0.25)
    confusion = np.eye(10, dtype=np.int64) * 36
    q = np.full((20, 10), 0.1)
    return Measured(step, accuracy, True, step / 72, 360, losses, confusion, q)


def carry_out(store: RunStore, run_id: str, seconds: float = 0.1) -> None:
    """Make 20 steps of a queued race, as a worker would, in so many seconds."""
    configs = store.runs.get(run_id).configs
    assert store.runs.claim_next(this_process()).id == run_id
    about = {
        "dataset": "digits",
        "dataset_description": "scikit-learn digits, not MNIST",
        "dataset_note": "MNIST is damaged.",
    }
    counts = {"train_images": 1437, "test_images": 360}
    store.runs.set_info(run_id, make_info(device_name="Test processor", **about, **counts))
    records = []
    for curve, config in enumerate(configs):
        own = np.arange(1, 21)
        data = recorded(
            steps=own, examples_seen=20 * own, losses=2.3 / own, seconds=seconds * own / 20,
            norm_steps=[10], gradient_norms=[(1.0, 2.0, 3.0)], dead_fractions=[(0.0, 0.1)],
            evaluations=[evaluation(20)], loss=config.loss,
        )  # fmt: skip
        records += [CurveChunk(curve, data)]
    store.records.append(run_id, records, Progress(20, 100, 4321.0, 12.0))


def test_a_running_race_tells_data_device_progress_and_accuracy(store):
    app = opened(started(store))
    said = words(app)
    assert "Training, step 20." in said
    assert "4,321 images/s, 12 s left." in said
    assert (
        "Data: scikit-learn digits, not MNIST. MNIST is damaged. Device: Test processor (cpu)."
    ) in said
    sent = stage(app)
    assert [(one["accuracy"], one["loss"], one["images"]) for one in sent["newest"]] == [
        (0.875, 0.25, 360)
    ] * 2
    assert sent["rates"] == [[[0, 0.1]], [[0, 0.1]]]
    assert (sent["now"], sent["last"]) == (20, 100)
    # The browser goes on watching, by socket or by a rerun as often.
    assert sent["live"] == 0.5
    labels = {button.label for button in app.button}
    assert {"Pause", "Stop", "Set", "Train"} <= labels


def test_the_axis_of_steps_is_that_of_the_whole_run_while_it_goes_on(store):
    run_id = started(store)
    for end in (100, 20):
        plots = stage(opened(run_id))["plots"].values()
        assert [one["figure"]["layout"]["xaxis"]["range"] for one in plots] == [[0, end]] * 5
        store.runs.finish(run_id, "stopped")


def test_a_race_that_was_over_at_once_is_played_back_to_who_started_it(store):
    app = opened()
    press(app, "Train")
    (run,) = store.runs.list()
    carry_out(store, run.id, seconds=0.4)
    assert not replays(ran(app))
    store.runs.finish(run.id, "finished")
    assert replays(ran(app))
    assert not stage(app)["active"]
    assert "The training took 0.4 s, too quick to watch" in words(app)
    # To somebody else it is a race like any other.
    assert not replays(opened(run.id))


def test_what_an_about_to_end_race_has_shown_need_not_be_taken_back(store):
    app = opened()
    press(app, "Train")
    (run,) = store.runs.list()
    carry_out(store, run.id)
    store.records.append(run.id, [], Progress(20, 25, 4321.0, 0.02))
    assert replays(ran(app))
    assert stage(app)["active"]
    store.records.append(run.id, [], Progress(20, 1000, 4321.0, 30.0))
    assert not replays(ran(app))


def test_a_race_that_could_be_watched_is_not_played_back(store):
    app = opened()
    press(app, "Train")
    (run,) = store.runs.list()
    carry_out(store, run.id, seconds=1.5)
    store.runs.finish(run.id, "finished")
    assert not replays(ran(app))
    assert "too quick" not in words(app)


def test_a_link_shows_a_moment_of_a_race_on_one_of_its_tabs(store):
    run_id = started(store)
    app = visit("live", run=run_id, at="0", show="Gradients", image="10")
    cue = stage(app)["cue"]
    assert (cue["at"], cue["tab"], cue["image"]) == (0, "Gradients", 9)
    (link,) = components(app, "address").values()
    assert ["image", "10"] in link["parameters"]
    cue = stage(visit("live", run=run_id))["cue"]
    assert (cue["at"], cue["tab"], cue["image"]) == (None, "Accuracy", 0)
    app = visit("live", run=run_id, at="soon", show="Everything", bet="x")
    assert "“soon” as at; a step is a whole number" in words(app)
    assert "“Everything” as show; the choices are Accuracy" in words(app)
    assert "“x” as bet; a bet is the number of a network" in words(app)


def test_another_race_is_opened_at_its_newest_step(store):
    first, second = started(store), started(store)
    store.runs.finish(first, "finished")
    app = visit("live", run=first, at="10")
    before = stage(app)["cue"]
    (other,) = [one for one in app.button if one.key == f"race open {second}"]
    other.click()
    cue = stage(ran(app))["cue"]
    assert stage(app)["run"] == second
    assert (before["at"], cue["at"]) == (10, None)
    assert cue["asked"] > before["asked"]


def test_a_bet_is_kept_in_the_address_and_answered_when_the_race_has_ended(store):
    run_id = started(store)
    app = opened(run_id)
    field(app, "By how many steps?").set_value("many")
    press(app, "Bet")
    assert "Write a whole number of steps" in words(app)
    field(app, "By how many steps?").set_value("1,500")
    next(one for one in app.radio if one.key == "race bet curve").set_value(1)
    press(app, "Bet")
    assert "“MSE on softmax” reaches 90 % first, by 1,500 steps" in words(app)
    assert address(app)["bet"] == "2,1500"
    assert stage(app)["verdict"] == ""
    store.records.append(
        run_id,
        [
            CurveChunk(curve, recorded(evaluations=[evaluation(step, 0.95)]))
            for curve, step in ((0, 40), (1, 60))
        ],
    )
    store.runs.finish(run_id, "finished")
    assert stage(ran(app))["verdict"] == (
        "Your bet: “MSE on softmax” reaches 90 % first, by 1,500 steps. Not so: “Cross-entropy” "
        "was there after 40 steps, 20 before “MSE on softmax”."
    )
    assert "Not so" in words(visit("live", run=run_id, bet="2,1500"))
    press(app, "Take it back")
    assert stage(app)["verdict"] == ""


def test_a_fresh_machine_opens_with_the_recorded_race_and_says_where_it_was_made(fresh_store):
    app = opened()
    sent = stage(app)
    assert sent["run"] == RECORDED_RACE
    assert "Recorded: trained on" in words(app)
    assert "MNIST by Yann LeCun" in words(app)
    assert sent["last"] == 3000
    assert sent["live"] is None, "nothing more comes that a browser could watch"
    assert len(sent["snapshots"][0]) > 30


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("finished", "Finished after step 20."),
        ("stopped", "Stopped at step 20; everything recorded so far is kept."),
        ("failed", "The images of the test are gone: bring them back."),
    ],
)
def test_an_ended_race_says_how_it_ended_and_can_no_longer_be_steered(store, status, sentence):
    run_id = started(store)
    store.runs.finish(run_id, status, sentence if status == "failed" else "")
    app = opened(run_id)
    assert sentence in words(app)
    assert not {"Pause", "Stop"} & {button.label for button in app.button}


def test_a_lost_race_says_so_and_keeps_its_records(store):
    run_id = store.runs.create(RACE)
    store.runs.claim_next(replace(this_process(), create_time=1.0))
    store.records.append(run_id, [one_step(0, 1, 20, 2.0, 0.0)], Progress(1, 100))
    assert "ended unexpectedly at step 1; what it recorded is kept" in words(opened(run_id))


def test_a_queued_race_tells_its_place(store):
    store.runs.create(RACE)
    assert "Place 2 in the queue" in words(opened(store.runs.create(RACE)))


def test_a_diverged_curve_is_named_with_its_step_and_what_to_do(store):
    run_id = started(store)
    store.records.append(run_id, [divergence(1, 21)])
    said = words(opened(run_id))
    assert "“MSE on softmax” diverged at step 21" in said
    assert "the others go on" in said
    assert "a smaller learning rate, for example 0.01" in said


def test_an_unknown_run_in_the_address_is_a_sentence(store):
    app = opened("nothere")
    assert "There is no recorded run “nothere”" in words(app)
    assert any(button.label == "Train" for button in app.button)


def test_the_buttons_write_what_they_ask_into_the_store(store):
    run_id = started(store)
    app = opened(run_id)
    press(app, "Pause")
    assert store.requests.control(run_id).pause
    press(app, "Resume")
    assert not store.requests.control(run_id).pause
    field(app, "New learning rate").set_value("1/40")
    press(app, "Set")
    assert store.requests.control(run_id).learning_rates == {0: 0.025, 1: 0.025}
    field(app, "New learning rate").set_value("-3")
    press(app, "Set")
    assert "The learning rate must be above 0" in words(app)
    press(app, "Stop")
    assert store.requests.control(run_id).stop


def test_a_new_learning_rate_is_promised_only_while_there_is_a_next_step(store):
    run_id = started(store)
    app = opened(run_id)
    field(app, "New learning rate").set_value("0.1").run()
    press(app, "Set")
    assert "Learning rate 0.1 for all curves from the next step on." in words(app)
    store.runs.finish(run_id, "finished")
    app.run()
    assert "Finished after step 20." in words(app)
    assert "next step" not in words(app)


def test_train_starts_the_race_that_stands_in_the_form(store):
    app = opened()
    app.pills[0].set_value("Learning rates").run()
    field(app, "Learning rate").set_value("0.75").run()
    press(app, "Train")
    (run,) = store.runs.list()
    expected = fit_to_digits(RACE_PRESETS["Learning rates"].configs)
    rates = [config.learning_rate for config in run.configs]
    assert rates == [0.75, *(config.learning_rate for config in expected[1:])]
    assert [replace(c, learning_rate=1, name="") for c in run.configs] == [
        replace(c, learning_rate=1, name="") for c in expected
    ]
    assert "Place 1 in the queue" in words(app)


def test_a_full_disk_is_a_sentence_and_the_form_keeps_its_content(store, monkeypatch):
    error = unavailable(store._database.url, sqlite3.OperationalError("database or disk is full"))

    def full(*_: object, **__: object) -> str:
        raise error

    app = opened()
    field(app, "Epochs").set_value("7").run()
    monkeypatch.setattr(launcher, "start", full)
    press(app, "Train")
    assert "is full: free some space" in words(app)
    assert field(app, "Epochs").value == "7"


def test_a_deleted_data_folder_is_a_sentence_and_the_next_race_makes_a_new_one(store):
    app = opened(started(store))
    shutil.rmtree(store.folder)
    ran(app)
    assert "The recorded runs were deleted" in words(app)
    press(app, "Train")
    assert len(store.runs.list()) == 1
    assert "deleted" not in words(app)


@pytest.mark.parametrize(
    ("label", "text", "sentence"),
    [
        ("Learning rate", "fast", "“fast” is not a number"),
        ("Learning rate", "", "The learning rate is missing"),
        ("Learning rate", "0,1", "The learning rate must be one number"),
        ("Learning rate", "-1", "The learning rate must be above 0"),
        ("Batch size", "1e99", "The batch size must be a whole number from 1 to 10,000"),
        ("Epochs", "2.5", "The number of epochs must be a whole number from 1 to 1,000"),
        ("Hidden layers", "64, 2.5", "must be a whole number from 1 to 4,096, not 2.5"),
        ("Hidden layers", "5 5 5 5 5 5 5", "At most 6 hidden layers"),
        ("Hidden layers", "x" * 5000, "use at most"),
    ],
)
def test_a_field_that_cannot_be_used_says_so_and_nothing_starts(store, label, text, sentence):
    app = opened()
    field(app, label).set_value(text).run()
    assert sentence in words(ran(app))
    press(app, "Train")
    assert "Nothing was started" in words(app)
    assert not store.runs.list()
    visited(visited(app, "entropy"), "live")
    assert field(app, label).value == text


def test_curves_are_added_up_to_eight_and_removed_down_to_one(store):
    app = opened()
    while any(button.label == "Add a curve" for button in app.button):
        press(app, "Add a curve")
    assert "Curve 8:" in words(app)
    for _ in range(7):
        press(app, "Remove this curve", several=True)
    assert "Curve 2:" not in words(app)
    (last,) = [button for button in app.button if button.label == "Remove this curve"]
    assert last.disabled


def test_a_curves_name_is_shown_as_it_was_written(store):
    app = opened()
    name = "*a* | [b](c) $d$ <i>"
    field(app, "Name").set_value(name).run()
    assert f"**Curve 1:** {name}" in words(ran(app))
    press(app, "Train")
    assert store.runs.list()[0].configs[0].name == name


def test_choosing_other_data_fits_the_length_unless_it_was_set_by_hand(store):
    draft = race_form_state.from_preset("CE against MSE")
    assert draft.fields["race epochs"] == "40"
    draft.fields["race dataset"] = "mnist"
    race_form_state.fit_length(draft)
    assert (draft.fields["race epochs"], draft.fields["race batch_size"]) == ("10", "200")
    draft.fields |= {"race dataset": "digits", "race epochs": "3"}
    race_form_state.fit_length(draft)
    assert draft.fields["race epochs"] == "3"


def test_a_recorded_races_settings_come_back_into_the_form(store):
    configs = tuple(replace(config, epochs=3, seed=9, name="mine") for config in RACE)
    run_id = started(store, configs)
    store.runs.finish(run_id, "finished")
    app = opened(run_id)
    assert field(app, "Epochs").value == "3"
    field(app, "Epochs").set_value("5").run()
    press(app, "Copy these settings to the form")
    ran(app)
    assert field(app, "Epochs").value == "3"
    assert field(app, "Seed").value == "9"


def test_how_curves_are_drawn_stays_chosen_while_another_page_is_open():
    app = opened("recorded-race")
    app.button_group(key="race scale").set_value("linear").run()
    visited(visited(app, "entropy"), "live")
    assert app.button_group(key="race scale").value == "linear"


def test_a_number_left_for_the_button_is_the_one_that_is_trained(store):
    app = opened()
    # Both reach the server at once, as when a field is left by a press on Train.
    field(app, "Epochs").set_value("7")
    press(app, "Train")
    (run,) = store.runs.list()
    assert {config.epochs for config in run.configs} == {7}


def test_an_added_curve_tells_its_values_with_every_field(store):
    app = opened()
    field(app, "Learning rate").set_value("0.25").run()
    press(app, "Add a curve")
    rates = [one for one in app.text_input if one.label == "Learning rate"]
    # Whatever run reaches the browser first, the field shows its value.
    assert [one.proto.default for one in rates] == [one.value for one in rates]
    assert len(rates) == 3


def test_a_prepared_race_has_fields_of_its_own_which_nothing_typed_before_can_undo(store):
    app = opened()
    field(app, "Epochs").set_value("7").run()
    before = field(app, "Epochs").key
    visited(app, "live", race="Learning rates", via="test")
    after = field(app, "Epochs")
    # The browser goes on sending what a field held that is not on screen, by its key.
    assert (after.key != before, after.value) == (True, "40")
    press(app, "Train")
    (run,) = store.runs.list()
    assert {config.epochs for config in run.configs} == {40}
