"""Plots that follow an edit before the script's answer to it, on connections held up by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.editor import SKEWED, Editor
from tests.browser.steps import choose, draws_at_rest, follow, number, until

ANSWERS, PREVIEWS = "**/_stcore/stream", "**/explorer-preview/*"
KL_TERMS = "Terms of D(p‖q)"


class Line:
    """A page's connection to the server, on which what the server says can be held back."""

    def __init__(self, page: Page, address: str) -> None:
        self.held: list = []
        self._holds = False
        self._socket = None
        page.route_web_socket(address, self._connect)

    def _connect(self, socket) -> None:
        self._socket = socket
        server = socket.connect_to_server()
        socket.on_message(server.send)
        server.on_message(lambda said: self.held.append(said) if self._holds else socket.send(said))

    def hold(self) -> None:
        self._holds = True

    def release(self) -> None:
        # What the server says meanwhile waits its turn: it must not overtake what was held back.
        while self.held:
            self._socket.send(self.held.pop(0))
        self._holds = False


# What is done to a tab's connections stays with it, so one tab's are held up in all tests.
@pytest.fixture(scope="module")
def answers(_kept_tab: Page) -> Line:
    return Line(_kept_tab, ANSWERS)


@pytest.fixture(scope="module")
def previews(_kept_tab: Page) -> Line:
    return Line(_kept_tab, PREVIEWS)


@pytest.fixture
def page(answers: Line, previews: Line, kept_page: Page) -> Iterator[Page]:
    yield kept_page
    answers.release()
    previews.release()


def terms_of(editor: Editor) -> list[float]:
    """The bars of the terms of both divergences."""
    return [trace["y"] for trace in editor.traces(KL_TERMS)]


def test_plots_follow_a_bar_before_the_script_answers_and_are_drawn_once(page, answers, app_url):
    editor = Editor(page).open(f"{app_url}/divergence?{SKEWED}").drawn()
    draws_at_rest(page)
    before, terms, numbers = editor.draws(), terms_of(editor), editor.numbers()
    answers.hold()
    editor.bar("q", "outcome 1").press("ArrowUp")
    until(lambda: terms_of(editor) != terms, "the plot follows")
    until(lambda: sum(editor.draws().values()) == sum(before.values()) + 2, "all plots follow")
    assert editor.numbers() != numbers, "the numbers are their plots'"
    until(lambda: answers.held, "the server has answered")
    answers.release()
    editor.in_step()
    draws_at_rest(page)
    assert sum(editor.draws().values()) == sum(before.values()) + 2


def test_without_previews_the_plots_come_with_the_answer(new_tab, app_url):
    page = new_tab()
    page.route_web_socket(PREVIEWS, lambda socket: socket.close())
    editor = Editor(page).open(f"{app_url}/divergence?{SKEWED}").drawn()
    terms = terms_of(editor)
    for _ in range(3):
        editor.bar("q", "outcome 1").press("ArrowUp")
        editor.in_step()
    until(lambda: terms_of(editor) != terms, "the plot follows")


def test_a_preview_that_comes_late_does_not_replace_what_was_chosen_since(page, previews, app_url):
    editor = Editor(page).open(f"{app_url}/divergence?{SKEWED}").drawn()
    previews.hold()
    editor.bar("q", "outcome 1").press("ArrowUp")
    editor.in_step()
    editor.preset("Table tennis")
    until(lambda: len(editor.names()) == 2, "the preset is there")
    editor.in_step()
    terms = terms_of(editor)
    until(lambda: previews.held, "the preview is on its way")
    previews.release()
    draws_at_rest(page)
    assert terms_of(editor) == terms
    # And the next edit is previewed again.
    before = sum(editor.draws().values())
    editor.bar("q", editor.names()[0]).press("ArrowUp")
    editor.in_step()
    until(lambda: terms_of(editor) != terms, "the plot follows")
    assert sum(editor.draws().values()) == before + 2


def logit_page(page, app_url: str):
    follow(page, f"{app_url}/binary?z=0&y=1")
    page.locator(".cee-plot[data-draws]").nth(1).wait_for()
    draws_at_rest(page)
    slider = page.get_by_role("slider", name="Logit z")
    slider.focus()
    return slider


def plots_say(page, words: str) -> None:
    expect(page.locator(f'.cee-plot-canvas[aria-label*="{words}"]')).to_have_count(2)


def test_what_a_passed_preview_showed_is_drawn_again_when_it_is_the_answer(page, answers, app_url):
    slider = logit_page(page, app_url)
    answers.hold()
    for key, z in (("ArrowRight", "0.1"), ("Home", "−12"), ("End", "12"), ("Home", "−12")):
        slider.press(key)
        plots_say(page, f"at z = {z},")
    answers.release()
    expect(page.locator("dd").first).to_have_text(re.compile("^6.14"))
    field = number(page, "Logit z")
    field.fill("12")
    field.press("Enter")
    plots_say(page, "at z = 12,")


def test_a_preview_that_comes_after_another_choice_is_not_drawn(page, previews, app_url):
    slider = logit_page(page, app_url)
    previews.hold()
    slider.press("ArrowRight")
    plots_say(page, "at z = 0.1, y = 1")
    choose(page, "0")
    plots_say(page, "at z = 0.1, y = 0")
    until(lambda: previews.held, "the preview is on its way")
    previews.release()
    draws_at_rest(page)
    plots_say(page, "at z = 0.1, y = 0")
