"""Figures of a race, read back from what they would draw."""

from __future__ import annotations

import base64
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from explorer.figures import recognition, training
from explorer.figures.palette import CROSS_ENTROPY, SQUARED_ERROR, second_colour
from explorer.runs.config import LOSS_LABELS, TrainingConfig, curve_labels
from explorer.runs.series import CurveData
from tests.figures.checking import checked
from tests.runs.sample_records import Measured, Seen, recorded

CE = TrainingConfig()
MSE = replace(CE, loss="softmax_squared_error")
LINES = training.race_lines([CE, MSE])


def evaluation(step: int, accuracy: float = 0.9, full: bool = False, loss: float = 0.5):
    losses = {name: loss * (place + 1) for place, name in enumerate(LOSS_LABELS)}
    confusion = np.diag(np.arange(1, 11)) + 1
    q = np.full((20, 10), 0.1)
    count = 10_000 if full else 1_000
    return Measured(step, accuracy, full, step / 300, count, losses, confusion, q)


def records(steps: int = 50, scale: float = 1.0, layers: int = 3, **changes: object) -> CurveData:
    at = np.arange(1, steps + 1)
    norm_steps = at[9::10]
    shape = (norm_steps.size, layers)
    values = {
        "steps": at,
        "losses": scale * np.exp(-at / 20.0),
        "norm_steps": norm_steps,
        "gradient_norms": np.arange(shape[0] * shape[1], dtype=float).reshape(shape) + 1,
        "dead_fractions": np.full((norm_steps.size, layers - 1), 0.25),
        "evaluations": [
            evaluation(0, 0.1), evaluation(steps - 1), evaluation(steps, 0.91, full=True),
        ],
    }  # fmt: skip
    return recorded(**(values | changes))


def race(*configs: TrainingConfig):
    return configs, curve_labels(configs), [records(scale=k + 1) for k in range(len(configs))]


def losses(configs, labels, curves, **options):
    """The training losses of a race, in its colours."""
    lines = training.race_lines(configs)
    return training.training_loss(configs, labels, curves, lines=lines, **options)


