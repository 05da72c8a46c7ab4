"""“Why not MSE?” without a browser: the table, its fields, and its address."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from explorer.teaching.prediction_tables import EXAMPLE_TABLES
from explorer.teaching.worked_examples import EXAMPLES
from tests.pages.page_steps import address, errors, field, opened, press, visited, words

VIEW = {"show": "Why not MSE?"}


@pytest.fixture
def app() -> AppTest:
    return opened("multiclass", **VIEW)


def cell(app: AppTest, row: int, model: int) -> TextInput:
    return field(app, f"Row {row}, model {model}: q")


def columns(app: AppTest, model: int) -> dict[str, list[str]]:
    return app.table[model - 1].value.astype(str).to_dict("list")


def test_it_opens_with_the_lectures_tables_and_their_printed_values(app):
    for model in (1, 2):
        shown = columns(app, model)
        assert shown["Right"][-1] == "**2 of 3**"
        for place, row in enumerate(("row 1", "row 2", "row 3", "mean")):
            text = shown["Squares"][place].strip("*")
            printed = EXAMPLES["why_not_mse"].references[f"model {model}, squared error, {row}"]
            assert printed.agrees(float(text))
        printed = EXAMPLES["why_not_mse"].references[f"model {model}, cross-entropy, mean"]
        assert printed.agrees(float(columns(app, model)["CE / nats"][-1].strip("*")))
    assert "The two losses agree, so this table is no case against squared error." in words(app)


def test_a_sure_mistake_makes_the_losses_disagree_and_the_gradients_tell(app):
    app.menu_button(key="predictions example").click("Model 2 is surely wrong").run()
    assert "mean squared error model 2, cross-entropy model 1" in words(app)
    assert "In model 2, row 3 cross-entropy pulls with 1.412" in words(app)


@pytest.mark.parametrize(
    ("text", "said", "can_normalise"),
    [
        ("0.5, 0.4, 0", "sum to 0.9, not 1", True),
        ("7 1 2", "sum to 10, not 1", True),
        ("a lot, 0, 0", "“a” is not a number", False),
        ("0.5, 0.5", "2 numbers given; this table has 3 classes", False),
        ("", "at least one number", False),
        ("*" * 3000, "characters", False),
    ],
)
def test_a_bad_row_is_said_beside_it_and_the_last_good_table_stays(app, text, said, can_normalise):
    before = columns(app, 1), address(app)
    cell(app, 1, 1).set_value(text).run()
    assert not app.exception
    assert said in words(app)
    assert "The table below still uses 0.3, 0.3, 0.4." in words(app)
    assert (columns(app, 1), address(app)) == before
    assert any(button.label == "Normalise" for button in app.button) == can_normalise
    assert cell(app, 1, 1).value == text


def test_normalising_is_asked_for_and_says_what_it_did(app):
    cell(app, 2, 2).set_value("7 1 2").run()
    press(app, "Normalise")
    assert cell(app, 2, 2).value == "0.7, 0.1, 0.2"
    assert "Each value was divided by the sum 10: 7, 1, 2 → 0.7, 0.1, 0.2." in words(app)
    assert columns(app, 2)["CE / nats"][1] == "2.303"
    cell(app, 2, 2).set_value("0.7, 0.2, 0.1").run()
    assert "divided by the sum" not in words(app)


def test_the_true_class_can_be_changed(app):
    app.selectbox[0].set_value(0).run()
    assert columns(app, 1)["CE / nats"][0] == "1.204"
    assert columns(app, 1)["Right"][-1] == "**1 of 3**"
    assert address(app)["labels"] == "1,2,1"


def test_rows_are_added_up_to_eight_and_removed_down_to_one(app):
    while any(button.label == "Add a row" for button in app.button):
        press(app, "Add a row")
    assert len(columns(app, 1)["Row"]) == 9
    for _ in range(7):
        press(app, "Remove", several=True)
    assert columns(app, 1)["Row"] == ["1", "mean"]
    (last,) = [button for button in app.button if button.label == "Remove"]
    assert last.disabled


def test_the_address_restores_the_table_also_with_other_classes(app):
    link = VIEW | {"labels": "2,1", "m1": ["0.5, 0.5", "1, 0"], "m2": ["0, 1", "0.25, 0.75"]}
    fresh = opened("multiclass", **link)
    assert {name: address(fresh)[name] for name in link} == link
    assert columns(fresh, 2)["Right"] == ["yes", "no", "**1 of 2**"]
    # Cross-entropy is infinite nowhere here, and 0 where the model is certain and right.
    assert columns(fresh, 2)["CE / nats"][0] == "0"


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"labels": "3,2,1"}, "Model 1 has 0 rows"),
        ({"labels": "x", "m1": "1,0", "m2": "1,0"}, "labels must be whole numbers"),
        ({"labels": "1", "m1": "0.5,0.4", "m2": "1,0"}, "sum to 0.9"),
        ({"labels": "9", "m1": "1,0", "m2": "1,0"}, "must lie in 1 to 2"),
        ({"labels": "1", "m1": "<b>,0", "m2": "1,0"}, "is not a number"),
    ],
)
def test_a_link_that_holds_no_table_is_said_and_changes_nothing(link, said):
    app = opened("multiclass", **VIEW, **link)
    (error,) = errors(app)
    assert error.startswith("From the link: ")
    assert said in error
    assert cell(app, 1, 1).value == "0.3, 0.3, 0.4"
    assert columns(app, 1)["Right"][-1] == "**2 of 3**"


def test_the_table_is_as_one_left_it_and_the_other_view_too(app):
    cell(app, 1, 1).set_value("0.2, 0.2, 0.6").run()
    visited(visited(app, "binary"), "multiclass")
    assert cell(app, 1, 1).value == "0.2, 0.2, 0.6"
    app.button_group(key="multiclass show").set_value("Gradients").run()
    assert not app.exception
    assert "show" not in address(app)
    app.button_group(key="multiclass show").set_value("Why not MSE?").run()
    assert cell(app, 1, 1).value == "0.2, 0.2, 0.6"
    assert len(EXAMPLE_TABLES) == len(app.menu_button(key="predictions example").options)
