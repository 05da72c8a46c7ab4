"""A room with a host's screen and a participant's phone, in two browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.proxy import Proxy
from tests.browser.steps import follow, settle, until
from tests.browser.test_preview import ANSWERS, Line

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "color_scheme": "dark"}
NAME = "<b>Ada</b> & co"


def opened_room(host: Page, url: str) -> str:
    """Open a room and return the link to it."""
    follow(host, f"{url}/room")
    host.get_by_role("button", name="Open a room").click()
    link = host.locator(".cee-host-link a")
    expect(link).to_have_attribute("href", re.compile(r"/room\?room=\w{10}$"))
    return str(link.get_attribute("href"))


def join(phone: Page, link: str) -> None:
    phone.goto(link)
    phone.get_by_label("Nickname, or none").fill(NAME)
    phone.get_by_role("button", name="Join", exact=True).click()
    expect(phone.get_by_text("You are in.")).to_be_visible()


def ask(host: Page, question: str) -> None:
    host.get_by_label("Prepared question").select_option(question)
    host.get_by_role("button", name="Ask", exact=True).first.click()


def q_of(page: Page) -> str | None:
    return page.get_by_role("slider", name="q of outcome 1").get_attribute("aria-valuenow")


def test_a_phone_follows_the_host_forecasts_and_explores(page, other_browser, app_url):
    host, phone = page, other_browser(**PHONE)
    answers = Line(phone, ANSWERS)
    link = opened_room(host, app_url)
    code = link[-10:]
    join(phone, link)
    expect(phone.locator(".cee-phone b").first).to_have_text(NAME)
    expect(host.locator(".cee-host-count b")).to_have_text("1")

    ask(host, "Lottery")
    phone.get_by_label("Probability of ticket D").fill("0.7")
    expect(phone.locator(".cee-phone-row").last).to_contain_text("if so, 0.51 bits")
    expect(phone.get_by_label("Probability of ticket D")).to_have_attribute(
        "aria-valuetext", "70 %, costs 0.51 bits"
    )
    phone.get_by_role("button", name="Commit").click()
    expect(host.locator(".cee-host-forecasts")).to_have_text("1 of 1 have forecast")
    assert phone.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
    host.get_by_role("button", name="Close the round").click()
    host.get_by_role("button", name="Draw it").click()
    expect(phone.locator(".cee-phone-scores dd").first).to_have_text(re.compile(r"^[\d.]+ bits?$"))
    expect(phone.locator(".cee-room-news")).to_contain_text("Your score: ")
    expect(host.locator(".cee-host-plots .cee-plot[data-draws]")).to_have_count(3)
    expect(host.locator(".cee-host-people tbody th")).to_have_text(NAME)

    follow(host, f"{app_url}/divergence?p=0.5,0.5&q=0.25,0.75")
    expect(phone.get_by_role("slider", name="q of outcome 1")).to_have_attribute(
        "aria-valuenow", "0.25"
    )
    expect(phone.locator(".cee-follow")).to_contain_text("You follow the host.")
    settle(phone)
    # Whatever the phone's script says is held back, and its plots follow all the same.
    answers.hold()
    drawn = phone.locator(".cee-plot").first.get_attribute("data-draws")
    host.get_by_role("slider", name="q of outcome 1").press("ArrowUp")
    until(lambda: q_of(phone) == q_of(host) == "0.26", "the phone paints what the host drags")
    until(
        lambda: phone.locator(".cee-plot").first.get_attribute("data-draws") != drawn,
        "its plots follow",
    )
    answers.release()
    expect(phone).to_have_url(re.compile("q=0.26"))
    settle(phone)

    phone.get_by_role("slider", name="q of outcome 1").press("End")
    bar = phone.locator(".cee-follow")
    expect(bar).to_contain_text("You explore by yourself.")
    host.get_by_role("slider", name="q of outcome 1").press("ArrowUp")
    expect(host.get_by_role("slider", name="q of outcome 1")).to_have_attribute(
        "aria-valuenow", "0.27"
    )
    follow(host, f"{app_url}/entropy")
    expect(bar).to_contain_text("has moved on to “Entropy”")
    assert q_of(phone) == "1"
    bar.get_by_role("button", name="Back to the host").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Entropy")
    expect(bar).to_contain_text("You follow the host.")
    # A host's tab that was closed is gone on with in another one.
    host.evaluate("sessionStorage.clear()")
    host.goto(f"{app_url}/room")
    host.get_by_role("button", name=f"Go on hosting {code}").click()
    host.get_by_text("People and the room").click()
    host.once("dialog", lambda dialog: dialog.accept())
    host.get_by_role("button", name="End the room").click()
    expect(host.get_by_role("button", name="Open a room")).to_be_visible()
    expect(phone.get_by_text("This room has ended: names and forecasts are")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the keyboard is at what is called so, wherever that is."""
    names = []
    while name not in names:
        assert len(names) < 60, f"the keyboard never came to “{name}”: {names}"
        page.keyboard.press("Tab")
        names.append(
            page.evaluate(
                """() => {
                    let at = document.activeElement;
                    while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
                    const label = at.labels?.[0]?.textContent ?? at.textContent;
                    return (at.getAttribute("aria-label") ?? label).trim();
                }"""
            )
        )


