"""The tour as a host gives it: at 1280×720, by keys, without a scroll, and what the screen says."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec

from playwright.sync_api import Locator, Page, expect

from explorer.core.information import self_information
from explorer.figures.numbers import measured
from explorer.teaching.tour import TOUR, Stop
from explorer.teaching.tour_digit import BELIEF, LABEL
from tests.browser.steps import number, settle, until

# What each stop asks to use, by its page.
SPOKEN_OF: dict[str, Callable[[Page], Locator]] = {
    "self_information": lambda page: page.get_by_role("slider", name="Probability p"),
    "entropy": lambda page: page.get_by_role("slider", name="p of 9", exact=True),
    "divergence": lambda page: page.get_by_role("button", name="Walk q to p"),
    "multiclass": lambda page: page.get_by_role("slider", name="z of 9", exact=True),
    "binary": lambda page: page.get_by_role("slider", name="Logit z"),
    "live": lambda page: page.get_by_role("slider", name="Step of the race"),
    "draw": lambda page: page.get_by_role("application"),
    "notes_checked": lambda page: page.get_by_text("because the targets are one-hot"),
    "recap": lambda page: page.get_by_text("Surprise is"),
}
# The race that stop looks at comes with the app, where it has one.
HAS_RACE = find_spec("explorer.core.recorded_race") is not None


def bar(page: Page) -> Locator:
    return page.locator(".st-key-pinned-tour")


def plain(markdown: str) -> str:
    return markdown.replace("**", "")


def at_stop(page: Page, stop: Stop) -> None:
    """Wait until the bar and the page show a stop."""
    expect(bar(page)).to_contain_text(plain(stop.action))
    expect(page).to_have_url(re.compile(f"/{stop.page}\\?"))
    settle(page)


def predict(page: Page, stop: Stop, option: int) -> None:
    page.get_by_role("button", name="Predict").click()
    box = page.get_by_test_id("stPopoverBody")
    expect(box).to_contain_text(plain(stop.question))
    box.get_by_text(stop.options[option], exact=True).click()
    box.get_by_text("What you have seen").click()
    expect(box).to_contain_text(plain(stop.outcome))
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)


def test_the_whole_tour_is_walked_by_keys_without_a_scroll(app_url: str, page: Page):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(app_url)
    start = page.get_by_role("link", name="Start the tour")
    expect(start).to_be_in_viewport(ratio=1)
    # The model and the race move on the first screen.
    expect(page.locator(".st-key-hero-model .cee-plot[data-draws]")).to_be_in_viewport(ratio=0.9)
    expect(page.locator(".cee-replay")).to_be_in_viewport(ratio=0.9)
    clock = page.locator(".cee-replay-clock")
    shown = clock.text_content()
    until(lambda: clock.text_content() != shown, "the race moves")
    start.click()
    for place, stop in enumerate(TOUR, start=1):
        at_stop(page, stop)
        expect(bar(page)).to_be_in_viewport(ratio=1)
        assert bar(page).bounding_box()["height"] <= 90
        expect(page.get_by_role("img", name=f"Tour, stop {place} of {len(TOUR)}")).to_be_visible()
        expect(page.get_by_role("img", name="A handwritten 4")).to_be_in_viewport(ratio=1)
        if stop.page != "live" or HAS_RACE:
            control = SPOKEN_OF[stop.page](page)
            expect(control).to_be_in_viewport()
            # Not behind the bar.
            until(
                lambda control=control: (
                    (box := control.bounding_box())
                    and box["y"] + min(box["height"], 30) < bar(page).bounding_box()["y"]
                ),
                f"the bar leaves “{stop.action}” free",
            )
        if stop.page == "self_information":
            carries_on_with_the_label(page)
        elif stop.page == "divergence":
            the_price_is_the_surprise_of_the_first_stop(page)
        elif stop.page == "binary":
            number(page, "Logit z").fill("-10")
            number(page, "Logit z").press("Enter")
            expect(page.get_by_text("11014.2", exact=False).first).to_be_visible()
            page.evaluate("document.activeElement.blur()")
        if place < len(TOUR):
            page.keyboard.press("PageDown" if place % 2 else "ArrowRight")
    expect(page.get_by_text("of your 2 predictions came true")).to_be_visible()
    expect(page.get_by_role("link", name="Next")).to_have_count(0)
    # Wherever one strays, the bar leads back; it survives a reload and ends on demand.
    page.keyboard.press("PageUp")
    at_stop(page, TOUR[-2])
    page.reload()
    at_stop(page, TOUR[-2])
    bar(page).get_by_role("button", name="End").click()
    expect(bar(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("tour="))


def carries_on_with_the_label(page: Page) -> None:
    """The first stop: the prediction is kept, the slider has its keys, the words come true."""
    stop = TOUR[0]
    expect(
        page.get_by_text(measured(float(self_information(BELIEF[LABEL])), "bits"))
    ).to_be_visible()
    predict(page, stop, stop.answer)
    expect(page).to_have_url(re.compile("predicted=2"))
    page.get_by_role("button", name="Host", exact=True).click()
    notes = page.get_by_test_id("stPopoverBody")
    for words in (stop.host.question, stop.host.expected, stop.host.misunderstanding):
        expect(notes).to_contain_text(words)
    page.keyboard.press("Escape")
    field = number(page, "Probability p")
    field.fill("0.1")
    field.press("Enter")
    expect(page.get_by_text(measured(float(self_information(0.1)), "bits"))).to_be_visible()
    slider = SPOKEN_OF[stop.page](page)
    slider.press("ArrowRight")
    expect(slider).to_have_value("0.11")
    expect(bar(page)).to_contain_text(plain(stop.action))
    marked = page.locator(".st-key-event-p").evaluate("one => getComputedStyle(one).outlineStyle")
    assert marked == "solid"


def the_price_is_the_surprise_of_the_first_stop(page: Page) -> None:
    stop = TOUR[2]
    price = measured(float(self_information(BELIEF[LABEL])), "bits")
    expect(page.get_by_text(price, exact=True).first).to_be_visible()
    predict(page, stop, 1)
    SPOKEN_OF[stop.page](page).click()
    expect(page.get_by_role("slider", name="q of 4", exact=True)).to_have_attribute(
        "aria-valuenow", "1"
    )
    expect(page.get_by_text(price, exact=True)).to_have_count(0)
    page.evaluate("document.activeElement.blur()")


def test_the_race_on_the_first_page_rests_where_motion_is_unwelcome(app_url: str, page: Page):
    page.emulate_media(reduced_motion="reduce")
    page.goto(app_url)
    expect(page.locator(".cee-replay-clock")).to_contain_text("step 3,000")
    expect(page.get_by_role("button", name="Replay")).to_be_visible()
    page.emulate_media(reduced_motion="no-preference")
