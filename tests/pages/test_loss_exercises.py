"""Every exercise of the losses pages, followed: what its answer says is what the page shows."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from explorer.teaching.exercises import EXERCISES
from tests.pages.page_steps import components, opened, page_links
from tests.pages.test_lessons_on_pages import text

PAGES = ("binary", "multiclass", "three_forms", "stability", "notes_checked")
SET_PAGES = [(page, place) for page in PAGES for place in range(3)]
# Numbers of three digits or more are results; "2 classes" and "0.9" are part of the sentence.
RESULT = re.compile(r"−?\d[\d,]*(?:\.\d+)?(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")
# What the words of an exercise name, and must therefore be called so on the page.
NAMED = {
    ("binary", 0): ("d CE / dz", "d squared / dz"),
    ("binary", 1): ("Steps to a probability of 0.9", "Cross-entropy", "Squared error"),
    ("binary", 2): ("Hinge 0",),
    ("multiclass", 0): ("cross-entropy</b>: q − p, norm", "squared error</b>: 2J(q − p), norm"),
    ("multiclass", 1): ("cross-entropy</b>: q − p",),
    ("multiclass", 2): ("Cross-entropy",),
    ("three_forms", 0): ("index, from 0", "one-hot", "mean"),
    ("three_forms", 1): ("Gathered", "Columns indexed"),
    ("three_forms", 2): ("−u·v + logsumexp",),
    ("stability", 0): ("exp, sum, log", "softmax, then log", "log_softmax", "Exact loss"),
    ("stability", 1): ("exp, sum, log fails from gap", "float64"),
    ("stability", 2): ("Share of draws that are ∞",),
    ("notes_checked", 0): ("B1", "−ln 0.98"),
    ("notes_checked", 1): ("B3", "Try it"),
    ("notes_checked", 2): ("B17", "Try it", "race"),
}


def shown(app: AppTest) -> str:
    """What the page shows but for the exercises themselves."""
    told = {
        part
        for exercises in EXERCISES.values()
        for exercise in exercises
        for part in (exercise.words, exercise.answer)
    }
    lines = text(app)
    for part in told:
        lines = lines.replace(part, "")
    links = [one.label for one in page_links(app)]
    notes = [
        note["text"]
        for plot in components(app, "plot").values()
        for note in plot["figure"]["layout"].get("annotations", ())
    ]
    return "\n".join([lines, *links, *notes])


def results(answer: str) -> set[str]:
    """Numbers of an answer that one reads from the page."""
    found = {one.rstrip(",.") for one in RESULT.findall(answer)}
    return {one for one in found if len(re.sub(r"·10.*|\D", "", one).lstrip("0")) > 2}


@pytest.mark.parametrize(("page", "place"), SET_PAGES)
def test_what_an_answer_says_is_what_the_page_shows(page, place):
    exercise = EXERCISES[page][place]
    app = opened(page, **exercise.parameters)
    before = shown(app)
    if page == "notes_checked":
        assert "What is true" not in before
        app.button(key=next(one.key for one in app.button if one.label == "Wrong")).click().run()
    words = shown(app)
    assert exercise.answer not in words
    for number in results(exercise.answer):
        assert number in words, number
    for name in NAMED[page, place]:
        assert name in words, name


def test_the_answers_hold_results_to_read():
    assert {page for page, place in SET_PAGES if results(EXERCISES[page][place].answer)} == set(
        PAGES
    )
