"""The pages of one logit and of many classes, without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.page_steps import components, metrics, opened, visited, words

TABLE = {"show": "All losses"}
LOGITS = {"edit": "logits", "target": "one true class"} | TABLE


def losses(app: AppTest) -> dict[str, list[str]]:
    """The rows of the table of all losses, by name: value and norm of the gradient first."""
    rows = app.table[0].value.astype(str).values.tolist()
    return {name: [cell.strip() for cell in cells] for name, *cells in rows}


def logits(app: AppTest) -> list[float]:
    return components(app, "bar_editor")["multiclass logits"]["state"]["values"]["z"]


def test_a_link_to_no_logit_shows_the_page_and_says_so_beside_the_sliders():
    app = opened("binary", z="foo", rate="-1", steps="1e9", see="Descend")
    sliders = components(app, "live_slider")
    assert "From the link: “foo” is not a number" in sliders["binary z"]["message"]["error"]
    assert "From the link: Enter a number" in sliders["binary steps"]["message"]["error"]
    assert metrics(app)["σ(z), probability of y = 1"] == "0.0179862"


def test_the_race_says_who_reaches_which_probability_within_the_steps():
    app = opened("binary", z="-10", steps="200", see="Descend")
    shown = metrics(app)
    first, second = shown["Cross-entropy"].split(" and ")
    assert (first, second[0]) == ("21", "1")
    assert shown["Squared error"] == shown["Hinge"] == "> 200 and > 200"


@pytest.mark.parametrize(
    ("example", "cross_entropy", "squares", "norms"),
    [
        ("First guess q₁", "0.916291 nats", "0.495", ("0.703562", "0.480863", "0.0961727")),
        ("Better guess q₂", "0.0202027 nats", "0.0006", ("0.0244949", "0.0014403", "0.00028806")),
        ("Confidently wrong", "4.60517 nats", "1.902", ("1.37913", "0.104484", "0.0208967")),
    ],
)
def test_the_guesses_of_the_lecture_show_their_values_and_gradient_norms(
    example, cross_entropy, squares, norms
):
    app = opened("multiclass", **TABLE)
    app.menu_button(key="multiclass example").click(example).run()
    rows = losses(app)
    assert rows["Cross-entropy"][0] == cross_entropy
    assert rows["Squared error, sum"][0] == squares
    named = ("Cross-entropy", "Squared error, sum", "Squared error, mean over classes")
    assert tuple(rows[name][1] for name in named) == norms


def test_probabilities_become_logits_with_the_same_loss():
    app = opened("multiclass", edit="probabilities", q="0.5,0.25,0.125,0.125", y="1", **TABLE)
    before = losses(app)["Cross-entropy"]
    assert before[0] == "0.693147 nats"
    app.button_group(key="multiclass edit").set_value("logits").run()
    assert logits(app) == pytest.approx([-0.693147, -1.38629, -2.07944, -2.07944], rel=1e-5)
    assert losses(app)["Cross-entropy"] == before


def test_a_probability_of_zero_is_an_infinite_loss_and_no_race():
    app = opened("multiclass", edit="probabilities", q="0,0.5,0.5", y="1", **TABLE)
    assert losses(app)["Cross-entropy"][0] == "∞ nats"
    assert "q is 0 for “class 1”: the logit is −∞" in words(app)
    app.button_group(key="multiclass show").set_value("Descend").run()
    assert "No race from here" in words(app)
    app.button_group(key="multiclass edit").set_value("logits").run()
    assert "which no bar can show" in words(app)
    # A link that brings logits is no attempt to carry the zero over.
    visited(app, "multiclass", z="2,0,0", via="link", **LOGITS)
    assert "which no bar can show" not in words(app)
    assert logits(app) == [2, 0, 0]
    visited(app, "multiclass", edit="probabilities", q="0.2,0.4,0.4", via="task", **TABLE)
    assert "No race from here" not in words(app)


def test_a_true_class_that_is_removed_is_replaced_and_that_is_said():
    app = opened("multiclass", z="0,0,0", y="3", **LOGITS)
    visited(app, "multiclass", z="0,0", via="task")
    assert "“True class”: the one chosen was removed; now it is “class 2”." in words(app)


@pytest.mark.parametrize(
    ("z", "loss"),
    [("1e308,-1e308", "0"), ("-1e308,1e308", "∞"), ("-1000,1000,0", "2000"), ("0,745", "745")],
)
def test_extreme_logits_show_numbers_and_no_error(z, loss):
    app = opened("multiclass", z=z, y="1", **LOGITS)
    assert losses(app)["Cross-entropy"][0] == f"{loss} nats"
    assert not app.error
