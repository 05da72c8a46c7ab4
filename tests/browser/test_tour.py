"""The tour as a host gives it: at 1280×720, by keys, without a scroll, and what the screen says."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from explorer.core.information import self_information
from explorer.figures.numbers import measured
from explorer.teaching.tour import TOUR, Stop
from explorer.teaching.tour_digit import BELIEF, LABEL
from tests.browser.steps import follow, settle, until

# What each stop asks to use, by its page.
SPOKEN_OF: dict[str, Callable[[Page], Locator]] = {
    "self_information": lambda page: page.get_by_role("button", name="Halve p"),
    "entropy": lambda page: page.get_by_role("slider", name="p of 9", exact=True),
    "divergence": lambda page: page.get_by_role("button", name="Walk q to p"),
    "multiclass": lambda page: page.get_by_role("slider", name="z of 9", exact=True),
    "binary": lambda page: page.get_by_role("slider", name="Logit z"),
    "live": lambda page: page.get_by_role("button", name="Play"),
    "draw": lambda page: page.get_by_role("application"),
    "notes_checked": lambda page: page.get_by_text("because the targets are one-hot"),
    "recap": lambda page: page.get_by_text("Surprise is"),
}
# What the screen shows by the time a stop says what was seen, done by hand or by the tour.
SHOWN_AT_LAST = {
    "self_information": measured(float(self_information(BELIEF[LABEL] / 2)), "bits"),
    "entropy": "1.89871",
    "divergence": "no gap: q = p",
    "multiclass": "almost no gradient",
    "binary": "11014.2",
    "live": "Cross-entropy says 4, 62",
    "draw": "9, q = 0.9535",
}


def bar(page: Page) -> Locator:
    return page.locator(".st-key-pinned-tour")


def plain(markdown: str) -> str:
    return markdown.replace("**", "")


def at_stop(page: Page, stop: Stop, words: str) -> None:
    """Wait until the bar and the page show a stop at one of its beats."""
    expect(bar(page)).to_contain_text(plain(words))
    expect(page).to_have_url(re.compile(f"/{stop.page}\\?"))
    settle(page)


def is_free(page: Page, control: Locator) -> bool:
    """Tell whether a control stands above the bar."""
    box = control.bounding_box()
    return bool(box) and box["y"] + min(box["height"], 30) < bar(page).bounding_box()["y"]


def test_the_whole_tour_is_given_by_a_remote_without_a_scroll(app_url: str, page: Page):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(app_url)
    expect(page.get_by_role("link", name="Start the tour")).to_be_in_viewport(ratio=1)
    # The model and the race move on the first screen.
    expect(page.locator(".st-key-hero-model .cee-plot[data-draws]")).to_be_in_viewport(ratio=0.9)
    expect(page.locator(".cee-replay")).to_be_in_viewport(ratio=0.9)
    clock = page.locator(".cee-replay-clock")
    shown = clock.text_content()
    until(lambda: clock.text_content() != shown, "the race moves")
    settle(page)
    page.keyboard.press("PageDown")
    for place, stop in enumerate(TOUR, start=1):
        control = SPOKEN_OF[stop.page](page)
        for words in (stop.question, stop.action, stop.outcome):
            at_stop(page, stop, words)
            expect(bar(page)).to_be_in_viewport(ratio=1)
            assert bar(page).bounding_box()["height"] <= 90
            name = f"Tour, stop {place} of {len(TOUR)}"
            expect(bar(page).get_by_role("img", name=name)).to_be_visible()
            expect(control).to_be_in_viewport()
            until(
                lambda control=control: is_free(page, control), f"the bar leaves it free: {words}"
            )
            if words == stop.outcome and stop.page in SHOWN_AT_LAST:
                expect(page.get_by_text(SHOWN_AT_LAST[stop.page]).first).to_be_visible()
            if words == stop.question and stop.page == "self_information":
                predicts_what_the_figure_does_not_tell(page)
            elif words == stop.question and stop.page == "divergence":
                predict(page, stop, 1)
            elif words == stop.action and stop.page == "divergence":
                the_price_is_the_surprise_of_the_first_stop(page)
                page.keyboard.press("ArrowRight")
            elif (place, words) != (len(TOUR), stop.outcome):
                page.keyboard.press("PageDown")
    expect(page.get_by_text("1 of your 2 predictions came true")).to_be_visible()
    # Wherever one strays, the bar leads back; it survives a reload and has an end.
    page.keyboard.press("PageUp")
    at_stop(page, TOUR[-1], TOUR[-1].action)
    page.reload()
    at_stop(page, TOUR[-1], TOUR[-1].action)
    bar(page).get_by_role("button", name="Next").click()
    at_stop(page, TOUR[-1], TOUR[-1].outcome)
    page.keyboard.press("PageDown")
    expect(bar(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("tour=|beat="))
    expect(page.get_by_role("heading", name="Where to go on")).to_be_in_viewport()


def predict(page: Page, stop: Stop, option: int) -> None:
    bar(page).get_by_text(stop.options[option], exact=True).click()
    expect(bar(page)).to_contain_text(plain(stop.action))


def predicts_what_the_figure_does_not_tell(page: Page) -> None:
    """The first stop: a figure's note waits for the prediction, and the notes are at hand."""
    stop = TOUR[0]
    expect(
        page.get_by_text(measured(float(self_information(BELIEF[LABEL])), "bits"))
    ).to_be_visible()
    note = page.get_by_text("half as likely: 1 bit more")
    expect(note).to_be_hidden()
    page.get_by_role("button", name="Host", exact=True).click()
    notes = page.get_by_test_id("stPopoverBody")
    for words in (stop.host.question, stop.host.expected, stop.host.misunderstanding):
        expect(notes).to_contain_text(words)
    page.keyboard.press("Escape")
    predict(page, stop, stop.answer)
    expect(note).to_be_visible()
    expect(page).to_have_url(re.compile("predicted=2"))
    marked = page.locator(".st-key-event-p-half").evaluate(
        "one => getComputedStyle(one).outlineStyle"
    )
    assert marked == "solid"


