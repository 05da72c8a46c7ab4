"""The page of checked statements without a browser: cards, filter, addresses, and every link."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer.figures.numbers import measured
from explorer.jobs import launcher
from explorer.teaching.note_checks import NOTE_CHECKS, TOPICS
from explorer.teaching.worked_examples import EXAMPLES
from pages.losses.parts.note_links import LINKS
from tests.pages.page_steps import address, opened, page_links, press, visited

LESSONS = [check.lesson for check in NOTE_CHECKS.values()]


@pytest.fixture(autouse=True)
def no_workers(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("EXPLORER_DATABASE_URL", f"sqlite:///{tmp_path}/store/runs.sqlite3")
    monkeypatch.setattr(launcher, "ensure_workers", lambda **_: 0)


@pytest.fixture
def app() -> AppTest:
    return opened("notes_checked")


def cards(app: AppTest) -> list[str]:
    """Rows of the cards that are shown."""
    found = (re.match(r"\*\*(B\d+)\*\* · ", one.value) for one in app.markdown)
    return [match[1] for match in found if match]


def badges(app: AppTest) -> list[str]:
    """Verdicts that are shown, in the order of the cards."""
    found = (re.search(r"badge\[. (.+?)\]", one.value) for one in app.markdown)
    return [match[1] for match in found if match]


def links_of_cards(app: AppTest) -> list[Any]:
    return [link for link in page_links(app) if "via=" not in link.query_string]


def test_a_card_tells_its_verdict_values_and_link_once_there_is_a_guess(app):
    assert cards(app) == LESSONS
    assert not badges(app)
    assert not links_of_cards(app)
    for place, (key, check) in enumerate(NOTE_CHECKS.items(), 1):
        assert check.because not in plain_words(app)
        app.button(key=f"{('Right', 'Wrong')[place % 2]} {key}").click().run()
        assert not app.exception
        assert len(badges(app)) == place
        assert check.because in plain_words(app)
    assert badges(app) == [check.verdict for check in NOTE_CHECKS.values()]
    assert len(links_of_cards(app)) == len(NOTE_CHECKS) == len(LINKS)
    shown = unescape(" ".join(element.proto.body for element in app.get("html")))
    for check in NOTE_CHECKS.values():
        for quantity in (*check.implied, *check.right):
            assert quantity.label in shown
            assert measured(quantity.values()[-1], quantity.unit, quantity.digits).strip() in shown


def plain_words(app: AppTest) -> str:
    shown = "\n".join(element.value for element in app.markdown)
    return re.sub(r"\\textcolor\{#\w{6}\}\{((?:[^{}]|\{[^{}]*\})*)\}", r"\1", shown)


def test_guesses_are_counted_stay_in_the_session_and_can_be_hidden_again(app):
    verdicts = {key: check.verdict for key, check in NOTE_CHECKS.items()}
    wrong = next(key for key, verdict in verdicts.items() if verdict == "wrong")
    condition = next(key for key, verdict in verdicts.items() if verdict.startswith("right"))
    app.button(key=f"Wrong {wrong}").click().run()
    app.button(key=f"Wrong {condition}").click().run()
    assert "**1 of 2** guesses were right." in plain_words(app)
    visited(visited(app, "binary"), "notes_checked")
    assert badges(app) == ["wrong", "right under a condition"]
    app.button(key=f"hide {condition}").click().run()
    assert badges(app) == ["wrong"]
    app.button(key=f"Right {condition}").click().run()
    assert "**2 of 2** guesses were right." in plain_words(app)
    press(app, "Hide all verdicts")
    assert not badges(app)


@pytest.fixture(scope="module")
def session() -> AppTest:
    """One session that follows one link after another, whatever the last one left behind."""
    return opened("home")


@pytest.mark.parametrize("key", LINKS)
def test_the_link_of_a_card_opens_its_page_with_the_values_set(session, key: str):
    link, app = LINKS[key], session
    visited(visited(app, "home"), Path(link.path).stem, **link.parameters)
    assert len(app.title) == 1
    assert not app.error
    assert not app.warning or key == "kl_is_asymmetric"  # an infinite divergence, as it should be
    now = address(app)
    assert {name: now.get(name) for name in link.parameters} == link.parameters
    handed = [element.proto for element in app.main if element.type == "bidi_component"]
    assert not [proto for proto in handed if "From the link" in f"{proto.json}{proto.bytes}"]


def test_a_topic_shows_its_cards_alone_and_stands_in_the_address(app):
    for topic in TOPICS:
        app.button_group(key="notes topic").set_value(topic).run()
        assert cards(app) == [one.lesson for one in NOTE_CHECKS.values() if one.topic == topic]
        assert address(app) == {"topic": topic}
    assert cards(opened("notes_checked", topic=TOPICS[0])) == ["B4", "B10", "B13"]


def test_a_link_to_one_card_shows_it_alone_until_all_are_asked_for():
    app = opened("notes_checked", note="b7")
    assert cards(app) == ["B7"]
    assert address(app) == {"note": "B7"}
    press(app, "Show all cards")
    assert cards(app) == LESSONS
    press(app, "Show only B12")
    assert cards(app) == ["B12"]


@pytest.mark.parametrize("note", ["B22", "*" * 500])
def test_a_link_to_no_card_says_so_and_shows_all(note: str):
    app = opened("notes_checked", note=note)
    assert [warning.value[:14] for warning in app.warning] == ["The link asks "]
    assert cards(app) == LESSONS


# ------------------------------------------------------------------------ prepared races


@pytest.mark.parametrize("key", ["relu_on_logits", "plain_normal_explodes"])
def test_a_prepared_race_stands_in_the_form_and_stays_in_the_address(app, key: str):
    name = EXAMPLES[key]["race"]
    visited(app, "live", race=name)
    assert app.pills[0].value == name
    assert address(app) == {"race": name}
    rate = next(field for field in app.text_input if field.label == "Learning rate")
    rate.set_value("0.5").run()
    assert address(app) == {}


def test_a_race_of_no_known_name_is_a_sentence_and_the_form_stays(app):
    visited(app, "live", race="Tortoise & <b>hare</b>")
    (warning,) = app.warning
    assert "there is no race of that name" in warning.value
    assert app.pills[0].value == "CE against MSE"


def test_a_recorded_run_in_the_address_goes_before_a_prepared_race(app):
    visited(app, "live", run="nothere", race=EXAMPLES["relu_on_logits"]["race"])
    assert "There is no recorded run" in app.error[0].value
    assert app.pills[0].value == "CE against MSE"


def test_a_prepared_race_takes_the_place_of_the_race_that_was_shown(app):
    visited(app, "live", run="nothere")
    visited(app, "notes_checked")
    visited(app, "live", race=EXAMPLES["plain_normal_explodes"]["race"])
    assert not app.error
    assert app.pills[0].value == EXAMPLES["plain_normal_explodes"]["race"]
