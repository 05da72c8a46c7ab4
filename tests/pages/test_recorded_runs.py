"""What a fresh machine shows on the pages about training, and what becomes of it later."""

from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest

from explorer.core.recorded_race import RECORDED_RACE
from explorer.runs.config import TrainingConfig
from explorer.store.run_store import RunStore
from pages.training.parts.shipped_runs import READ_ONLY
from tests.pages.page_steps import address, components, opened, press, ran, words
from tests.runs.sample_records import MARK, make_info, steps

RACE = (TrainingConfig(name="One"), TrainingConfig(name="Other", seed=1))


def trained(store: RunStore) -> str:
    run_id = store.runs.create(RACE, "My own race")
    store.runs.claim_next(MARK)
    store.runs.set_info(run_id, make_info())
    store.records.append(run_id, [*steps(1, 20), *steps(1, 20, curve=1)])
    store.runs.finish(run_id, "finished")
    return run_id


def everything(app: AppTest) -> str:
    """All words of the page, those that stand in its components too."""
    payloads = [
        json.loads(element.proto.bytes or element.proto.json or "null")
        for element in app.main
        if element.type == "bidi_component"
    ]
    return f"{words(app)}\n{payloads}"


def test_a_fresh_live_page_shows_the_recorded_race_and_trains_ones_own_at_one_press(fresh_store):
    app = opened("live")
    assert "Recorded: trained on" in everything(app)
    assert "with torch 2." in everything(app)
    assert not app.error
    # A reload shows the same.
    assert "Recorded: trained on" in everything(opened("live", **address(app)))
    press(app, "Train")
    (run,) = [run for run in fresh_store.runs.list() if not run.is_shipped]
    # As the form stands, on what this machine has, and not on real MNIST.
    assert {config.dataset for config in run.configs} == {"auto"}
    assert "Recorded: trained on" not in everything(app)


def test_the_recorded_race_sets_no_form_for_real_mnist(fresh_store):
    press(opened("live", run=RECORDED_RACE), "Train")
    (run,) = [run for run in fresh_store.runs.list() if not run.is_shipped]
    assert {config.dataset for config in run.configs} == {"auto"}


def test_the_recorded_race_is_not_in_the_way_of_ones_own_but_within_reach(fresh_store):
    trained(fresh_store)
    app = opened("live")
    assert "Recorded: trained on" not in everything(app)
    (button,) = [one for one in app.button if "Recorded: cross-entropy" in one.label]
    button.click()
    assert "Recorded: trained on" in everything(ran(app))


def test_a_prepared_race_in_the_link_is_shown_alone(fresh_store):
    app = opened("live", race="Learning rates")
    assert "Recorded: trained on" not in everything(app)


def test_compare_opens_with_the_recorded_race_which_can_be_exported_but_not_changed(fresh_store):
    app = opened("compare")
    assert address(app)["runs"] == f"{RECORDED_RACE}:0,{RECORDED_RACE}:1"
    assert components(app, "comparison_plot")
    assert "18 recorded curves; 2 compared." in words(app)
    assert READ_ONLY in words(app)
    labels = {button.label for button in app.button}
    assert not {label for label in labels if label.startswith("Delete")}
    assert "Save" not in labels


def test_compare_offers_to_change_ones_own_alone(fresh_store):
    own = trained(fresh_store)
    app = opened("compare")
    assert address(app)["runs"] == f"{own}:0,{own}:1"
    assert "2 curves; 2 compared. Below them stand 18 recorded ones." in words(app)
    app = opened("compare", runs=f"{RECORDED_RACE}:0,{own}:1")
    assert READ_ONLY in words(app)
    assert [box.options for box in app.selectbox if box.label == "Curve"] == [
        ["My own race: Other"]
    ]
    press(app, "Delete this curve")
    press(app, "Delete")
    assert [row.id for row in fresh_store.curves.list() if not row.is_shipped] == [f"{own}:0"]