def the_price_is_the_surprise_of_the_first_stop(page: Page) -> None:
    price = measured(float(self_information(BELIEF[LABEL])), "bits")
    expect(page.get_by_text(price, exact=True).first).to_be_visible()
    SPOKEN_OF["divergence"](page).click()
    expect(page.get_by_role("slider", name="q of 4", exact=True)).to_have_attribute(
        "aria-valuenow", "1"
    )
    expect(page.get_by_text(price, exact=True)).to_have_count(0)
    page.evaluate("document.activeElement.blur()")


def test_keys_keep_their_meaning_where_the_tour_is_only_offered(app_url: str, page: Page):
    page.emulate_media(reduced_motion="reduce")
    page.goto(app_url)
    # The race rests where motion is unwelcome.
    expect(page.locator(".cee-replay-clock")).to_contain_text("step 3,000")
    expect(page.get_by_role("button", name="Replay")).to_be_visible()
    settle(page)
    slider = page.get_by_role("slider", name="q of sun")
    for key in ("PageDown", "PageUp", "ArrowRight"):
        slider.press(key)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    settle(page)
    expect(bar(page)).to_have_count(0)
    page.emulate_media(reduced_motion="no-preference")


def test_on_a_phone_a_stop_shows_what_it_speaks_of_above_what_stays_below(app_url: str, page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    for place, plot in ((1, ".st-key-surprise-curve"), (6, ".cee-race-softmax")):
        stop = TOUR[place - 1]
        follow(page, f"{app_url}/{stop.page}?{urlencode({**stop.parameters, 'tour': place})}")
        at_stop(page, stop, stop.question)
        control, answer = SPOKEN_OF[stop.page](page), page.locator(plot)
        for part in (control, answer):
            until(lambda part=part: is_free(page, part), f"the bar leaves {stop.page} free")
        # The plot of the first stays at the lower edge; the control is not behind it.
        until(
            lambda control=control, answer=answer: (
                not overlap(control.bounding_box(), answer.bounding_box())
            ),
            "the plot leaves the control free",
        )
        expect(control).to_be_in_viewport(ratio=1)
        for option in stop.options:
            expect(bar(page).get_by_text(option, exact=True)).to_be_in_viewport(ratio=1)


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    return one["y"] < other["y"] + other["height"] and other["y"] < one["y"] + one["height"]
