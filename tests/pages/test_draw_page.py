"""The page on which one draws, without a browser."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.core.digit_image import embedded_digit_image, mnist_image
from explorer.core.drawing import read_stroke_text
from explorer.core.losses import softmax, softmax_cross_entropy
from explorer.core.recorded_race import RECORDED_RACE
from explorer.figures.numbers import measured, written
from explorer.runs.config import TrainingConfig
from explorer.runs.records import CurveChunk
from explorer.store.run_store import RunStore
from explorer.store.weights import weight_shapes
from tests.figures.test_training import column
from tests.pages.page_steps import (
    address,
    components,
    metrics,
    opened,
    page_links,
    press,
    visited,
)
from tests.pages.test_live_page import opened as live_page
from tests.pages.test_live_page import started
from tests.runs.sample_records import divergence, final_weights, make_info, steps

SMALL = TrainingConfig(hidden_sizes=(8,))
MSE = replace(SMALL, loss="softmax_squared_error")
INK = "463cb93c6ecd"


def arrays_of(config: TrainingConfig, seed: int) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    shapes = weight_shapes(config).items()
    return {n: generator.normal(scale=0.1, size=s).astype(np.float32) for n, s in shapes}


def recorded(store: RunStore, *configs: TrainingConfig, diverged: int = -1, **info: object) -> str:
    """A finished race whose curves have weights, but for one that diverged."""
    run_id = store.runs.create(configs)
    store.runs.set_info(run_id, make_info(**{"pixel_mean": 30.0, "pixel_scale": 80.0} | info))
    records: list[CurveChunk] = []
    for k, config in enumerate(configs):
        records += steps(1, 2, curve=k)
        records += [
            divergence(k, 3) if k == diverged else final_weights(k, 2, arrays_of(config, k))
        ]
    store.records.append(run_id, records)
    store.runs.finish(run_id, "finished")
    return run_id


def canvas(app: AppTest) -> dict:
    (data,) = components(app, "digit_canvas").values()
    return data


def shown_curves(app: AppTest) -> list[str]:
    return [box.value for box in app.selectbox]


def bars(app: AppTest) -> dict[str, list[float]]:
    plots = components(app, "plot")
    return {
        t["name"]: column(t["y"]).tolist() for t in plots["drawing-probabilities"]["figure"]["data"]
    }


def answer_of(config: TrainingConfig, seed: int, image: np.ndarray) -> np.ndarray:
    """Logits, computed in float64 straight from the definition."""
    weights = {name: array.astype(float) for name, array in arrays_of(config, seed).items()}
    hidden = (image.reshape(-1) - 30.0) / 80.0
    hidden = np.maximum(weights["0.weight"] @ hidden + weights["0.bias"], 0)
    return weights["2.weight"] @ hidden + weights["2.bias"]


def test_without_a_network_it_says_so_and_one_can_draw_all_the_same(store):
    app = opened("draw", ink=INK, digit="7")
    assert "There is no trained network yet" in app.info[0].value
    assert "Train a race" in [link.label for link in page_links(app)]
    (picture,) = canvas(app)["pictures"]
    assert base64.b64decode(picture["pixels"]) == mnist_image(read_stroke_text(INK)).tobytes()
    assert address(app) == {"ink": INK, "digit": "7"}
    assert not app.error


def test_two_networks_answer_side_by_side_with_p_q_and_the_cross_entropy(store):
    run_id = recorded(store, SMALL, MSE)
    app = opened("draw", ink=INK, digit="7")
    assert shown_curves(app) == [f"{run_id}:0", f"{run_id}:1"]
    image = mnist_image(read_stroke_text(INK))
    p = np.eye(10)[7]
    drawn = bars(app)
    assert drawn["p, the truth"] == p.tolist()
    for k, (config, name) in enumerate(((SMALL, "Cross-entropy"), (MSE, "MSE on softmax"))):
        logits = answer_of(config, k, image)
        np.testing.assert_allclose(drawn[f"q, {name}"], softmax(logits), atol=1e-6)
    # The row of numbers of the second network comes last.
    q = np.array(drawn["q, MSE on softmax"])
    shown = metrics(app)
    assert shown["Answer"] == f"{q.argmax()}, q = {written(q.max(), 4)}"
    loss = float(softmax_cross_entropy(logits, p))
    assert shown["H(p,q) = −ln q(7)"] == measured(loss, "nats", 4)
    assert address(app) == {"runs": f"{run_id}:0,{run_id}:1", "digit": "7", "ink": INK}


def test_without_a_digit_that_was_meant_there_is_q_and_no_p(store):
    recorded(store, SMALL)
    app = opened("draw", ink=INK)
    assert list(bars(app)) == ["q, Cross-entropy"]
    assert metrics(app)["H(p,q) = −ln q"] == "–"
    (button,) = [one for one in app.button if one.label == "Show p and q"]
    assert button.disabled
    app.button_group(key="digit meant").set_value("3").run()
    assert list(bars(app)) == ["p, the truth", "q, Cross-entropy"]
    assert metrics(app)["H(p,q) = −ln q(3)"].endswith(" nats")


def test_nothing_drawn_gives_no_answer(store):
    recorded(store, SMALL, MSE)
    app = opened("draw", digit="3")
    assert metrics(app) == {"Answer": "–", "H(p,q) = −ln q(3)": "–"}
    assert list(bars(app)) == ["p, the truth"]


def test_p_and_q_open_on_the_divergence_page(store):
    recorded(store, SMALL)
    app = opened("draw", ink=INK, digit="7")
    q = bars(app)["q, Cross-entropy"]
    press(app, "Show p and q")
    assert app.title[0].value == "Cross-entropy and KL divergence"
    (editor,) = components(app, "bar_editor").values()
    assert editor["state"]["values"] == {"p": np.eye(10)[7].tolist(), "q": q}


def test_the_newest_race_is_shown_first_with_two_different_losses(store):
    recorded(store, SMALL, MSE)
    newest = recorded(store, SMALL, replace(SMALL, seed=1), MSE)
    assert shown_curves(opened("draw")) == [f"{newest}:0", f"{newest}:2"]


def test_a_run_in_the_link_stands_for_two_of_its_curves(store):
    older = recorded(store, SMALL, replace(SMALL, seed=1), MSE)
    recorded(store, SMALL)
    assert shown_curves(opened("draw", runs=older)) == [f"{older}:0", f"{older}:2"]


def test_another_network_is_chosen_or_none_beside_it_and_it_is_kept(store):
    first = recorded(store, SMALL, MSE)
    recorded(store, MSE)
    app = opened("draw", runs=f"{first}:1", ink=INK)
    assert shown_curves(app) == [f"{first}:1", ""]
    app.selectbox[1].set_value(f"{first}:0").run()
    assert shown_curves(app) == [f"{first}:1", f"{first}:0"]
    assert address(app)["runs"] == f"{first}:1,{first}:0"
    app.selectbox[1].set_value("").run()
    visited(visited(app, "entropy"), "draw")
    assert shown_curves(app) == [f"{first}:1", ""]
    assert canvas(app)["strokes"] == [[0x46, 0x3C, 0xB9, 0x3C, 0x6E, 0xCD]]


def test_two_curves_of_one_name_are_told_apart(store):
    one, other = recorded(store, SMALL), recorded(store, SMALL)
    app = opened("draw", runs=f"{one}:0,{other}:0", ink=INK)
    assert list(bars(app)) == [f"q, Cross-entropy ({one}:0)", f"q, Cross-entropy ({other}:0)"]


def test_each_network_sees_the_drawing_as_its_own_images_were(store):
    one, other = recorded(store, SMALL), recorded(store, SMALL, dataset="digits")
    app = opened("draw", runs=f"{one}:0,{other}:0", ink=INK)
    strokes = read_stroke_text(INK)
    pixels = [base64.b64decode(picture["pixels"]) for picture in canvas(app)["pictures"]]
    assert pixels == [mnist_image(strokes).tobytes(), embedded_digit_image(strokes).tobytes()]
    told = json.dumps(canvas(app), ensure_ascii=False)
    assert "trained on MNIST sees" in told
    assert "trained on the 8×8 digits sees" in told
    assert any("has seen little handwriting" in one.value for one in app.caption)
    alone = opened("draw", runs=f"{one}:0", ink=INK)
    assert not any("has seen little handwriting" in one.value for one in alone.caption)


def test_a_curve_that_diverged_or_is_gone_is_named(store):
    run_id = recorded(store, SMALL, MSE, diverged=1)
    app = opened("draw", runs=f"{run_id}:1,nothere:0")
    assert "“MSE on softmax” diverged and left no network" in app.warning[0].value
    assert shown_curves(app) == [f"{run_id}:0", ""]
    assert any("diverged in the same race" in one.value for one in app.caption)
    app = opened("draw", runs="<b>:0")
    assert "There is no recorded network" in app.warning[0].value


@pytest.mark.parametrize("ink", ["xyz", "0", "00112", "....", "ff" * 40_000, "<script>"])
def test_a_link_that_holds_no_drawing_is_said_and_the_page_stays(store, ink):
    recorded(store, SMALL)
    app = opened("draw", ink=ink)
    assert canvas(app)["message"].startswith("From the link: A drawing")
    assert canvas(app)["strokes"] == []


def test_the_live_page_leads_here_once_a_race_has_ended(store):
    run_id = started(store)
    arrays = arrays_of(TrainingConfig(), 0)
    assert "draw" not in links_of(live_page(run_id))
    store.records.append(run_id, [final_weights(k, 20, arrays) for k in (0, 1)])
    store.runs.finish(run_id, "finished")
    assert f"runs={run_id}%3A0%2C{run_id}%3A1" in links_of(live_page(run_id))["draw"]


def links_of(app: AppTest) -> dict[str, str]:
    return {link.page: link.query_string for link in page_links(app)}


def test_a_fresh_machine_answers_with_the_recorded_networks(fresh_store):
    app = opened("draw", ink=INK, digit="7")
    assert shown_curves(app) == [f"{RECORDED_RACE}:0", f"{RECORDED_RACE}:1"]
    drawn = bars(app)
    assert [max(range(10), key=drawn[name].__getitem__) for name in drawn] == [7, 7, 7]
    assert any(one.value.startswith("Recorded: trained on") for one in app.caption)
    assert "**Train your own networks →**" in [link.label for link in page_links(app)]
    assert not app.info


def test_own_networks_come_before_the_recorded_ones(fresh_store):
    run_id = recorded(fresh_store, SMALL, MSE)
    app = opened("draw")
    assert shown_curves(app) == [f"{run_id}:0", f"{run_id}:1"]
    assert "Recorded: " in app.selectbox[0].options[2]
    assert not any(one.value.startswith("Recorded") for one in app.caption)
