"""Exercises, terms, glossary and tour as the server shows them."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

import pytest

from explorer.teaching.exercises import EXERCISES
from explorer.teaching.glossary import GLOSSARY
from explorer.teaching.tour import TOUR
from pages.components.registry import PAGES
from tests.pages.page_steps import (
    ROOT,
    address,
    metrics,
    opened,
    page_links,
    press,
    ran,
    visited,
    words,
)

EXERCISE_LINKS = [(page, number) for page in EXERCISES for number in range(3)]


def assert_set(
    shown: Mapping[str, str | list[str]], asked: Mapping[str, str | Sequence[str]]
) -> None:
    """Assert that the page took the values and keeps them in its own address."""
    for name, value in asked.items():
        if name in shown or name not in ("rate", "steps", "show", "topic", "view", "race"):
            assert _same(shown.get(name, ""), value), (name, shown.get(name), value)


def _same(shown: str | list[str], asked: str | Sequence[str]) -> bool:
    if not isinstance(shown, str) or not isinstance(asked, str):
        return list(shown) == list(asked)
    try:
        return [float(one) for one in shown.split(",")] == [float(one) for one in asked.split(",")]
    except ValueError:
        return shown == asked


@pytest.mark.parametrize(("page", "number"), EXERCISE_LINKS)
def test_every_task_sets_its_page(page, number):
    exercise = EXERCISES[page][number]
    app = opened(page, **exercise.parameters)
    assert not app.error
    assert not app.warning
    assert_set(address(app), exercise.parameters)


def test_a_task_sets_the_page_that_is_already_open():
    app = opened("entropy", p="0.5,0.5")
    for number, via in ((0, "task-1"), (1, "task-2"), (0, "task-1")):
        parameters = EXERCISES["entropy"][number].parameters
        visited(app, "entropy", **parameters, via=via)
        assert_set(address(app), parameters)
        app.query_params.pop("via")
        app.run()


@pytest.mark.parametrize("page", EXERCISES)
def test_each_exercise_sets_the_page_after_the_others_in_one_session(page):
    app = opened(page)
    for number in (1, 2, 3, 2, 1):
        parameters = EXERCISES[page][number - 1].parameters
        visited(app, page, **parameters, task=str(number), via=f"next-{number}")
        assert_set(address(app), parameters)


def test_an_edit_after_a_link_is_not_undone_by_the_address():
    app = opened("self_information", p="0.25", via="task-1")
    app.session_state["event p slider"]["value"] = 0.5
    app.run()
    assert metrics(app)["I(p)"] == "1 bit"


@pytest.mark.parametrize("page", EXERCISES)
def test_every_page_ends_with_its_exercises_and_answers_whoever_has_guessed(page):
    exercise = EXERCISES[page][1]
    app = opened(page, **exercise.parameters, task="2")
    assert "Try this" in [heading.value for heading in app.header]
    said = "\n".join(element.value for element in app.markdown)
    assert all(one.words in said and one.answer not in said for one in EXERCISES[page])
    for place, option in enumerate(exercise.guesses):
        app.button_group(key=f"guess {page} 2").set_value(option).run()
        said = "\n".join(element.value for element in app.markdown)
        assert exercise.answer in said
        judged = "That is right" if place == exercise.right else "That is not so"
        assert f"You predicted: “{option}”. **{judged}.**" in said


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.address)
def test_every_page_with_a_formula_explains_its_terms(page):
    text = (ROOT / page.path).read_text()
    if page.address in ("home", "glossary", "recap", "host_notes"):
        return
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    given = [ast.literal_eval(ast.Tuple(c.args)) for c in calls if ast.unparse(c.func) == "terms"]
    given += [
        ast.literal_eval(keyword.value)
        for call in calls
        if ast.unparse(call.func) == "page_head"
        for keyword in call.keywords
        if keyword.arg == "terms"
    ]
    (names,) = given
    assert names
    assert set(names) <= GLOSSARY.keys()


def test_the_glossary_opens_at_a_term_and_says_when_there_is_none():
    app = opened("glossary", term="kl-divergence")
    assert app.text_input[0].value == "KL divergence"
    assert any("KL散度" in element.value for element in app.markdown)
    app.text_input[0].set_value("<b>nothing</b>").run()
    assert "No entry contains" in app.info[0].value
    assert address(app)["term"] == "<b>nothing</b>"


def test_the_tour_stays_on_every_page_until_it_is_ended():
    app = opened("self_information", **TOUR[0].parameters, tour="1", via="tour-1")
    assert "stop 1 of 9" in words(app)
    assert address(app)["tour"] == "1"
    visited(app, "stability")
    assert "stop 1 of 9" in words(app)
    assert any("Return to this stop" in link.label for link in page_links(app))
    visited(app, "entropy", **TOUR[1].parameters, tour="2", via="tour-2")
    assert "stop 2 of 9" in words(app)
    press(app, "End")
    assert "stop 2 of 9" not in words(app)
    assert "tour" not in address(app)


@pytest.mark.parametrize("number", range(len(TOUR)))
def test_every_stop_opens_with_its_values_and_waits_for_a_prediction(number):
    stop = TOUR[number]
    if stop.page == "live" and find_spec("explorer.core.recorded_race") is None:
        pytest.skip("no race comes with the app")
    app = opened(stop.page, **stop.parameters, tour=str(number + 1))
    assert not app.error
    assert not [one.value for one in app.warning if "link" in one.value]
    shown = address(app)
    assert (shown["tour"], shown["beat"]) == (str(number + 1), "1")
    assert_set(shown, stop.parameters)
    said = words(app)
    for text in (stop.title, stop.setting, stop.question, stop.host.question, stop.host.transition):
        assert text in said
    assert stop.action not in said
    assert stop.outcome not in said
    choice = app.button_group(key=f"tour prediction {number + 1}")
    assert choice.options == list(stop.options)
    last = len(stop.options) - 1
    choice.set_value(last)
    ran(app)
    # Who has predicted is told what to do, and then what that was to show.
    assert stop.action in words(app)
    assert stop.outcome not in words(app)
    app.button(key="tour-beat").click()
    ran(app)
    assert stop.outcome in words(app)
    assert address(app)["predicted"][number] == str(last + 1)
    assert ("As you predicted" in words(app)) == (stop.answer == last)
    app.button(key="tour-beat-back").click()
    ran(app)
    assert stop.action in words(app)


@pytest.mark.parametrize("number", [place for place, stop in enumerate(TOUR) if stop.done])
def test_what_nobody_has_done_is_done_and_what_somebody_has_done_stays(number):
    stop = TOUR[number]
    asked = {"tour": str(number + 1), "beat": "2"}
    app = opened(stop.page, **stop.parameters, **asked)
    app.button(key="tour-beat").click()
    ran(app)
    assert stop.outcome in words(app)
    assert_set(address(app), {**stop.parameters, **stop.done})
    if stop.page in ("live", "draw"):
        return
    name, text = next(iter(stop.done.items()))
    other = ",".join(str(float(one) / 2 + 0.05) for one in text.split(","))
    app = opened(stop.page, **{**stop.parameters, name: other}, **asked)
    before = address(app)
    app.button(key="tour-beat").click()
    ran(app)
    assert stop.outcome in words(app)
    assert address(app) == {**before, "beat": "3"}


def test_the_tour_has_an_end_which_stays_on_the_page_with_the_ways_on():
    app = opened("recap", tour="9", beat="3", predicted="200000000")
    assert not [one for one in app.button if one.label == "End"]
    app.button(key="tour-finish").click()
    ran(app)
    assert "stop 9 of 9" not in words(app)
    assert not {"tour", "beat"} & address(app).keys()
    assert any("1 of your 1 predictions came true" in one.value for one in app.markdown)


def test_the_host_reads_the_whole_tour_on_one_page_with_the_minutes():
    told = "\n".join(one.value for one in opened("host_notes").markdown)
    for stop in TOUR:
        for sentence in (stop.question, stop.action, stop.outcome, stop.host.question):
            assert sentence in told
        assert stop.answer is None or f"**{stop.options[stop.answer]}**" in told
    assert "**0:00**" in told
    assert "**15:00** The end." in told


def test_predictions_are_kept_in_the_address_and_counted_at_the_end():
    app = opened("recap", tour="9", predicted="230000000")
    assert any("1 of your 2 predictions came true" in one.value for one in app.markdown)
    # What is no prediction is none.
    app = opened("recap", tour="9", predicted="x9\u00b2")
    assert not any("predictions came true" in one.value for one in app.markdown)


@pytest.mark.parametrize("asked", ["0", "10", "-1", "two", "9999999999", "²"])
def test_a_stop_that_does_not_exist_starts_no_tour(asked):
    app = opened("entropy", tour=asked)
    assert "Tour, stop" not in words(app)
    app = opened("entropy", tour="2", beat=asked)
    assert TOUR[1].question in words(app)


def test_the_first_page_has_a_picture_of_every_page_and_starts_the_tour():
    app = opened("home")
    bodies = [element.proto.body for element in app.get("html")]
    pictures = [body for body in bodies if body.startswith("<img")]
    assert len(pictures) == len(PAGES.values()) - 1
    assert len(set(pictures)) == len(pictures)
    assert any("Start the tour" in link.label for link in page_links(app))


@pytest.mark.parametrize("name", GLOSSARY)
def test_every_term_opens_a_page_with_its_values(name):
    term = GLOSSARY[name]
    app = opened(term.page, **term.parameters)
    assert not app.error
    assert_set(address(app), term.parameters)


@pytest.mark.parametrize("number", range(1, len(TOUR) + 1))
def test_a_typed_address_of_a_stop_sets_the_page_as_its_link_does(number):
    stop = TOUR[number - 1]
    typed, linked = (
        address(opened(stop.page, tour=str(number), **parameters))
        for parameters in ({}, dict(stop.parameters))
    )
    assert_set(typed, stop.parameters)
    assert typed == linked


def test_a_typed_address_of_a_stop_keeps_what_it_names_itself():
    named = address(opened("entropy", tour="2", unit="nats"))
    assert (named["unit"], named["p"]) == ("nats", TOUR[1].parameters["p"])
    # A reload, after an edit.
    edited = address(opened("entropy", tour="2", p="0.5,0.5"))
    assert edited["p"] == "0.5,0.5"
