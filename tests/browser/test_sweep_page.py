"""A sweep as a person runs it: begun, stopped, resumed, looked at."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from explorer.core.recorded_race import RECORDED_SWEEP
from tests.browser.steps import SCREENS, in_one_screen


def test_a_sweep_is_begun_stopped_resumed_and_seen_as_a_map(app_url, page):
    page.goto(f"{app_url}/sweep?sweep={RECORDED_SWEEP}")
    for size in SCREENS:
        page.set_viewport_size(size)
        in_one_screen(page.locator(".cee-plot-canvas"), page.get_by_text("Best: 97.88%"))
        for choice in ("view", "quantity", "columns", "rows-Learning-rate"):
            in_one_screen(page.locator(f".st-key-sweep-{choice}"))
    page.goto(f"{app_url}/sweep?rates=0.1,0.5&seeds=0-1&epochs=300&batch_size=20")
    expect(page.get_by_text("8 cells in 1 run")).to_be_visible()
    page.get_by_role("button", name="Train the grid").click()
    expect(page.get_by_text("0 of 8 cells done: 8 running.")).to_be_visible()
    page.get_by_role("button", name="Stop the sweep").click()
    expect(page.get_by_text("0 of 8 cells done: 8 stopped.")).to_be_visible()
    expect(page).to_have_url(re.compile("sweep=.{8}&"))
    page.reload()
    expect(page.get_by_role("button", name="Train the 8 missing cells")).to_be_visible()
    page.get_by_role("button", name="Set up").click()
    epochs = page.get_by_label("Epochs")
    epochs.fill("2")
    epochs.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Train the grid").click()
    expect(page.get_by_text("8 of 8 cells done: 8 finished.")).to_be_visible()
    expect(page.get_by_role("img", name="Test accuracy by Learning rate and Loss")).to_be_visible()
    for choice in ("Steps to 90 %", "Every cell"):
        page.get_by_role("radio", name=choice).or_(
            page.get_by_role("button", name=choice, exact=True)
        ).first.click()
    expect(page.get_by_text("Smaller is better; dotted ones diverged.")).to_be_visible()
    page.get_by_role("link", name="Compare the curves of the best 5").click()
    expect(page.locator(".cee-lines button")).to_have_count(5)
