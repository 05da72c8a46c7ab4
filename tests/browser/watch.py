"""What a page must not do, whatever is tested on it."""

from __future__ import annotations

import contextlib
import re
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request, WebSocket

from tests.browser.server import ROOT

PICTURES = ROOT / "test-results"
# A busy machine takes long; what comes is not waited for any longer.
PATIENCE_MS = 45_000
EXPECTED_ERRORS = (
    # Opened at a page's address, Streamlit first looks for its own routes below that address.
    r"404 \(Not Found\) at http://[^/]+/\w+/_stcore/(health|host-config)$",
    # No fault: what is left over is told in the next frame, says the W3C's Resize Observer, section
    # "Deliver Resize Loop Error". Streamlit's observers have it; the app's act in the next frame.
    r"ResizeObserver loop completed with undelivered notifications",
)
"""Regular expressions of what pages log although nothing is wrong."""


class Watch:
    """Looks at pages and notes what they must not do: log an error, or ask another host."""

    def __init__(self) -> None:
        self.failed = False
        self.problems: list[str] = []
        self._pages: list[Page] = []
        self._notes = {
            "request": self._asked,
            "websocket": self._asked,
            "console": self._logged,
            "pageerror": self._threw,
        }

    def over(self, page: Page) -> Page:
        page.context.set_default_timeout(PATIENCE_MS)
        # A tab behind another one draws hardly ever.
        page.bring_to_front()
        for event, note in self._notes.items():
            page.on(event, note)
        self._pages.append(page)
        return page

    def end(self) -> None:
        for page in self._pages:
            for event, note in self._notes.items():
                page.remove_listener(event, note)

    def photograph(self, name: str) -> None:
        PICTURES.mkdir(exist_ok=True)
        stem = re.sub(r"\W+", "-", name)
        for number, page in enumerate(self._pages):
            # A page that crashed gives none; why the test failed must be told all the same.
            with contextlib.suppress(Error):
                page.screenshot(path=PICTURES / f"{stem}-{number}.png")

    def _asked(self, sent: Request | WebSocket) -> None:
        parts = urlsplit(sent.url)
        here = ("127.0.0.1", "localhost")
        if parts.scheme not in ("data", "blob", "about") and parts.hostname not in here:
            self.problems.append(f"asked another host: {sent.url}")

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} at {message.location.get('url')}")

    def _threw(self, error: Error) -> None:
        self.problems.append(f"uncaught: {error}")
