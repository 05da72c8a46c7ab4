"""Chromium as the other browser tests have it, for stories that every engine tells."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Browser

from tests.browser.engines.tab import PATIENCE_MS, Point, Tab
from tests.browser.watch import Watch


class Chromium(Tab):
    """A page with a session of its own in a running Chromium.

    Args:
        browser: Playwright's.
        dark: whether the person's system is dark.
    """

    name = "chromium"

    def __init__(self, browser: Browser, *, dark: bool = False) -> None:
        self._browser, self._dark = browser, dark

    def _start(self) -> None:
        self._context = self._browser.new_context(color_scheme="dark" if self._dark else "light")
        self._watch = Watch()
        self._page = self._watch.over(self._context.new_page())
        self._context.set_default_timeout(3 * PATIENCE_MS)

    def _end(self) -> None:
        self._watch.end()
        self._context.close()

    def load(self, url: str) -> None:
        self._page.goto(url, wait_until="domcontentloaded")

    def resize(self, width: int, height: int) -> None:
        self._page.set_viewport_size({"width": width, "height": height})

    def call(self, function: str, text: str) -> str:
        return self._page.evaluate(function, text)

    def hold(self, path: Sequence[Point]) -> None:
        start, *others = path
        self._page.mouse.move(*start)
        self._page.mouse.down()
        for point in others:
            self._page.mouse.move(*point)

    def let_go(self) -> None:
        self._page.mouse.up()

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)

    def picture(self) -> bytes:
        return self._page.screenshot()

    def errors(self) -> list[str]:
        errors, self._watch.problems[:] = list(self._watch.problems), []
        return errors
