"""Figures of forecasts: what they say, not how they look."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.core.scoring import RULES, crowd_score, expected_score
from explorer.figures import forecasting

FORECASTS = np.array([[0.05, 0.95], [0.55, 0.45], [0.55, 0.45], [1.0, 0.0]])


def test_a_histogram_of_two_outcomes_counts_everybody_once():
    (trace,) = forecasting.forecast_histogram(FORECASTS, ["a", "b"]).data
    assert list(trace.y) == [1, 0, 0, 0, 0, 2, 0, 0, 0, 1]


def test_a_map_of_more_outcomes_counts_everybody_once_for_each():
    people = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    (trace,) = forecasting.forecast_histogram(people, ["a", "b", "c"], 1).data
    assert np.array(trace.z).sum(axis=0).tolist() == [2, 2, 2]


def test_the_mean_forecast_is_drawn_with_its_entropy():
    trace = forecasting.mean_of_room(FORECASTS, ["a", "b"]).data[0]
    assert trace.y == pytest.approx(FORECASTS.mean(axis=0))
    assert trace.name.startswith("mean of 4, entropy 0.996 bits")


def test_names_of_outcomes_stand_in_lines_or_turned_and_are_shown_as_written():
    def ticks(*names: str):
        figure = forecasting.mean_of_room(np.full((1, len(names)), 1 / len(names)), names)
        return figure.layout.xaxis.tickangle, list(figure.layout.xaxis.ticktext)

    assert ticks("ticket A", "ticket B", "c", "d") == (0, ["ticket<br>A", "ticket<br>B", "c", "d"])
    assert ticks("cross-entropy", "<b>", "x") == (0, ["cross-<br>entropy", "&lt;b&gt;", "x"])
    assert ticks("unpronounceable", "b", "Weltanschauung", "d") == (
        -60,
        ["unpronounceab…", "b", "Weltanschauung", "d"],
    )


def test_an_infinite_score_is_named_at_the_top_of_its_bar():
    crowd = {rule: crowd_score(1, FORECASTS, rule) for rule in RULES}
    figure = forecasting.crowd_scores(crowd)
    mean, together = figure.data
    assert mean.text[0] == "∞"
    assert mean.y[0] == figure.layout.yaxis.range[1]
    assert together.y[0] == pytest.approx(crowd["log"].of_mean)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.7, 1.0])
def test_the_proper_rules_are_least_at_the_belief_and_the_linear_one_at_an_end(p):
    figure = forecasting.expected_by_report(p)
    least = {trace.name: trace.x[0] for trace in figure.data if trace.mode == "markers"}
    assert least["least, log score / bits"] == pytest.approx(p)
    assert least["least, Brier score"] == pytest.approx(p)
    if p != 0.5:
        assert least["least, linear score"] == float(p > 0.5)
    curve = next(trace for trace in figure.data if trace.name == "Brier score")
    assert curve.y[50] == pytest.approx(expected_score([p, 1 - p], [0.25, 0.75], "brier"))