def sliders_of(page: Page) -> dict[str, str | None]:
    """The sliders that a screen reader finds: name → what it says of the value."""
    client = page.context.new_cdp_session(page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    client.detach()
    names = [
        node["name"]["value"]
        for node in nodes
        if not node["ignored"] and node["role"]["value"] == "slider"
    ]
    # Chromium's tree has no `aria-valuetext`, though it hands it on to screen readers.
    return {
        name: page.get_by_role("slider", name=name).get_attribute("aria-valuetext")
        for name in names
    }


def accessible(page: Page) -> None:
    """Expect that axe finds nothing in the room and in the bar that follows."""
    result = Axe().run(page, context={"include": [[".cee-room"], [".cee-follow"]]})
    assert result.violations_count == 0, result.generate_report()


@pytest.mark.long
def test_the_keyboard_and_a_screen_reader_are_enough_for_host_and_participant(
    page, other_browser, app_url
):
    host, phone = page, other_browser(**PHONE)
    host.goto(f"{app_url}/room")
    expect(host.get_by_role("button", name="Open a room")).to_be_visible()
    accessible(host)
    tab_to(host, "Open a room")
    host.keyboard.press("Enter")
    code = host.locator(".cee-host-code")
    expect(code).to_be_visible()

    phone.goto(f"{app_url}/room")
    expect(phone.get_by_label("Code")).to_be_visible()
    tab_to(phone, "Code")
    phone.keyboard.type(code.inner_text().lower())
    tab_to(phone, "Nickname, or none")
    phone.keyboard.type("אדה 👩‍💻")
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("You are in.")).to_be_visible()

    tab_to(host, "Prepared question")
    host.keyboard.type("Lot")
    tab_to(host, "Ask")
    host.keyboard.press("Enter")
    news = phone.locator(".cee-room-news[role=status]")
    expect(news).to_contain_text("The host asks: One of four tickets")
    accessible(phone)
    assert sliders_of(phone) == {
        f"Probability of ticket {one}": "25 %, costs 2 bits" for one in "ABCD"
    }
    tab_to(phone, "Probability of ticket D")
    phone.keyboard.press("End")
    assert sliders_of(phone)["Probability of ticket A"] == "0 %, costs ∞ bits"
    tab_to(phone, "Commit")
    phone.keyboard.press("Enter")
    expect(host.locator(".cee-host-forecasts")).to_have_text("1 of 1 have forecast")
    # What is pressed with the keyboard stays under it, or hands on to what comes next.
    phone.keyboard.press("Shift+Tab")
    phone.keyboard.press("Home")
    expect(phone.get_by_role("button", name="Commit the change")).to_be_visible()
    tab_to(host, "Close the round")
    host.keyboard.press("Enter")
    expect(news).to_have_text("The round is closed.")
    tab_to(host, "Draw it")
    host.keyboard.press("Enter")
    expect(news).to_have_text(re.compile(r"It was ticket \w\. Your score: .+, Brier"))
    expect(host.locator(".cee-host-plots .cee-plot[data-draws]")).to_have_count(3)
    for one in (host, phone):
        accessible(one)

    follow(host, f"{app_url}/entropy")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Entropy")
    settle(phone)
    tab_to(phone, "Explore by yourself")
    phone.keyboard.press("Enter")
    follow(host, f"{app_url}/divergence")
    bar = phone.locator(".cee-follow")
    expect(bar.get_by_role("status")).to_contain_text("The host has moved on to")
    accessible(phone)
    # The keyboard is still in the bar.
    expect(bar.get_by_role("button", name="Back to the host")).to_be_focused()
    phone.keyboard.press("Enter")
    expect(bar).to_contain_text("You follow the host.")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("KL")


