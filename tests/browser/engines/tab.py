"""What a test does in a browser, whichever engine draws in it."""

from __future__ import annotations

import contextlib
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from tests.browser.steps import FOLLOW_LINK
from tests.browser.watch import PICTURES

PATIENCE_MS = 30_000
Point = tuple[float, float]

_links = count(1)


class Gone(Exception):
    """The browser has ended, or has not answered for longer than anything it is asked takes."""


# Elements of the page and of the open shadow roots in it; with a text, those that hold it.
_SEARCH = """
const all = (selector, text = "", root = document) => [
    ...[...root.querySelectorAll(selector)].filter((one) => one.textContent.includes(text)),
    ...[...root.querySelectorAll("*")]
        .flatMap((one) => (one.shadowRoot ? all(selector, text, one.shadowRoot) : [])),
];
const seen = (one) => one.getClientRects().length > 0;
const first = (selector, text) => all(selector, text).find(seen);
"""
# Streamlit's mark of a script that runs; five looks in a row, for it begins anew between two.
_QUIET = """
() => {
    const { testScriptState } = document.querySelector("[data-testid=stApp]")?.dataset ?? {};
    window.quiet = testScriptState === "notRunning" ? (window.quiet ?? 0) + 1 : 0;
    return window.quiet > 4;
}
"""


