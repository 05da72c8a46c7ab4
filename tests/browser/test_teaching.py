"""The tour and the exercises as people follow them."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.steps import follow


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def test_a_task_sets_the_open_page_and_stays_beside_it(app_url: str, kept_page: Page):
    page = kept_page
    page.set_viewport_size({"width": 1024, "height": 576})
    follow(page, f"{app_url}/entropy?p=0.5,0.5")
    first = page.get_by_role("slider").first
    expect(first).to_have_attribute("aria-valuenow", "0.5")
    links = page.get_by_role("link", name="Set the page")
    for exercise, value in ((0, "0.001"), (1, "0.25"), (0, "0.001")):
        links.nth(exercise).click()
        expect(first).to_have_attribute("aria-valuenow", value)
        # The mark of the link leaves the address, so that the next press counts anew.
        expect(page).not_to_have_url(re.compile("via="))
        # The exercises stand at the end of the page, what they set at its top.
        bar = page.locator(".st-key-pinned-exercise")
        expect(bar).to_contain_text(f"{exercise + 1} of 3")
        expect(bar).to_be_in_viewport(ratio=1)
        plot = page.locator(".st-key-entropy-by-outcome .cee-plot-canvas")
        for shown in (first, plot):
            expect(shown).to_be_in_viewport(ratio=1)
        # What answers waits for the prediction, and so does the answer.
        expect(plot).to_be_hidden()
        expect(page.get_by_text("Perplexity", exact=True)).to_be_hidden()
        expect(bar.get_by_role("button", name="Answer")).to_have_count(0)
    bar.get_by_text("Rare outcomes hardly count on average").click()
    expect(plot).to_be_visible()
    answer = page.get_by_text("The entropy is an average").last
    expect(answer).not_to_be_in_viewport()
    bar.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("You predicted: “Rare outcomes")).to_be_visible()
    expect(answer).to_be_in_viewport()
    page.keyboard.press("Escape")
    first.press("ArrowUp")
    expect(first).not_to_have_attribute("aria-valuenow", "0.001")
    expect(page).to_have_url(re.compile(r"task=1"))
    page.reload()
    expect(bar).to_contain_text("1 of 3")
    bar.get_by_role("button", name="Done").click()
    expect(bar).to_have_count(0)
    expect(page).not_to_have_url(re.compile(r"task="))


def test_a_card_is_a_link_all_over_and_a_term_leads_to_its_page(app_url: str, kept_page: Page):
    page = kept_page
    follow(page, f"{app_url}/")
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    picture = page.get_by_role("img", name="A sketch of the page KL and cross-entropy")
    # Waits until it rests; then by place, for the link lies over the picture.
    picture.scroll_into_view_if_needed()
    picture.click(force=True)
    heading(page, "Cross-entropy and KL divergence")
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_text("吉布斯不等式")).to_be_visible()
    page.get_by_role("link", name="All terms").click()
    heading(page, "Glossary")
    field = page.get_by_role("textbox", name="Search")
    field.fill("梯度离散")
    field.press("Enter")
    link = page.get_by_role("link", name="See it")
    expect(link).to_have_count(1)
    link.click()
    heading(page, "One logit")
    expect(page).to_have_url(re.compile(r"z=-10"))
