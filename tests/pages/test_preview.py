"""Plots that a browser asks for ahead of the script's answer, as anyone may ask for them."""

from __future__ import annotations

import gc
import json

import pytest

from pages.components.preview import preview
from tests.pages.page_steps import components, opened, visited

STATES = {
    "entropy": {"p": [0.25, 0.25, 0.5, 0.0]},
    "divergence": {"p": [0.5, 0.5, 0.0, 0.0], "q": [0.25, 0.5, 0.125, 0.125]},
}


def asked(token, editor, state, number=7):
    question = json.dumps({"number": number, "editor": editor, "state": state})
    return json.loads(preview.answer(token, question))


def state_of(values, **changes):
    names = list("abcd")[: len(next(iter(values.values()), ()))]
    return {"names": names, "values": values, "locked": [], **changes}


def token_of(app, editor):
    return components(app, "bar_editor")[editor]["preview"]


@pytest.mark.parametrize("page", ["entropy", "divergence"])
def test_a_preview_is_what_the_page_shows_of_that_state(page):
    app = opened(page)
    answer = asked(token_of(app, page), page, state_of(STATES[page]))
    link = {series: ",".join(map(str, values)) for series, values in STATES[page].items()}
    shown = components(opened(page, **link, name=list("abcd")), "plot")
    assert answer["number"] == 7
    drawn = {key: json.loads(text) for key, text in answer["plots"].items()}
    # That plot tells of the session's edits, of which the other session has fewer.
    drawn.pop("edit-history", None), shown.pop("edit-history", None)
    assert drawn == shown


def test_the_plots_of_a_classified_example_follow_its_logits_and_keep_its_target():
    app = opened("multiclass", z="0,1,2", y="3", name=["a", "b", "c"])
    answer = asked(
        token_of(app, "multiclass logits"), "multiclass logits", state_of({"z": [1.5, -0.5, 0.25]})
    )
    link = {"z": "1.5,-0.5,0.25", "y": "3", "name": ["a", "b", "c"]}
    shown = {}
    for view in ("Gradients", "p and q", "Jacobian", "All losses"):
        shown |= components(opened("multiclass", **link, show=view), "plot")
    drawn = {key: json.loads(text) for key, text in answer["plots"].items()}
    assert drawn == {key: shown[key] for key in drawn}
    assert len(drawn) == 4


def test_the_plots_of_one_logit_follow_its_slider_within_its_ends():
    app = opened("binary", z="-4", y="1")
    token = components(app, "live_slider")["binary z"]["preview"]
    shown = components(opened("binary", z="2.5", y="1"), "plot")
    plots = asked(token, "binary z", 2.5)["plots"]
    assert len(plots) == 2
    assert {key: json.loads(text) for key, text in plots.items()} == {k: shown[k] for k in plots}
    for wrong in (None, "x", [], 12.1, -1e300):
        assert not asked(token, "binary z", wrong)["plots"]


def test_asking_changes_nothing_of_the_session():
    app = opened("divergence")
    before = components(app, "plot")
    assert asked(token_of(app, "divergence"), "divergence", state_of(STATES["divergence"]))["plots"]
    assert components(app.run(), "plot") == before


@pytest.mark.parametrize(
    "state",
    [
        None,
        [],
        {},
        state_of({"p": [0.5, 0.5, 0.5, 0.5]}),
        state_of({"p": [1.0, 0.0]}),
        state_of({"p": [0.001] * 1000}),
        state_of({"p": ["a", "b", "c", "d"]}),
        state_of({"p": [1e999, 0, 0, 0]}),
        state_of({"q": [1.0, 0.0, 0.0, 0.0]}),
        state_of(STATES["entropy"]) | {"values": []},
        state_of(STATES["entropy"], locked=[4]),
        state_of(STATES["entropy"], locked=["x"]),
        state_of(STATES["entropy"], names=[]),
    ],
    ids=repr,
)
def test_what_is_no_state_gets_no_plots(state):
    app = opened("entropy")
    assert asked(token_of(app, "entropy"), "entropy", state)["plots"] == {}


@pytest.mark.parametrize("question", ["", "7", "[]", "{}", '{"number": 1}', "x" * 30_000])
def test_what_is_no_question_gets_an_answer_without_plots(question):
    app = opened("entropy")
    assert json.loads(preview.answer(token_of(app, "entropy"), question))["plots"] == {}


def test_nobody_else_may_ask_and_nothing_is_kept_of_a_session_that_ended():
    app = opened("entropy")
    token = token_of(app, "entropy")
    state = state_of(STATES["entropy"])
    assert asked(token, "entropy", state)["plots"]
    assert not asked("0" * 32, "entropy", state)["plots"]
    assert not asked(token, "divergence", state)["plots"]
    visited(app, "glossary")
    assert not asked(token, "entropy", state)["plots"]
    visited(app, "entropy")
    assert asked(token, "entropy", state)["plots"]
    del app
    gc.collect()
    assert not asked(token, "entropy", state)["plots"]


def test_who_follows_a_session_is_told_what_its_script_and_its_previews_show():
    app = opened("entropy")
    token = token_of(app, "entropy")
    heard: list[tuple[str, dict, dict]] = []
    assert preview.hear(token, lambda page, editors, plots: heard.append((page, editors, plots)))
    state = state_of(STATES["entropy"])
    plots = asked(token, "entropy", state)["plots"]
    assert heard == [("entropy", {"entropy": state}, {k: v.encode() for k, v in plots.items()})]
    assert not asked(token, "entropy", None)["plots"]
    assert len(heard) == 1, "what is no state is told to nobody"
    heard.clear()
    shown = components(app.run(), "plot")
    pages, editors, told = zip(*heard, strict=True)
    assert set(pages) == {"entropy"}
    assert {key for one in editors for key in one} == {"entropy"}
    assert {key: json.loads(text) for one in told for key, text in one.items()} == shown
    assert preview.hear(token, None)
    heard.clear()
    app.run()
    assert not heard
    assert not preview.hear("0" * 32, None)