class Tab(ABC):
    """A page in a browser of some engine, driven as a person does.

    Functions for the page are JavaScript texts; they may call `all(selector, text)` and
    `first(selector, text)`, which also look into open shadow roots, the latter at what is seen.

    A browser runs from `ready` to `close`. Everything between raises Gone where it runs no more.

    Attributes:
        name: the engine's, as the tests are named by it.
    """

    name: str
    _runs = False

    # ---------------------------------------------------------------- what each engine does itself

    @abstractmethod
    def _start(self) -> None:
        """Start a browser with one empty page."""

    @abstractmethod
    def _end(self) -> None:
        """End the browser that was started last, in whatever state it is."""

    @abstractmethod
    def load(self, url: str) -> None:
        """Load the address and return when its document is there."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Give the page this many CSS pixels."""

    @abstractmethod
    def call(self, function: str, text: str) -> str:
        """Call an async JavaScript function of one text in the page and return its text."""

    @abstractmethod
    def hold(self, path: Sequence[Point]) -> None:
        """Press the mouse at the first point of the window and move through the others."""

    @abstractmethod
    def let_go(self) -> None:
        """Release the mouse where it is."""

    @abstractmethod
    def press(self, *keys: str) -> None:
        """Press keys by their names in `KeyboardEvent.key`, as in `Shift+ArrowUp`."""

    @abstractmethod
    def picture(self) -> bytes:
        """Return the page as it looks, as PNG."""

    @abstractmethod
    def errors(self) -> list[str]:
        """Return what was logged as an error or thrown since this was asked last."""

    # ---------------------------------------------------------------- what follows from it

    def ready(self, width: int, height: int) -> None:
        """Have a browser that answers, a page of this size in it, and what it logged forgotten."""
        if not self._runs:
            self._runs = True
            try:
                self._start()
            except BaseException:
                self.close()
                raise
        self.resize(width, height)
        self.errors()

    def close(self) -> None:
        """End the browser if it runs, in whatever state it is."""
        if self._runs:
            self._runs = False
            self._end()

    def evaluate(self, function: str, *arguments: object) -> Any:
        """Return what a function, async or not, gives in the page; it travels as JSON."""
        body = f"""async (text) => {{
            {_SEARCH}
            const result = await ({function})(...JSON.parse(text));
            return JSON.stringify(result ?? null);
        }}"""
        return json.loads(self.call(body, json.dumps(arguments)))

    def until(self, function: str, *arguments: object, what: str = "") -> Any:
        """Wait until a function gives something true in the page, and return it."""
        result = self.evaluate(
            f"""async (patience, ...rest) => {{
                const end = performance.now() + patience;
                for (;;) {{
                    const result = await ({function})(...rest);
                    if (result || performance.now() > end) return result;
                    await new Promise((done) => setTimeout(done, 40));
                }}
            }}""",
            PATIENCE_MS,
            *arguments,
        )
        assert result, f"{self.name}: never came true: {what or (function, arguments)}"
        return result

    def address(self) -> str:
        """Return the page's address."""
        return self.evaluate("() => location.href")

    def open(self, address: str) -> None:
        """Go to an address of the app as a link in it does; the first one is loaded."""
        here, there = urlsplit(self.address()), urlsplit(address)
        if here.netloc != there.netloc:
            self.load(address)
            self.wait_for("[data-testid=stMain] h1")
        else:
            self.settle()
            self.evaluate(
                FOLLOW_LINK,
                f"{address}{'&' if there.query else '?'}via=engine-{next(_links)}",
            )
            self.until("() => window.hasFollowed()", what=f"{address} is followed")
        self.settle()

    def settle(self) -> None:
        """Wait until the server has run the page's script to its end."""
        self.evaluate("() => { window.quiet = 0; }")
        self.until(_QUIET, what="the script has ended")

    def drawn(self) -> None:
        """Wait until every part of the page is there and every plot is drawn."""
        self.until(
            """() => !all("[data-testid=stSkeleton]").length
                && all("[data-testid^=stBidiComponent]").every((one) => one.dataset.shows)
                && all(".cee-plot").every((one) => one.dataset.draws)""",
            what="every part of the page is there and every plot is drawn",
        )

    def wait_for(self, selector: str, text: str = "") -> None:
        """Wait until such an element is seen."""
        self.until("(...which) => Boolean(first(...which))", selector, text)

    def wait_gone(self, selector: str, text: str = "") -> None:
        """Wait until no such element is seen."""
        self.until("(...which) => !first(...which)", selector, text)

    def count(self, selector: str, text: str = "") -> int:
        """Return how many such elements there are."""
        return self.evaluate("(...which) => all(...which).length", selector, text)

    def text(self, selector: str, text: str = "") -> str:
        """Return what the first such element says, once it is seen."""
        self.wait_for(selector, text)
        return self.evaluate("(...which) => first(...which).textContent.trim()", selector, text)

    def texts(self, selector: str) -> list[str]:
        """Return what all such elements say, now."""
        return self.evaluate(
            "(selector) => all(selector).map((one) => one.textContent.trim())", selector
        )

    def attribute(self, selector: str, name: str) -> str | None:
        """Return an attribute of the first such element, once it is seen."""
        self.wait_for(selector)
        return self.evaluate(
            "(selector, name) => first(selector).getAttribute(name)", selector, name
        )

    def box(self, selector: str, text: str = "") -> dict[str, float]:
        """Return `x`, `y`, `width` and `height` of the first such element, moved into sight.

        Waits until it is at rest: Streamlit moves what stands below a part that grows.
        """
        self.wait_for(selector, text)
        return self.evaluate(
            """async (...which) => {
                first(...which).scrollIntoView({ block: "center", behavior: "instant" });
                for (let before = "", same = 0; ; ) {
                    await new Promise((done) => setTimeout(done, 30));
                    const { x, y, width, height } = first(...which).getBoundingClientRect();
                    const now = JSON.stringify({ x, y, width, height });
                    same = now === before ? same + 1 : 0;
                    if (same === 3) return JSON.parse(now);
                    before = now;
                }
            }""",
            selector,
            text,
        )

    def at(self, selector: str, x: float, y: float, text: str = "") -> Point:
        """Return the point of the window at these shares of an element's width and height."""
        box = self.box(selector, text)
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def click(self, selector: str, text: str = "") -> None:
        """Click into the middle of the first such element."""
        self.hold([self.at(selector, 0.5, 0.5, text)])
        self.let_go()

    def drag(self, selector: str, *shares: Point) -> None:
        """Press in an element and move on, by shares of its width and height, then let go."""
        box = self.box(selector)
        self.hold([(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shares])
        self.let_go()

    def focus(self, selector: str) -> None:
        """Give an element the keyboard."""
        self.wait_for(selector)
        self.evaluate("(selector) => first(selector).focus()", selector)

    def fill(self, selector: str, text: str) -> None:
        """Type a text in place of what a field holds, and press Enter."""
        self.focus(selector)
        self.evaluate("(selector) => first(selector).select()", selector)
        self.press(*text, "Enter")

    def strangers(self) -> list[str]:
        """Return what the page asked of other hosts than its own."""
        asked = self.evaluate(
            "() => performance.getEntriesByType('resource').map(({ name }) => name)"
        )
        here = urlsplit(self.address()).netloc
        return [url for url in asked if urlsplit(url).netloc not in ("", here)]

    def photograph(self, name: str) -> None:
        """Keep a picture of the page beside those of other failed tests."""
        PICTURES.mkdir(exist_ok=True)
        stem = re.sub(r"\W+", "-", name)
        # A browser that is gone gives none; why the test failed must be told all the same.
        with contextlib.suppress(Gone):
            (PICTURES / f"{stem}.png").write_bytes(self.picture())