def column(values) -> np.ndarray:
    """A column of a figure's JSON, which plotly packs."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), np.dtype(values["dtype"]))
    return np.asarray(values)


def drawn(figure, name: str, axis: str = "y") -> dict:
    traces = [t for t in figure.to_dict()["data"] if t["name"] == name and t["yaxis"] == axis]
    assert len(traces) == 1, [t["name"] for t in figure.to_dict()["data"]]
    return traces[0]


@pytest.mark.parametrize("scale", training.SCALES)
def test_plotly_accepts_every_figure_of_a_race(scale):
    configs, labels, _ = race(CE, MSE)
    measured = [evaluation(0, 0.1), evaluation(30), evaluation(50, full=True)]
    curves = [
        records(evaluations=measured, diverged_at=50),
        records(scale=2, learning_rates={20: 0.05}),
    ]
    lines = training.race_lines(configs)
    for figure in (
        training.accuracy_by_step(labels, curves, lines=lines),
        training.loss_by_step(labels, curves, scale=scale, lines=lines),
        training.training_loss(configs, labels, curves, scale=scale, lines=lines),
        training.gradient_norms(labels, curves, lines=lines),
        training.dead_units(labels, curves, lines=lines),
        training.whole_gradient_norms(labels, curves, lines=lines),
    ):
        checked(training.on_stage(figure, last_step=900))
        assert list(figure.layout.xaxis.range) == [0, 900]
        assert not figure.layout.showlegend


def test_losses_of_different_kinds_have_axes_of_their_own_with_their_names():
    figure = losses(*race(CE, MSE, MSE))
    axes = {trace.name: trace.yaxis for trace in figure.data if "raw" not in trace.name}
    assert axes == {"Cross-entropy": "y", "MSE on softmax": "y2", "MSE on softmax (2)": "y2"}
    assert figure.layout.annotations[0].text == "Cross-entropy / nats"
    assert figure.layout.annotations[1].text == "MSE on softmax"
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]


def test_curves_of_one_loss_share_one_axis():
    figure = losses(*race(CE, replace(CE, learning_rate=0.1)))
    assert {trace.yaxis for trace in figure.data} == {"y"}
    assert len(list(figure.select_yaxes())) == 1


@pytest.mark.parametrize("scale", training.SCALES)
def test_every_loss_axis_follows_the_chosen_scale(scale):
    figure = losses(*race(CE, MSE), scale=scale)
    assert figure.layout.yaxis.type == figure.layout.yaxis2.type == scale


def test_the_raw_curve_stays_faint_behind_the_smoothed_one():
    configs, labels, curves = race(CE)
    figure = losses(configs, labels, curves, weight=0.9)
    raw, smooth = figure.data
    assert_allclose(raw.y, Seen(curves[0]).losses)
    assert raw.line.color.endswith("0.25)")
    assert raw.line.width < smooth.line.width
    assert not np.allclose(smooth.y, Seen(curves[0]).losses)
    assert raw.meta == {"untabled": True}


def test_without_smoothing_only_the_raw_curve_is_drawn():
    configs, labels, curves = race(CE)
    (trace,) = losses(configs, labels, curves, weight=0.0).data
    assert_allclose(trace.y, Seen(curves[0]).losses)


def test_a_long_curve_is_thinned_to_a_thousand_points():
    figure = losses([CE], ["one"], [records(steps=40_000)])
    assert all(len(trace.x) <= 1000 for trace in figure.data)
    assert figure.data[0].x[-1] == 40_000


def test_a_diverged_curve_ends_in_a_cross_at_its_last_finite_point():
    curve = records(losses=[0.5] * 30 + [np.nan] * 20, diverged_at=31)
    figure = losses([CE], ["one"], [curve])
    cross = drawn(figure, "one: diverged")
    assert column(cross["x"]).tolist() == [30]
    assert cross["marker"]["symbol"] == "x"


def test_a_changed_learning_rate_is_an_upright_line_at_its_step():
    curve = records(learning_rates={17: 0.5})
    figure = losses([CE], ["one"], [curve])
    (shape,) = figure.layout.shapes
    assert (shape.x0, shape.x1) == (17, 17)


@pytest.mark.parametrize("loss", LOSS_LABELS)
def test_one_loss_of_all_curves_is_drawn_on_test_images(loss):
    _, labels, curves = race(CE, MSE)
    figure = training.loss_by_step(labels, curves, lines=LINES, loss=loss)
    first = evaluation(0).losses[loss]
    for label in labels:
        assert_allclose(column(drawn(figure, label)["y"]), [first, first])
        whole = drawn(figure, f"{label}, all test images")
        assert_allclose(column(whole["y"]), [first])
        assert whole["customdata"] == ["10,000 images"]


def test_an_infinite_test_loss_is_left_out_and_the_accuracy_stays():
    curve = recorded(evaluations=[evaluation(100, loss=np.inf), evaluation(200)])
    figure = training.loss_by_step(["one"], [curve], lines=LINES[:1])
    assert column(drawn(figure, "one")["x"]).tolist() == [200]
    figure = training.accuracy_by_step(["one"], [curve], lines=LINES[:1])
    assert column(drawn(figure, "one")["x"]).tolist() == [100, 200]


@pytest.mark.parametrize(
    ("height", "steps", "ticks"),
    [
        (1.0, 10, {"tickformat": "~g", "dtick": "D2"}),
        (1.0, 150, {"tickformat": "~g", "dtick": 1}),
        (1e30, 150, {"exponentformat": "power", "dtick": 1}),
        (1e-30, 150, {"exponentformat": "power", "dtick": 1}),
        (1e9, 800, {"exponentformat": "power", "dtick": 4}),
    ],
)
def test_numbers_of_a_log_axis_are_few_and_short_enough_for_its_margin(height, steps, ticks):
    curve = records(steps, height)
    figure = losses([CE], ["a"], [curve], weight=0.0)
    axis = figure.layout.yaxis.to_plotly_json()
    assert {key: axis[key] for key in ("tickformat", "exponentformat", "dtick") if key in axis} == (
        ticks
    )


def test_gradient_norms_have_a_panel_for_every_layer():
    _, labels, curves = race(CE, MSE)
    figure = training.gradient_norms(labels, curves, lines=LINES)
    titles = [one.text for one in figure.layout.annotations]
    assert titles == ["layer 1 (input)", "layer 2", "layer 3 (output)"]
    assert_allclose(
        column(drawn(figure, labels[1], "y3")["y"]), Seen(curves[1]).gradient_norms[:, 2]
    )
    assert figure.layout.yaxis3.type == "log"


def test_dead_units_have_a_panel_for_every_hidden_layer():
    _, labels, curves = race(CE)
    figure = training.dead_units(labels, curves, lines=LINES[:1])
    assert len(list(figure.select_yaxes())) == 2
    assert_array_equal(column(drawn(figure, labels[0])["y"]), [0.25] * 5)


def test_a_network_without_hidden_layers_has_no_dead_units_to_show():
    figure = training.dead_units(["one"], [records(layers=1)], lines=LINES[:1])
    assert not figure.data
    assert figure.layout.height > 0


def test_nothing_recorded_yet_still_gives_figures_with_a_height():
    empty = [CurveData(), CurveData()]
    labels = ["one", "two"]
    for figure in (
        losses([CE, MSE], labels, empty),
        training.gradient_norms(labels, empty, lines=LINES),
        training.dead_units(labels, empty, lines=LINES),
    ):
        assert figure.layout.height >= 200


def test_markup_in_a_curves_name_stays_text():
    figure = losses([CE], ["<b>bold</b>"], [records()])
    assert figure.data[-1].name == "&lt;b>bold&lt;/b>"


def test_a_digit_shows_its_one_hot_truth_and_the_output_of_every_finite_curve():
    q = np.full(10, 0.05)
    q[4] = 0.55
    outputs = [q, np.full(10, np.nan), None]
    figure = recognition.digit_probabilities(4, ["a", "b", "c"], outputs, colours=["#000000"] * 3)
    assert [trace.name for trace in figure.data] == ["p, the truth", "q, a"]
    assert_array_equal(figure.data[0].y, np.eye(10)[4])
    assert_allclose(figure.data[1].y, q)


def test_the_axis_of_accuracy_is_the_whole_one_unless_it_is_zoomed():
    curves = [records(evaluations=[evaluation(0, 0.1), evaluation(9, 0.95)])]
    whole = training.accuracy_by_step(["one"], curves, lines=LINES[:1])
    assert list(whole.layout.yaxis.range) == [0, 1.02]
    zoomed = training.accuracy_by_step(["one"], curves, lines=LINES[:1], zoomed=True)
    assert 0.9 < zoomed.layout.yaxis.range[0] < 0.95


def test_curves_of_a_race_have_the_colour_of_their_loss_and_a_dash_of_their_own():
    lines = training.race_lines([CE, MSE, replace(CE, learning_rate=0.1)])
    assert [line["color"] for line in lines[:2]] == [CROSS_ENTROPY, SQUARED_ERROR]
    assert len({line["dash"] for line in lines}) == 3
    assert lines[2]["color"] == second_colour("H(p,q)")


def test_measurements_on_as_many_images_are_joined_by_one_line():
    alike = [replace(evaluation(step, 0.5, full=step == 20), examples=360) for step in (0, 10, 20)]
    figure = training.accuracy_by_step(["one"], [records(evaluations=alike)], lines=LINES[:1])
    assert column(drawn(figure, "one")["x"]).tolist() == [0, 10, 20]
