"""The address follows the hand: seldom while it moves, and at once when it rests."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

from tests.browser.editor import SKEWED, Editor
from tests.browser.steps import until

ANSWERS = "**/_stcore/stream"

# Notes in the browser when the address was written.
NOTING = """() => {
    window.writes = [];
    window.refusals = 0;
    const replaceState = history.replaceState;
    history.replaceState = function (...rest) {
        if (window.refusals > 0) {
            window.refusals -= 1;
            throw new DOMException("Too often.", "SecurityError");
        }
        replaceState.apply(this, rest);
        window.writes.push(performance.now());
    };
}"""


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def values(page: Page, name: str) -> list[float]:
    return [float(number) for number in parameters(page)[name][0].split(",")]


def shows(editor: Editor, series: str) -> list[float]:
    return editor.bars()[series]


def same(some: list[float], others: list[float]) -> bool:
    return all(abs(a - b) < 1e-6 for a, b in zip(some, others, strict=True))


def test_the_address_follows_the_hand_without_the_server_and_a_reload_brings_its_last_edit(
    new_tab, app_url
):
    page, lost = new_tab(), []

    def connect(socket) -> None:
        server = socket.connect_to_server()
        socket.on_message(server.send)
        # A server that is lost may say what it wants.
        server.on_message(lambda said: None if lost else socket.send(said))

    page.route_web_socket(ANSWERS, connect)
    editor = Editor(page).open(f"{app_url}/divergence?{SKEWED}").drawn()
    page.evaluate(NOTING)
    lost.append(True)
    bar = editor.bar("q", "outcome 1")
    editor.drag(bar, 0.3, release=False)
    box = bar.locator(".cee-track").bounding_box()
    for step in range(24):
        page.mouse.move(box["x"] + 5, box["y"] + box["height"] * (0.7 - 0.02 * step))
        page.wait_for_timeout(60)
    writes = until(lambda: page.evaluate("writes"), "the address is written while the bar moves")
    assert all(b - a >= 490 for a, b in pairwise(writes)), writes
    page.mouse.move(box["x"] + 5, box["y"] + box["height"] * 0.6)
    page.mouse.up()
    until(lambda: same(values(page, "q"), shows(editor, "q")), "the address has the bars")
    # Pressed and left in one breath: no timer of the page may be needed.
    page.evaluate(
        """() => {
            const end = new KeyboardEvent("keydown", { key: "End", bubbles: true });
            document.querySelector("[aria-label='q of outcome 1']").dispatchEvent(end);
            location.reload();
        }"""
    )
    lost.clear()
    page.wait_for_function("!window.writes && location.search.includes('q=1,0,0,0')")
    editor.drawn()
    until(lambda: same(shows(editor, "q"), [1, 0, 0, 0]), "the bars have the edit")
    editor.in_step()


def test_a_write_that_the_browser_refuses_is_tried_again(kept_page, app_url):
    page = kept_page
    editor = Editor(page).open(f"{app_url}/divergence?{SKEWED}").drawn()
    page.evaluate(NOTING)
    page.evaluate("refusals = 2")
    editor.bar("q", "outcome 1").press("ArrowUp")
    until(lambda: page.evaluate("refusals") == 0, "it was refused twice")
    until(lambda: same(values(page, "q"), shows(editor, "q")), "the address has the bars")
