"""The app's own routes answer those whom Streamlit's own socket answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.applications import Starlette
from streamlit import net_util
from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

from pages.components.frontend import frontend
from pages.components.preview import preview
from tests.pages.asgi import HOST, said, scope

OURS = HOST
CONNECTIONS = {
    "our page": (OURS, f"http://{OURS}"),
    "no browser": (OURS, None),
    "our page by name": ("localhost:8501", "http://localhost:8501"),
    "our page by the other name": (OURS, "http://localhost:8501"),
    "another site": (OURS, "https://elsewhere.example"),
    "a site named like ours": (OURS, f"http://{OURS}.elsewhere.example"),
    "a sandboxed frame": (OURS, "null"),
    "a name that points here": ("elsewhere.example", "http://elsewhere.example"),
    "a name with our port": ("elsewhere.example:8501", None),
    "an address that is none": (OURS, "http://[::1"),
    "a host with a user": (f"me@{OURS}", f"http://{OURS}"),
}


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """An origin that is not ours is compared with this machine's addresses; they are not asked."""
    monkeypatch.setattr(net_util, "get_internal_ip", lambda: None)
    monkeypatch.setattr(net_util, "get_external_ip", lambda: None)


@pytest.fixture
def offers() -> preview._Offers:
    """A session that may ask for previews."""
    offers = preview._Offers()
    preview._sessions[offers.token] = offers
    return offers


def told(
    kind: str, path: str, host: str, origin: str | None, *received: dict[str, Any]
) -> list[dict[str, Any]]:
    """What the app's routes send to somebody with these headers who says `received`."""
    headers = {"host": host} | ({"origin": origin} if origin else {})
    return said(Starlette(routes=frontend.routes()), scope(kind, path, headers), *received)


def streamlit_admits(host: str, origin: str | None) -> bool:
    try:
        return _is_origin_allowed(origin, host)
    except ValueError:  # an address that is none breaks its socket off
        return False


@pytest.mark.parametrize(("host", "origin"), CONNECTIONS.values(), ids=CONNECTIONS)
def test_scripts_go_to_whom_streamlit_would_answer(host, origin):
    address = f"/explorer-assets/{frontend._digest()}/components/frontend/sync.js"
    start, body = told("http", address, host, origin)
    admitted = streamlit_admits(host, origin)
    assert start["status"] == (200 if admitted else 403)
    assert (b"createSender" in body["body"]) == admitted


@pytest.mark.parametrize(("host", "origin"), CONNECTIONS.values(), ids=CONNECTIONS)
def test_previews_go_to_whom_streamlit_would_answer(offers, host, origin):
    question = {"type": "websocket.receive", "text": '{"number": 1, "editor": "", "state": 0}'}
    messages = told(
        "websocket",
        f"/explorer-preview/{offers.token}",
        host,
        origin,
        {"type": "websocket.connect"},
        question,
        {"type": "websocket.disconnect"},
    )
    if streamlit_admits(host, origin):
        accepted, answer = messages
        assert accepted["type"] == "websocket.accept"
        assert json.loads(answer["bytes"]) == {"number": 1, "plots": {}}
    else:
        (refused,) = messages
        assert (refused["type"], refused["code"]) == ("websocket.close", 1008)


def test_some_are_admitted_and_some_are_not():
    admitted = {name for name, one in CONNECTIONS.items() if streamlit_admits(*one)}
    assert {"our page", "no browser"} <= admitted
    assert not admitted & {"another site", "a name that points here", "a sandboxed frame"}


def test_a_session_that_there_is_not_gets_no_previews():
    (refused,) = told(
        "websocket", "/explorer-preview/none", OURS, None, {"type": "websocket.connect"}
    )
    assert refused["type"] == "websocket.close"
