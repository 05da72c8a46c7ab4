"""Addresses of pages, opened first of all."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_fresh_server_shows_the_page_that_its_first_visitor_links_to(start_app, page):
    server = start_app()
    page.goto(f"{server.url}/divergence?p=0.5,0.5&q=0.25,0.75")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cross-entropy and KL divergence")
    expect(page.get_by_role("slider", name="q of outcome 2")).to_have_attribute(
        "aria-valuenow", "0.75"
    )
    expect(page.get_by_text("Page not found")).to_have_count(0)
    server.stop()