@contextmanager
def closing_line(proxy: Proxy) -> Iterator[None]:
    """Cut the line at the end, so that no thread of it is left."""
    try:
        yield
    finally:
        proxy.cut()


@pytest.mark.long
def test_a_round_outlives_the_server_lost_connections_and_reloads(
    page, other_browser, start_app, expected_errors
):
    expected_errors += [
        r"WebSocket connection .* failed",
        r"ERR_",
        r"Cannot send rerun backMessage",
        r"(Client Error in reaching|Streamlit server is not responding)",
        r"(Client error: DoInitPings|Connection) timed out",
    ]
    server = start_app()
    host, phone, desk = page, other_browser(**PHONE), other_browser()
    proxy = Proxy(server.port)
    with closing_line(proxy):
        link = opened_room(host, server.url)
        code = link[-10:]
        join(phone, f"{proxy.url}/room?room={code}")
        ask(host, "Table tennis")
        champion = phone.get_by_label("Probability of the champion")
        champion.fill("0.9")
        # The phone's connection is lost, and what is committed meanwhile is sent when it is back.
        proxy.cut()
        expect(phone.get_by_text("The connection is lost").first).to_be_visible()
        phone.get_by_role("button", name="Commit").click()
        proxy.mend()
        expect(host.locator(".cee-host-forecasts")).to_have_text("1 of 1 have forecast")
        expect(phone.get_by_role("button", name="Committed")).to_be_visible()
        # The server is killed in mid-round.
        server.process.kill()
        server.process.wait()
        server.start()
        expect(phone.get_by_role("button", name="Committed")).to_be_visible()
        expect(host.get_by_text("The connection is lost")).to_have_count(0)
        # Both are loaded again; the host's second device gets a key of its own.
        phone.reload()
        expect(phone.get_by_role("button", name="Committed")).to_be_visible()
        expect(phone.get_by_label("Probability of the champion")).to_have_value("0.9")
        host.reload()
        expect(host.locator(".cee-host-forecasts")).to_have_text("1 of 1 have forecast")
        host.get_by_text("People and the room").click()
        host.get_by_role("button", name="Move to another device").click()
        host.context.grant_permissions(["clipboard-read", "clipboard-write"])
        host.get_by_role("button", name="Copy the link").click()
        moved = until(lambda: host.evaluate("navigator.clipboard.readText()"), "the link is there")
        assert moved.startswith(f"{server.url}/room#host={code}.")
        desk.goto(moved)
        expect(desk.locator(".cee-host-forecasts")).to_have_text("1 of 1 have forecast")
        assert "#" not in desk.url
        desk.get_by_role("button", name="Close the round").click()
        host.get_by_role("button", name="Done").click()
        host.get_by_role("button", name="Draw it").click()
        expect(phone.locator(".cee-phone-scores dd").first).to_contain_text("bit")
