"""Drawing by mouse, touch and keyboard, for the networks that come with the app."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qs

import numpy as np
from playwright.sync_api import Locator, Page, expect

from explorer.core.drawing import GRID, read_stroke_text, stroke_text
from explorer.core.recorded_race import RECORDED_RACE
from tests.browser.steps import SCREENS, ZERO, in_one_screen, until, with_a_finger


def opened(page: Page, app_url: str, link: str = "") -> Locator:
    """Go to the page and return its canvas when the plot has been drawn."""
    page.goto(f"{app_url}/draw?runs={RECORDED_RACE}{link}")
    page.locator(".cee-plot[data-draws]").wait_for()
    pad = page.get_by_role("application")
    pad.scroll_into_view_if_needed()
    return pad


def numbers(page: Page) -> list[str]:
    """Answer and cross-entropy of the first network, then of the second."""
    return page.locator(".cee-quantities dd").all_text_contents()


def draw(page: Page, pad: Locator, points: Sequence[tuple[float, float]]) -> None:
    box = pad.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)


def is_answered_to_the_end(page: Page, point: tuple[float, float]) -> bool:
    """Whether the drawing in the address, which follows the answers, ends at this point."""
    address = page.evaluate("window.location.search.slice(1)")
    text = parse_qs(address).get("ink", [""])[0]
    strokes = read_stroke_text(text)
    return bool(strokes) and np.allclose(strokes[-1][-1], np.array(point) * GRID, atol=1.5)


def ink(canvas: Locator) -> int:
    """How many of the picture's pixels are bright."""
    return canvas.evaluate(
        """(one) => one.getContext("2d").getImageData(0, 0, one.width, one.height).data
            .filter((value, i) => i % 4 === 0 && value > 100).length"""
    )


def test_the_answers_move_while_one_draws_and_a_reload_brings_all_back(app_url, page):
    pad = opened(page, app_url)
    for size in SCREENS:
        page.set_viewport_size(size)
        answer = page.locator(".cee-quantities:visible").last
        in_one_screen(pad, page.locator(".cee-plot-canvas"), answer)
    expect(page.get_by_text("Draw something")).to_be_visible()
    assert numbers(page) == ["–"] * 4
    draw(page, pad, ZERO[:12])
    # The button of the mouse is still down.
    until(lambda: numbers(page)[0] != "–", "an answer to half a zero")
    half = numbers(page)
    page.mouse.up()
    draw(page, pad, ZERO[11:])
    page.mouse.up()
    until(lambda: is_answered_to_the_end(page, ZERO[-1]), "the whole drawing is answered")
    assert numbers(page)[0].startswith("0, q ")
    assert numbers(page) != half
    assert numbers(page)[1] == "–"
    page.get_by_role("radio", name="0").or_(page.get_by_role("button", name="0")).click()
    until(lambda: numbers(page)[1].endswith(" nats"), "the cross-entropy is shown")
    said = numbers(page)
    seen = page.get_by_label(re.compile("trained on MNIST sees"))
    assert ink(seen) > 100
    expect(page).to_have_url(re.compile(r"digit=0&ink=[0-9a-f.]+$"))
    page.reload()
    page.locator(".cee-plot[data-draws]").wait_for()
    until(lambda: numbers(page) == said, "the same numbers after a reload")
    assert ink(pad.locator("canvas")) > 1000
    page.get_by_role("button", name="Undo stroke").click()
    until(lambda: numbers(page)[0] not in ("–", said[0]), "half a zero again")
    page.get_by_role("button", name="Clear").click()
    until(lambda: numbers(page) == ["–"] * 4, "nothing drawn, nothing answered")
    expect(page.get_by_role("button", name="Undo stroke")).to_be_disabled()


def test_the_keyboard_alone_draws_undoes_and_clears(app_url, page):
    pad = opened(page, app_url, "&digit=1")
    pad.focus()
    for key in (*["ArrowUp"] * 6, "Space", *["ArrowDown"] * 12, "Space", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.get_by_text(re.compile(r"Pen up, 45 % from the left"))).to_be_attached()
    # The address follows the answer to the whole stroke, from 6 steps above the middle to 6 below.
    expect(page).to_have_url(re.compile(f"ink={stroke_text((((128, 56), (128, 200)),))}$"))
    first = numbers(page)
    assert first[1].endswith(" nats")
    for key in ("Space", "Shift+ArrowLeft", "ArrowLeft", "ArrowLeft", "Escape"):
        page.keyboard.press(key)
    until(lambda: numbers(page) != first, "the second stroke changes the answer")
    page.keyboard.press("Control+z")
    until(lambda: numbers(page) == first, "undone")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo stroke")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(lambda: numbers(page)[0] == "–", "cleared")


def test_a_finger_draws_on_a_narrow_dark_screen_without_scrolling_it(app_url, new_tab):
    page = new_tab()
    page.emulate_media(color_scheme="dark")
    touch = with_a_finger(page, height=800)
    pad = opened(page, app_url)
    box = pad.bounding_box()
    before = page.evaluate("document.querySelector('.stMain').scrollTop")
    for step, (x, y) in enumerate(ZERO):
        at = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}]
        kind = "touchMove" if step else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    until(lambda: numbers(page)[0].startswith("0, q "), "a zero is recognised")
    assert page.evaluate("document.querySelector('.stMain').scrollTop") == before
    sideways = page.eval_on_selector_all(
        ".stMain, .cee-draw", "all => all.map(one => one.scrollWidth - one.clientWidth)"
    )
    assert max(sideways) <= 0
