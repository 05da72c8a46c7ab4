"""What is answered before Streamlit sees it."""

from __future__ import annotations

import subprocess
import sys
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import streamlit as st
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp

from pages.components.access import person
from pages.components.frontend.front_door import FrontDoor
from tests.pages.asgi import answered, scope
from tests.pages.page_steps import ROOT


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str


def ask(
    target: str,
    host: str = "localhost:8501",
    *,
    inside: ASGIApp | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Send a GET for `target`, a path with its query, as a server hands it to the app."""
    path, mark, query = target.partition("?")
    asked = scope("http", f"{unquote(path)}{mark}{query}", {"host": host} | (headers or {}))
    return Answer(*answered(FrontDoor(inside or PlainTextResponse("the app")), asked))


@pytest.mark.parametrize("target", ["/", "/entropy", "/nothing?p=.5,.5", "//entropy/", "/a/b"])
def test_other_requests_are_handed_on(target: str) -> None:
    assert ask(target).text == "the app"


@pytest.mark.parametrize("prefix", ["", "/tools/explorer"])
@pytest.mark.parametrize(
    ("target", "bare"),
    [
        ("/entropy/", "/entropy"),
        ("/entropy/?p=.5,.5&name=%C3%A4", "/entropy?p=.5,.5&name=%C3%A4"),
        ("/a/b/", "/a/b"),
        ("/https:evil.example/", "/https:evil.example"),
    ],
)
def test_a_slash_at_the_end_is_taken_off_below_any_prefix(
    prefix: str, target: str, bare: str
) -> None:
    answer = ask(target)
    assert answer.status == 308
    seen = urljoin(f"https://example.org{prefix}{target}", answer.headers["location"])
    assert seen == f"https://example.org{prefix}{bare}"
    assert urlsplit(answer.headers["location"]).netloc == ""


def test_the_root_below_a_base_path_keeps_its_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    known = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda name: "/tools/ce/" if name == "server.baseUrlPath" else known(name)
    )
    assert ask("/tools/ce/").text == "the app"
    assert ask("/tools/ce/entropy/").status == 308


@pytest.fixture
def _our_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = st.get_option("server.allowedHosts")
    assert hosts == ["localhost", "127.0.0.1", "::1"]


@pytest.mark.usefixtures("_our_hosts")
@pytest.mark.parametrize("host", ["evil.example:80", "10.0.0.1", "<script>alert(1)</script>", ""])
def test_a_host_that_is_not_allowed_is_told_the_setting_but_may_ask_for_health(host: str) -> None:
    answer = ask("/entropy", host)
    assert answer.status == 421
    assert "server.allowedHosts" in answer.text
    assert "STREAMLIT_SERVER_ALLOWED_HOSTS" in answer.text
    assert "<script>" not in answer.text
    assert ask("/_stcore/health", host).text == "the app"


@pytest.mark.usefixtures("_our_hosts")
@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "[::1]:8501"])
def test_this_machine_is_allowed_by_each_of_its_names(host: str) -> None:
    assert ask("/", host).text == "the app"


def test_a_browser_gets_its_name_with_its_first_page_and_keeps_it() -> None:
    page = HTMLResponse("the page")
    first = ask("/entropy", inside=page)
    cookie = SimpleCookie(first.headers["set-cookie"])[person.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "lax", "")
    # Without a path it holds for the app's folder, below any prefix.
    assert cookie["path"] == ""
    name = f"{person.COOKIE}={cookie.value}"
    assert len(person.digest_of({person.COOKIE: cookie.value})) == 64
    assert "set-cookie" not in ask("/", inside=page, headers={"cookie": f"a=b; {name}"}).headers
    other = ask("/", inside=page, headers={"x-forwarded-proto": "https", "cookie": "a=b; c"})
    assert "Secure" in other.headers["set-cookie"]
    assert cookie.value not in other.headers["set-cookie"]


@pytest.mark.parametrize("sent", ["", "x" * 42, "x" * 44, "ä" * 43, "a b" + "x" * 40])
def test_what_is_no_name_is_replaced_and_nobody(sent: str) -> None:
    assert person.digest_of({person.COOKIE: sent}) == ""
    assert person.naming(f"{person.COOKIE}={sent}", is_secure=False)


def test_only_pages_come_with_a_name() -> None:
    assert "set-cookie" not in ask("/_stcore/health").headers
    assert "set-cookie" not in ask("/", inside=HTMLResponse("none", status_code=404)).headers
    assert "set-cookie" not in ask("/", "evil.example").headers


def test_what_several_sessions_would_import_at_once_is_there_before_the_first():
    code = (
        "import asyncio, sys\n"
        "from pages.components.frontend.frontend import lifespan\n"
        "async def serve():\n"
        "    async with lifespan(None):\n"
        "        wanted = {'pandas', 'plotly.graph_objects', 'scipy.special'}\n"
        "        print(*(wanted - sys.modules.keys()))\n"
        "asyncio.run(serve())\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
