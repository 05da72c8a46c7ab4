"""A running app and a real Chromium, which may not reach anything but that app."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    BrowserContext,
    Error,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.server import Server
from tests.browser.watch import EXPECTED_ERRORS, PATIENCE_MS, Watch

HERE = Path(__file__).parent
VIEW = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
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
    # Before the pages are left, so not when that fails.
    watch = getattr(item, "funcargs", {}).get("watch")
    if watch and report.failed and report.when != "teardown":
        watch.failed = True
        watch.photograph(item.name)
    tab = getattr(item, "funcargs", {}).get("tab")
    if tab and report.failed:
        tab.photograph(item.name)
    return report


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
def _profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Headless Chromium with a profile on disk, which most tests share.

    On disk it keeps the scripts compiled, as a person's does, and a page opens sooner.
    Chromium is the one that EXPLORER_CHROMIUM names, else one on the PATH.
    """
    expect.set_options(timeout=PATIENCE_MS)
    path = os.environ.get("EXPLORER_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        profile = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"), executable_path=path, args=ARGUMENTS, **VIEW
        )
        yield profile
        profile.close()


@pytest.fixture
def expected_errors() -> list[str]:
    """Regular expressions of console errors that a test provokes; it appends to this list."""
    return [*EXPECTED_ERRORS]


@pytest.fixture
def watch(expected_errors: list[str]) -> Iterator[Watch]:
    """Fail the test if one of its pages did what it must not; a failed one leaves its picture."""
    watch = Watch()
    yield watch
    watch.end()
    unexpected = [
        problem
        for problem in watch.problems
        if not any(re.search(pattern, problem) for pattern in expected_errors)
    ]
    if unexpected:
        pytest.fail("\n".join(unexpected), pytrace=False)


@pytest.fixture
def page(_profile: BrowserContext, watch: Watch) -> Iterator[Page]:
    """One page, 1280 × 900, light, with a session of its own.

    All tests have it in the same tab, where a page opens in two thirds of the time of a new one.
    """
    page = _profile.pages[0] if _profile.pages else _profile.new_page()
    yield watch.over(page)
    try:
        page.unroute_all(behavior="ignoreErrors")
        if page.url.startswith("http"):
            page.evaluate("sessionStorage.clear()")
        page.goto("about:blank")
        _as_at_first(page)
        _profile.clear_permissions()
    except Error:
        # It crashed; the next test gets another one.
        page.close()
        raise


def _as_at_first(page: Page) -> None:
    page.set_viewport_size(VIEW["viewport"])
    page.emulate_media(color_scheme=VIEW["color_scheme"])


@pytest.fixture(scope="module")
def _kept_tab(_profile: BrowserContext) -> Iterator[Page]:
    tab = _profile.new_page()
    yield tab
    tab.close()


@pytest.fixture
def kept_page(_kept_tab: Page, watch: Watch) -> Iterator[Page]:
    """A page that stays open, with its session, from test to test of a module.

    `follow` goes from one address to the next in it, in a fifth of the time of loading the page.
    """
    yield watch.over(_kept_tab)
    _as_at_first(_kept_tab)
    if watch.failed:
        # Whatever state it is in, the next test shall not meet it.
        _kept_tab.goto("about:blank")


@pytest.fixture
def new_tab(_profile: BrowserContext, watch: Watch) -> Iterator[Callable[[], Page]]:
    """Open another tab before the one that is there, for this test alone."""
    tabs: list[Page] = []

    def open_tab() -> Page:
        tabs.append(_profile.new_page())
        return watch.over(tabs[-1])

    yield open_tab
    for tab in tabs:
        tab.close()


@pytest.fixture
def phone_page(page: Page) -> Page:
    """The page, 390 × 844 and dark."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    return page


@pytest.fixture
def other_browser(_profile: BrowserContext, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Open pages as another person has them, who shares nothing with the first.

    Takes the options of Playwright's `new_context`, such as `has_touch=True`.
    """
    contexts: list[BrowserContext] = []

    def open_page(**options: object) -> Page:
        contexts.append(_profile.browser.new_context(**VIEW | options))
        return watch.over(contexts[-1].new_page())

    yield open_page
    for context in contexts:
        context.close()
