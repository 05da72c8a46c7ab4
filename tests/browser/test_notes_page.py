"""A card of the notes' errors, followed to the page where it can be tried."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.steps import follow


def test_a_card_opens_its_page_or_race_with_the_values_set_and_back_leads_to_it(app_url, page):
    page.goto(f"{app_url}/notes_checked?note=B20")
    expect(page.get_by_text("B20")).to_have_count(1)
    # Nothing gives the verdict away before there is a guess.
    expect(page.get_by_text("What is true", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Wrong", exact=True).click()
    page.get_by_role("link", name="Try it: the completed q").click()
    expect(page).to_have_url(re.compile(r"/divergence\?.*q=0\.7,0\.1,0\.1,0\.1"))
    first = page.get_by_role("slider", name="q of class 1", exact=True)
    expect(first).to_have_attribute("aria-valuenow", "0.7")
    page.reload()
    expect(first).to_have_attribute("aria-valuenow", "0.7")
    page.go_back()
    # The reload began a session anew, which has no guesses.
    page.get_by_role("button", name="Wrong", exact=True).click()
    expect(page.get_by_text("sum of q, and its length")).to_be_visible()
    page.get_by_role("button", name="Show all cards").click()
    expect(page.get_by_text("21 of 21 statements.")).to_be_visible()
    # A prepared race stands in the form of the live page.
    follow(page, f"{app_url}/notes_checked?note=B16")
    page.get_by_role("button", name="Right", exact=True).click()
    page.get_by_role("link", name="Try it: race").click()
    expect(page).to_have_url(re.compile(r"/live\?race=ReLU\+on\+the\+logits"))
    expect(page.get_by_text("no ReLU on logits, ReLU on logits; 40 epochs;")).to_be_visible()
