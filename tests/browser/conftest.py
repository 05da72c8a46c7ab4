"""A running app and a real Chromium, which may not reach anything but that app."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.server import ROOT, Server

HERE = Path(__file__).parent
PICTURES = ROOT / "test-results"
PATIENCE_MS = 15_000
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    # The app must work without a network, and so must its tests.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    item.stash.setdefault(_FAILED, False)
    item.stash[_FAILED] |= report.failed
    return report


_FAILED = pytest.StashKey[bool]()


# ------------------------------------------------------------------------------------- server


@pytest.fixture(scope="session")
def start_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start servers with a data folder each, for tests that need one of their own.

    `start_app(EXPLORER_MAX_WORKERS="2")` returns a `Server`; its `stop()` and `start()` restart
    it. All are ended, with their workers, after the tests.
    """
    servers: list[Server] = []

    def start(**environment: str) -> Server:
        servers.append(Server(tmp_path_factory.mktemp("app"), environment))
        return servers[-1].start()

    yield start
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def app(start_app: Callable[..., Server]) -> Server:
    """The server that most tests share."""
    return start_app()


@pytest.fixture(scope="session")
def app_url(app: Server) -> str:
    """Address of the shared server, without a slash at its end."""
    return app.url


# ------------------------------------------------------------------------------------ browser


# Not for the session: while Playwright is open, no other test can run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Headless Chromium: the one that EXPLORER_CHROMIUM names, else one on the PATH."""
    expect.set_options(timeout=PATIENCE_MS)
    path = os.environ.get("EXPLORER_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def expected_errors() -> list[str]:
    """Regular expressions of console errors that a test provokes; it appends to this list."""
    # Opened at a page's address, Streamlit first looks for its own routes below that address.
    return [r"404 \(Not Found\) at http://[^/]+/\w+/_stcore/(health|host-config)$"]


@pytest.fixture
def new_page(
    browser: Browser, request: pytest.FixtureRequest, expected_errors: list[str]
) -> Iterator[Callable[..., Page]]:
    """Open pages, each in a browser profile of its own: `new_page(color_scheme="dark")`.

    Takes the options of Playwright's `new_context`. The test fails if any of these pages logs
    an error that it does not expect, or asks another host than this one for anything.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def foreign(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.hostname not in (
            "127.0.0.1",
            "localhost",
        ):
            problems.append(f"asked another host: {url}")

    def logged(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"console: {message.text} at {message.location.get('url')}")

    def open_page(**options: object) -> Page:
        options = {"viewport": {"width": 1280, "height": 900}} | options
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", lambda asked: foreign(asked.url))
        context.on("console", logged)
        context.on("weberror", lambda thrown: problems.append(f"uncaught: {thrown.error}"))
        return context.new_page()

    yield open_page
    if request.node.stash.get(_FAILED, False):
        _photograph(contexts, request.node.name)
    for context in contexts:
        context.close()
    unexpected = [
        problem
        for problem in problems
        if not any(re.search(pattern, problem) for pattern in expected_errors)
    ]
    if unexpected:
        pytest.fail("\n".join(unexpected), pytrace=False)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One page, 1280 × 900, light."""
    return new_page()


def _photograph(contexts: list[BrowserContext], name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    for context in contexts:
        for number, page in enumerate(context.pages):
            stem = re.sub(r"\W+", "-", name)
            page.screenshot(path=PICTURES / f"{stem}-{contexts.index(context)}-{number}.png")
