"""A tab goes on with what it shows when the server knows nothing of it any more."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from explorer.runs.config import TrainingConfig
from explorer.store.run_store import RunStore
from tests.browser.editor import SKEWED, Editor
from tests.browser.proxy import Proxy
from tests.browser.server import Server
from tests.browser.steps import choose, draws_at_rest, settle, unfold, until
from tests.browser.test_live_page import opened, status, step, train
from tests.runs.sample_records import MARK, evaluation, make_info, steps

BASE = TrainingConfig(dataset="digits", device="cpu")


@dataclass(frozen=True)
class Stay:
    """A page on which something is changed.

    Attributes:
        address: what the tab is opened with.
        change: changes what the page keeps, in the ordinary way.
        became: a parameter of the address and its value after that.
        meanwhile: changes something without a connection.
        becomes: what the address holds at the end, in place of `became`.
    """

    address: str
    change: Callable[[Page], None]
    became: tuple[str, str]
    meanwhile: Callable[[Page], None] | None = None
    becomes: tuple[str, str] | None = None

    @property
    def page(self) -> str:
        """Last part of the page's address."""
        return self.address.partition("?")[0]


def press(slider: int, key: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("slider").nth(slider).press(key)


def chosen(option: str) -> Callable[[Page], None]:
    return lambda page: choose(page, option)


def draw(page: Page) -> None:
    pad = page.get_by_role("application")
    for key in (" ", "ArrowRight", " "):
        pad.press(key)


def search(words: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.get_by_role("textbox").first.fill(words)
        page.get_by_role("textbox").first.press("Enter")

    return act


def band(name: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.get_by_role("button", name="Groups").click()
        choose(page, name)

    return act


def latest_race(page: Page) -> None:
    unfold(page, "Latest races").get_by_role("button").filter(has_text="new").click()


STAYS = (
    Stay("self_information?p=0.25&unit=bits", press(0, "End"), ("p", "1.0"),
         press(0, "Home"), ("p", "0.0")),
    Stay("entropy?p=0.5,0.5&unit=bits", press(0, "End"), ("p", "1,0"),
         press(0, "Home"), ("p", "0,1")),
    Stay(f"divergence?{SKEWED}", press(3, "End"), ("q", "0,1,0,0"),
         press(5, "End"), ("q", "0,0,1,0")),
    Stay("binary?z=2&y=1", press(0, "Home"), ("z", "-12"), press(0, "End"), ("z", "12")),
    Stay("multiclass?z=0,1,2&y=3", press(0, "End"), ("z", "10,1,2"),
         press(1, "End"), ("z", "10,10,2")),
    Stay("three_forms?z=0,1,2&labels=1", press(0, "End"), ("z", "6,1,2"),
         press(1, "End"), ("z", "6,6,2")),
    Stay("stability?part=Two logits&gap=10", press(0, "Home"), ("gap", "0.1"),
         press(0, "End"), ("gap", "1000")),
    Stay("notes_checked?note=B3", lambda page: choose(page, "Show all cards"), ("note", "")),
    Stay("glossary?term=entropy", search("perplexity"), ("term", "perplexity")),
    Stay("sweep", lambda page: choose(page, "Best test accuracy"), ("by", "Best test accuracy")),
    Stay("compare?band=standard deviation", band("standard error"), ("band", "standard error")),
    Stay("draw?digit=3", draw, ("ink", "80808c80"), draw, ("ink", "80808c80.8c809880")),
)  # fmt: skip


@pytest.fixture(scope="module")
def server(start_app) -> Server:
    """A server that forgets a session two seconds after its connection was lost."""
    return start_app(STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="2")


@pytest.fixture(scope="module")
def race(server: Server) -> Stay:
    """One race is open, and another one is chosen."""
    runs = {}
    with closing(RunStore(f"sqlite:///{server.folder / 'runs.sqlite3'}")) as store:
        for name in ("old", "new"):
            runs[name] = run_id = store.runs.create([BASE], name)
            store.runs.claim_next(MARK)
            store.runs.set_info(run_id, make_info(dataset="digits"))
            store.records.append(run_id, [*steps(1, 49), evaluation(49, 0.9)])
            store.runs.finish(run_id, "finished")
    return Stay(f"live?run={runs['old']}", latest_race, ("run", runs["new"]))


@pytest.fixture(autouse=True)
def _lost_connections(expected_errors: list[str]) -> None:
    expected_errors += [
        r"net::ERR_",
        r"WebSocket",
        r"disconnected",
        r"not responding",
        r"No response received",
    ]


def parameter(page: Page, name: str) -> list[str]:
    page.evaluate("1")  # lets Playwright hear of the tab's address
    return parse_qs(urlsplit(page.url).query).get(name, [])


def session(page: Page) -> str:
    """The session that drew the page."""
    return page.locator("[data-session]").last.get_attribute("data-session")


def has(page: Page, wanted: tuple[str, str]) -> None:
    name, value = wanted
    until(lambda: parameter(page, name) == ([value] if value else []), f"{name}={value}")


def begin(tab: Page, url: str, stay: Stay) -> str:
    """Open the page, change it, and return the session that has drawn it."""
    # Behind another tab it would draw hardly ever, and come to rest late.
    tab.bring_to_front()
    tab.goto(f"{url}/{stay.address}")
    tab.locator("[data-session]").last.wait_for(state="attached")
    settle(tab)
    stay.change(tab)
    has(tab, stay.became)
    settle(tab)
    return session(tab)


def end(tab: Page, stay: Stay, before: str) -> str:
    """See that another session shows the page as it was left, and return that session."""
    tab.bring_to_front()
    until(lambda: session(tab) != before, "another session has drawn the page")
    settle(tab)
    # What the tab alone had in its address, that session has replaced by now.
    draws_at_rest(tab)
    has(tab, stay.becomes or stay.became)
    expect(tab.locator(".stException")).to_have_count(0)
    if stay.page == "divergence":
        Editor(tab).in_step()
    return session(tab)


def without_connection(tabs: list[Page], stays: list[Stay]) -> None:
    """Change what can be changed meanwhile."""
    for tab, stay in zip(tabs, stays, strict=True):
        tab.bring_to_front()
        tab.locator("[data-test-connection-state=CONNECTED]").wait_for(state="detached")
        if stay.meanwhile:
            stay.meanwhile(tab)


def test_a_tab_and_a_race_go_on_after_a_restart_and_a_killed_process_is_said(server, new_tab):
    # Opening a page costs a second or two, so the usual run has one tab and the race.
    stay, tab = next(one for one in STAYS if one.page == "divergence"), new_tab()
    session = begin(tab, server.url, stay)
    # A fresh server shows the page that its first visitor links to.
    expect(tab.get_by_role("heading", level=1)).to_have_text("Cross-entropy and KL divergence")
    page = opened(new_tab(), server)
    train(page, epochs=1000)
    expect(page).to_have_url(re.compile(r"\?run=[\w-]{8}$"))
    status(page, "Training")
    server.stop()
    page.locator("[data-test-connection-state=CONNECTED]").wait_for(state="detached")
    # Read while no server can refresh the page: only the new one can take the step beyond.
    before = step(page)
    without_connection([tab], [stay])
    server.start()
    page.bring_to_front()
    until(lambda: step(page) > before, "the race goes on")
    for worker in server.workers():
        worker.kill()
    expect(page.get_by_text("The training process ended unexpectedly")).to_be_visible()
    assert step(page) > before
    expect(page.locator(".cee-plot").first).to_be_visible()
    train(page, epochs=3)
    status(page, "Finished after step 216")
    end(tab, stay, session)


@pytest.mark.long
def test_a_tab_goes_on_after_a_cut_that_its_session_does_not_outlive_and_after_a_restart(
    server, race, new_tab
):
    proxy = Proxy(server.port)
    stays = [race, *STAYS]
    tabs = [new_tab() for _ in stays]
    sessions = [begin(tab, proxy.url, stay) for tab, stay in zip(tabs, stays, strict=True)]
    proxy.cut()
    without_connection(tabs, stays)
    # Beyond the life of a session without a connection.
    tabs[0].wait_for_timeout(2_500)
    proxy.mend()
    after_cut = [end(*each) for each in zip(tabs, stays, sessions, strict=True)]
    server.stop()
    server.start()
    for each in zip(tabs, stays, after_cut, strict=True):
        end(*each)
    proxy.cut()
