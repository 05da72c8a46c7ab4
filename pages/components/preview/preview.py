"""Plots that follow an edit before the page's script has run again.

Streamlit answers an edit by running the script and rendering the whole page, two or three times.
What the plots are to show is known sooner: the browser asks for it over a socket of the app's own
and draws it. The script's answer brings the same figures, which then stay as they are; only the
script changes the session. Where no such socket can be had, behind a proxy perhaps, plots come with
it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import uuid
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache, wraps
from typing import Any, ParamSpec, cast
from weakref import WeakValueDictionary

import orjson
import streamlit as st
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from pages.components.frontend.admission import REFUSED, messages

_LONGEST_QUESTION = 20_000
Plots = Mapping[str, bytes]
"""Key of a plot → what its component is given, from `plots_of`."""
Draw = Callable[[Any], Plots]
Audience = Callable[[str, Mapping[str, Any], Plots], None]
"""Is told the address of the page, editors' states by key, and plots by key; from any thread."""
P = ParamSpec("P")


class _Offers:
    """What a session offers to draw, by editor; gone with the session."""

    def __init__(self) -> None:
        self.token = uuid.uuid4().hex
        self.draw: dict[str, Draw] = {}
        self.page = ""
        self.audience: Audience | None = None


_sessions: WeakValueDictionary[str, _Offers] = WeakValueDictionary()


def token() -> str:
    """Return the secret name under which this session's browser asks."""
    offers = st.session_state.setdefault("previews", _Offers())
    _sessions[offers.token] = offers
    return offers.token


def offer(editor: str, draw: Draw) -> None:
    """Let this session's browser ask for the plots of a state of an editor.

    Args:
        draw: Takes the editor's state as the browser sends it and returns, by key, what each plot
            is given then; raises ValueError or TypeError for what is not a state. Called outside of
            any script, so it must not read or change the session.
    """
    _sessions[token()].draw[editor] = draw


def withdraw() -> None:
    """Offer nothing any more: the page was left."""
    _sessions[token()].draw.clear()


def note_page(page: str) -> None:
    """Note the address of the page that this session shows."""
    _sessions[token()].page = page


def hear(name: str, audience: Audience | None) -> bool:
    """Tell an audience, or nobody any more, what a session shows from now on.

    Returns:
        Whether there is such a session in this process.
    """
    offers = _sessions.get(name)
    if offers is not None:
        offers.audience = audience
    return offers is not None


def tell(*, editors: Mapping[str, Any] | None = None, plots: Plots | None = None) -> None:
    """Tell the session's audience, if it has one, what its page shows.

    Args:
        editors: Key → state, as the editor's script in the browser has it.
    """
    offers = st.session_state.get("previews")
    if offers is not None and offers.audience is not None:
        offers.audience(offers.page, editors or {}, plots or {})


def answer(name: str, question: str) -> bytes:
    """Return the plots that a browser asks for.

    Args:
        question: JSON with the `number` of the question, the key of the `editor` and its `state`.

    Returns:
        JSON with the same number and the `plots`: none where the question makes no sense or is
        about a page that was left. What is wrong with a state is for the script's own answer to
        say.
    """
    number, plots = None, {}
    with contextlib.suppress(LookupError, TypeError, ValueError, ArithmeticError):
        asked = orjson.loads(question) if len(question) <= _LONGEST_QUESTION else {}
        number = asked["number"]
        offers = _sessions[name]
        drawn = offers.draw[asked["editor"]](asked["state"])
        plots = {key: payload.decode() for key, payload in drawn.items()}
        if offers.audience is not None:
            offers.audience(offers.page, {asked["editor"]: asked["state"]}, drawn)
    return orjson.dumps({"number": number, "plots": plots})


def shared(draw: Callable[P, Plots]) -> Callable[P, Plots]:
    """Let the script's answer to an edit show what the preview of it has drawn, or is drawing.

    Args:
        draw: The plots of a state, by nothing but its arguments, which must be hashable.
    """
    remembered = lru_cache(maxsize=256)(draw)
    lock = threading.Lock()

    @wraps(draw)
    def one_at_a_time(*arguments: P.args, **named: P.kwargs) -> Plots:
        with lock:
            return remembered(*arguments, **cast(dict[str, Hashable], named))

    return one_at_a_time


async def _serve(socket: WebSocket) -> None:
    name = socket.path_params["token"]
    if name not in _sessions:
        await socket.close(REFUSED)
        return
    # The tab may go while its plots are drawn.
    with contextlib.suppress(WebSocketDisconnect):
        async for question in messages(socket):
            await socket.send_bytes(await asyncio.to_thread(answer, name, question))


def route(prefix: str) -> WebSocketRoute:
    """Return the route `/explorer-preview/<token>` below a prefix, "" or one that begins with /."""
    return WebSocketRoute(f"{prefix}/explorer-preview/{{token}}", _serve)
