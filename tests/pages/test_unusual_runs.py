"""Pages that show runs, with runs that diverged, that hold ∞, or that were made elsewhere."""

from __future__ import annotations

import math

import pytest

from explorer.jobs.worker_processes import this_process
from explorer.runs.config import TrainingConfig
from explorer.store.run_store import RunStore
from explorer.trainer.executor import Executor
from tests.pages.page_steps import components, opened, page_links, ran
from tests.pages.test_compare_page import drawn, imported, panels, pick, picker
from tests.runs.sample_records import Seen

INFINITE = b"step,loss\n0,2\n1,inf\n2,1\n"


def diverged(store: RunStore) -> str:
    """Train a race that diverges, for real."""
    config = TrainingConfig(
        dataset="digits", device="cpu", loss="raw_squared_error", learning_rate=50.0, epochs=1
    )
    run_id = store.runs.create([config], "fast")
    Executor(store).execute(store.runs.claim_next(this_process()))
    (curve,) = map(Seen, store.records.read(run_id).curves)
    assert curve.diverged_at is not None
    assert not all(map(math.isfinite, curve.losses))
    return run_id


LOOKS = (
    {},
    {"scale": "linear", "smoothing": "none"},
    {"group": "seeds", "x": "Epoch", "metric": "softmax_squared_error"},
)


@pytest.mark.parametrize("link", LOOKS, ids=lambda link: ",".join(link.values()) or "plain")
def test_curves_with_infinities_are_compared(store, link):
    diverged(store)
    run_id = imported(store, INFINITE)
    app = opened("compare", **link)
    assert not app.error
    assert len(components(app, "comparison_plot")) == 1
    assert [button.label for button in app.button if button.label == "HTML report"]
    both = opened("compare", runs=",".join(row.id for row in store.curves.list()), **link)
    assert not both.error
    assert len(components(both, "comparison_plot")) == 1
    assert run_id in str(components(app, "address"))


TABLES = {
    "epochs": (
        b"epoch,loss,val_acc,lr\n0,2,0.5,0.1\n1,1,0.75,0.01\n",
        {"loss": "Loss, not known which", "accuracy": "Accuracy", "lr": "lr"},
    ),
    "no role": (
        b"step,reward,entropy_bonus\n0,-2,1\n1,3,2\n",
        {"reward": "reward", "entropy bonus": "entropy_bonus"},
    ),
    "no step": (
        b"loss,grad\n2,1.5\n1,3.25\n",
        {"loss": "Loss, not known which", "grad": "grad"},
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_series_of_an_imported_table_is_listed_and_drawn(store, name):
    content, metrics = TABLES[name]
    app = opened("compare", runs=imported(store, content))
    assert not app.error
    assert set(metrics.values()) <= set(picker(app).options)
    pick(app, *metrics)
    figure = drawn(app)["figure"]
    lines = [trace for trace in figure["data"] if trace["meta"]["role"] == "line"]
    assert {trace["yaxis"] for trace in lines} == {
        "y" if panel == 0 else f"y{panel + 1}" for panel in range(len(metrics))
    }
    assert panels(app) == list(metrics.values())
    axis = "epoch" if name == "epochs" else "step"
    assert figure["layout"]["xaxis"]["title"]["text"] in (axis, "")
    assert figure["layout"][f"xaxis{len(metrics)}"]["title"]["text"] == axis


def test_a_metric_that_is_chosen_goes_when_its_curve_does(store):
    first, second = imported(store, TABLES["no role"][0]), imported(store, TABLES["no step"][0])
    app = opened("compare", runs=f"{first},{second}", metric=["reward", "grad"])
    assert panels(app) == ["reward", "grad"]
    for run_id in (first, second):
        store.curves.delete(run_id, [0])
        assert not ran(app).error


def test_a_diverged_race_is_watched_to_its_end(store):
    run_id = diverged(store)
    for app in (opened("live"), opened("live", run=run_id)):
        assert not app.error
    assert len(components(app, "theatre")["race theatre"]["plots"]) == 5


@pytest.mark.parametrize(
    ("page", "name"),
    [("live", "run"), ("sweep", "sweep"), ("sweep", "run"), ("draw", "runs"), ("draw", "run")],
)
def test_a_page_about_training_says_that_a_run_was_imported_and_where_to_see_it(store, page, name):
    run_id = imported(store, b"step,loss\n0,2\n1,1\n")
    app = opened(page, **{name: run_id})
    assert not app.error
    (said,) = [one.value for one in app.info if "imported" in one.value]
    assert "“curve.csv” was imported: it was trained elsewhere" in said
    (link,) = [one for one in page_links(app) if "Look at its curves" in one.label]
    assert link.page == "compare"
    assert f"runs={run_id}" in link.query_string


def test_an_imported_run_leaves_the_form_of_the_race_as_it_is(store):
    plain = [one.value for one in opened("live").text_input]
    app = opened("live", run=imported(store, INFINITE))
    assert [one.value for one in app.text_input] == plain


def test_a_race_in_place_of_a_sweep_is_linked(store):
    run_id = store.runs.create([TrainingConfig(dataset="digits")], "a race")
    app = opened("sweep", sweep=run_id)
    assert [one.value for one in app.info] == ["The link names a race, not a sweep."]
    assert not app.error
