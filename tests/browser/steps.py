"""Steps of every browser story: to follow a link, to wait, to press what is there."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, Locator, Page, ViewportSize, expect

from tests.browser.watch import PATIENCE_MS

_links = count(1)

FOLLOW_LINK = """(address) => {
    const visits = () => [...document.querySelectorAll("[data-visit]")]
        .map((one) => Number(one.dataset.visit));
    const before = Math.max(...visits());
    window.hasFollowed = () => visits().some((visit) => visit > before);
    history.pushState(null, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
}"""
"""Goes to an address as a link in the app does, and tells by `hasFollowed` when it is there."""


def until(condition: Callable[[], Any], what: str = "", seconds: float = PATIENCE_MS / 1000) -> Any:
    """Wait until `condition` gives something true, and return it."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"never came true: {what or condition}"
        time.sleep(0.05)


def follow(page: Page, address: str) -> None:
    """Open an address of the app as a link inside it does; the first one is loaded.

    The page stays loaded and its session goes on: what the address does not name stays as it was.
    """
    here, there = urlsplit(page.url), urlsplit(address)
    if here.netloc != there.netloc:
        page.goto(address)
        return
    # An edit that is still under way would come after the link and undo it.
    settle(page)
    page.evaluate(
        FOLLOW_LINK,
        f"{address}{'&' if there.query else '?'}via=test-{next(_links)}",
    )
    page.wait_for_function("hasFollowed()")
    settle(page)


def settle(page: Page) -> None:
    """Wait until the server has run the page's script to its end and does not begin anew."""
    page.evaluate("window.quiet = 0")
    page.wait_for_function(
        """() => {
            const { testScriptState } = document.querySelector("[data-testid=stApp]").dataset;
            window.quiet = testScriptState === "notRunning" ? window.quiet + 1 : 0;
            return window.quiet > 4;
        }""",
        polling=20,
    )


def unfold(page: Page, title: str) -> Locator:
    """Open the part of the page with this title, let it come to rest, and return it.

    While such a part grows, Streamlit animates its height, and what stands in it may move under
    a pointer that presses faster than people do.
    """
    part = page.get_by_test_id("stExpander").filter(has_text=title).locator("details")
    part.locator("summary").click()
    rest(part)
    return part


def rest(part: Locator) -> None:
    """Wait until the height of an open part has stayed the same for a while."""
    part.evaluate(
        """async (part) => {
            for (let height = -1, same = 0; same < 12 || !part.open; ) {
                await new Promise(requestAnimationFrame);
                const now = part.getBoundingClientRect().height;
                same = now === height ? same + 1 : 0;
                height = now;
            }
        }"""
    )


def draws_at_rest(page: Page) -> list[str]:
    """Wait until no plot has been drawn for half a second of frames; return how often each was."""
    return page.evaluate(
        """async () => {
            const draws = () =>
                [...document.querySelectorAll(".cee-plot")].map((one) => one.dataset.draws);
            const end = performance.now() + 30000;
            for (let before = "", same = 0; ; ) {
                await new Promise(requestAnimationFrame);
                if (performance.now() > end) throw new Error("plots are drawn without end");
                const now = draws();
                same = String(now) === before ? same + 1 : 0;
                if (same === 30) return now;
                before = String(now);
            }
        }"""
    )


def with_a_finger(page: Page, width: int = 390, height: int = 844) -> CDPSession:
    """Make the page a phone's, and return what takes its touches."""
    phone = page.context.new_cdp_session(page)
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
    phone.send("Emulation.setDeviceMetricsOverride", size)
    phone.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    return phone


def turn_to(page: Page, section: str, title: str) -> None:
    """Open a page by the navigation at the top."""
    page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    page.get_by_role("menuitem", name=title, exact=True).click()


def have(plot: Locator, what: str) -> None:
    """Take something from the menu of a plot."""
    plot.get_by_role("button", name="Plot menu").click()
    plot.get_by_role("menuitem", name=what, exact=True).click()


def number(page: Page, label: str) -> Locator:
    """The field beside a slider."""
    return page.get_by_label(f"{label}, as a number")


def choose(page: Page, option: str) -> None:
    """Press one of a row of choices."""
    page.get_by_role("radio", name=option, exact=True).or_(
        page.get_by_role("button", name=option, exact=True)
    ).first.click()


ZERO = [
    (0.5 + 0.19 * math.sin(a), 0.5 - 0.3 * math.cos(a))
    for a in (math.tau * step / 24 for step in range(25))
]
"""A digit to draw, by shares of the canvas."""
SCREENS: tuple[ViewportSize, ...] = (
    {"width": 1280, "height": 720},
    {"width": 1024, "height": 576},
)
"""A laptop's screen, and a projector's at 125 %."""


def in_one_screen(*parts: Locator) -> None:
    """Expect that parts of the page are in view to the last pixel, all of them at a time."""
    for part in parts:
        expect(part).to_be_in_viewport(ratio=0.99)
