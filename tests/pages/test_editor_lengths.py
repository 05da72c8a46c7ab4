"""Lists of another length than the page shows: typed, in a link, and what outcomes are called."""

from __future__ import annotations

import math

import pytest
from streamlit.testing.v1 import AppTest

from explorer.core.information import kl_divergence
from explorer.teaching.exercises import EXERCISES
from explorer.teaching.presets import PRESETS
from explorer.teaching.tour import TOUR
from tests.pages.page_steps import components, metrics, opened


def editor(app: AppTest) -> dict:
    (data,) = components(app, "bar_editor").values()
    return data


def test_a_link_with_three_values_of_p_alone_keeps_the_divergence_finite_and_says_how():
    app = opened("divergence", p=".2,.3,.5", q=".5,.5")
    shown = editor(app)
    p, q = shown["state"]["values"].values()
    assert p == [0.2, 0.3, 0.5]
    assert len(q) == 3
    assert min(q) > 0
    assert math.isfinite(float(kl_divergence(p, q)))
    assert "∞" not in "".join(metrics(app).values())
    assert "takes exactly 3" in shown["messages"]["q"]["error"]
    assert shown["messages"]["q"]["text"] == ".5,.5"


@pytest.mark.parametrize(
    ("link", "names"),
    [
        ("0.25,0.25,0.25,0.25", list(PRESETS["Lottery"].names)),
        ("0.5,0.5", ["heads", "tails"]),
        ("0.9,0.1", ["outcome 1", "outcome 2"]),
        (",".join(["0.1"] * 10), [f"outcome {place}" for place in range(1, 11)]),
    ],
)
def test_a_link_without_names_has_those_of_the_example_that_it_is_or_none(link, names):
    assert editor(opened("entropy", p=link))["state"]["names"] == names


def test_the_sides_of_the_coin_in_a_task_are_heads_and_tails():
    (coin,) = [exercise for exercise in EXERCISES["entropy"] if "coin" in exercise.words]
    assert editor(opened("entropy", **coin.parameters))["state"]["names"] == ["heads", "tails"]


def test_the_outcomes_of_the_tour_are_digits():
    stop = next(stop for stop in TOUR if stop.page == "entropy")
    names = editor(opened("entropy", **stop.parameters))["state"]["names"]
    assert names == [str(digit) for digit in range(10)]


def test_a_list_with_a_number_missing_is_refused_in_a_link_too():
    shown = editor(opened("entropy", p="0.5,,0.5"))
    (message,) = shown["messages"].values()
    assert "Number 2 is missing beside a comma" in message["error"]
    assert message["text"] == "0.5,,0.5"


@pytest.mark.parametrize(
    ("page", "link", "said"),
    [
        ("sweep", {"seeds": "0,,2"}, "Seed 2 is missing beside a comma"),
        ("sweep", {"rates": "0.1,,0.2"}, "Number 2 is missing beside a comma"),
        ("sweep", {"hidden_sizes": "200,,200"}, "Number 2 is missing beside a comma"),
        ("self_information", {"events": "1,,2"}, "Event 2 is missing beside a comma"),
        (
            "multiclass",
            {"show": "Why not MSE?", "labels": "2,1", "m1": "0.5,,0.5", "m2": "0, 1"},
            "Number 2 is missing beside a comma",
        ),
    ],
)
def test_every_list_of_a_page_says_what_is_missing_in_it(store, page, link, said):
    app = opened(page, **link)
    words = [one.value for one in (*app.markdown, *app.error, *app.warning, *app.caption)]
    assert any(said in one for one in words), words
