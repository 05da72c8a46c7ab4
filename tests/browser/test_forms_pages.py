"""The pages of the three forms and of numerical stability, as a person works with them."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout

from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import follow


def quantity(page: Page, name: str) -> Locator:
    return page.locator(".cee-quantities > div", has_text=name).locator("dd")


def test_the_code_follows_the_keyboard_and_gives_its_number_when_copied(kept_page, app_url):
    page = kept_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.emulate_media(color_scheme="dark")
    follow(page, f"{app_url}/three_forms")
    expect(quantity(page, "1 Softmax, H(p,q)")).to_have_text("0.326563 nats")
    bar = page.get_by_role("slider", name="z of class 2")
    bar.focus()
    for _ in range(10):
        page.keyboard.press("ArrowUp")
    expect(bar).to_have_attribute("aria-valuenow", "0")
    expect(quantity(page, "1 Softmax, H(p,q)")).to_have_text("0.349012 nats")
    label = page.get_by_role("button", name="class 1", exact=True)
    label.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("[1, 0, 1] is not one-hot")).to_be_visible()
    loss = quantity(page, "1 Softmax, H(p,q)")
    expect(loss).to_have_text("0.849012 nats")
    page.locator("[data-testid=stCode]").hover()
    page.get_by_role("button", name=re.compile("^Copy")).click()
    output = io.StringIO()
    with redirect_stdout(output):
        exec(page.evaluate("navigator.clipboard.readText()"), {})
    assert f"{float(output.getvalue()):.6f} nats" == loss.text_content()
    expect(page).to_have_url(re.compile(r"[?&]z=2,0,3&.*labels=1,3"))
    page.reload()
    expect(loss).to_have_text("0.849012 nats")


def test_on_a_phone_the_gap_is_dragged_until_the_answer_is_lost(kept_page, app_url):
    page = kept_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    follow(page, f"{app_url}/stability?gap=20")
    row = page.locator("[data-testid=stTable] tr", has_text="softmax, then log").first
    expect(row.locator("td").nth(1)).to_have_text("20")
    slider = page.get_by_role("slider", name="Logit gap")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.57, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=8)
    # The button is still held down here.
    expect(row.locator("td").nth(1)).to_have_text("∞")
    page.mouse.up()
    page.get_by_role("radio", name="float64").or_(
        page.get_by_role("button", name="float64")
    ).first.click()
    expect(row.locator("td").nth(1)).to_have_text(re.compile(r"^\d+(\.\d+)?$"))
    spare = page.locator(".stMain").evaluate("main => main.scrollWidth - main.clientWidth")
    assert spare <= 0
    expect(page.locator(".stException")).to_have_count(0)
