"""Who may change what others see: everybody, or whoever knows EXPLORER_ACCESS_CODE.

Without the variable everybody may train, stop, import and delete. With it those who entered the
code once in their browser may; everybody else explores, but may end and delete what they began
themselves, before the code was set or changed. What is refused here is refused where it is carried
out, whatever a page shows.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import os
import secrets
from collections.abc import Callable, Mapping

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from explorer.store.run_store import StoreReadOnly
from pages.components.access import person, signed_cookie
from pages.components.access.attempts import Attempts, network_of
from pages.components.escaping import escaped
from pages.components.frontend.admission import admits
from pages.components.frontend.frontend import component

CODE_VARIABLE = "EXPLORER_ACCESS_CODE"
_PATH = "explorer-access"
_SHORTEST_CODE = 8
_LONGEST_BODY = 1_000
_log = logging.getLogger(__name__)
_mount = component(__file__)


class AccessRefused(StoreReadOnly):
    """To whoever has not entered the access code the run store is read-only; a plain sentence."""


class CodeUnusable(RuntimeError):
    """EXPLORER_ACCESS_CODE cannot be used; a plain sentence."""


_wrong = Attempts(limit=10, seconds=60)
_NETWORK_FACTOR, _ALL_FACTOR = 20, 200
_ALL = "everybody"


def code() -> str:
    """Return the access code, or "" where everybody may do everything.

    Raises:
        CodeUnusable: It is too short to keep anybody out.
    """
    text = os.environ.get(CODE_VARIABLE, "").strip()
    if text and len(text) < _SHORTEST_CODE:
        raise CodeUnusable(
            f"{CODE_VARIABLE} must have at least {_SHORTEST_CODE} characters, not {len(text)}."
        )
    return text


def is_holder() -> bool:
    """Tell whether the browser of this session may train, stop, import and delete."""
    return holds(st.context.cookies)


def holds(cookies: Mapping[str, str]) -> bool:
    """Tell whether a browser with these cookies may train, stop, import and delete."""
    wanted = code()
    return not wanted or signed_cookie.is_valid(cookies.get(signed_cookie.COOKIE, ""), wanted)


def require_holder(cookies: Mapping[str, str] | None = None) -> None:
    """Refuse what only holders of the access code may do.

    Args:
        cookies: Of the browser that asks; by default of the session whose script runs.

    Raises:
        AccessRefused: It may not.
    """
    if not holds(st.context.cookies if cookies is None else cookies):
        raise AccessRefused(
            "This needs the access code of this server: enter it under “Access code” on the page "
            "of the live race first."
        )


def who() -> str:
    """Return what the store keeps of the person at this browser: a digest of its name.

    A browser that keeps no cookies is another person in each of its sessions.
    """
    own = person.digest_of(st.context.cookies)
    return own or st.session_state.setdefault("nameless person", secrets.token_urlsafe(32))


def require_starter(began: Callable[[str], bool]) -> None:
    """Refuse what only whoever began something, or a holder of the access code, may do to it.

    Args:
        began: Tells whether a person, as `who` says it, began it.

    Raises:
        AccessRefused: Neither.
    """
    if not is_holder() and not began(who()):
        require_holder()


def access_field() -> bool:
    """Show where to enter the access code, unless it is not needed here.

    Returns:
        Whether this session may do what needs it.
    """
    if is_holder():
        return True
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Whoever has this server's access code can train, import and delete.")
        with st.popover("Access code"):
            _mount(key="access", data={"path": _PATH})
    return False


def warning() -> str:
    """Say that others reach this server and may do everything; "" where that is not so."""
    address = st.get_option("server.address")
    if code() or _is_loopback(address):
        return ""
    return (
        "Everybody who reaches this server may train, stop, import and delete: set "
        f"{CODE_VARIABLE} to a code that only hosts know."
    )


def say_open() -> None:
    """Say quietly, where somebody is about to train or import, that everybody else may too."""
    if words := warning():
        st.caption(escaped(words))


def say_at_start() -> None:
    """Log what whoever starts the server should know.

    Raises:
        SystemExit: The code is too short.
    """
    try:
        if words := warning():
            _log.warning(words)
    except CodeUnusable as error:
        raise SystemExit(str(error)) from error


def route(prefix: str) -> BaseRoute:
    """Return the route that takes the code and answers with the cookie.

    Args:
        prefix: Base path of the app, or "".
    """
    return Route(f"{prefix}/{_PATH}", _take, methods=["POST"])


async def _take(request: Request) -> Response:
    if not await admits(request):
        return JSONResponse({"error": "This app answers only its own pages."}, status_code=403)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_BODY:
            return JSONResponse({"error": "That is too long for a code."}, status_code=413)
    # From here on nothing waits, so tries that come at once are counted one after another.
    wanted = code()
    network, name = network_of(request), person.digest_of(request.cookies)
    if words := _too_many(network, name):
        return JSONResponse({"error": words}, status_code=429)
    if not wanted or not hmac.compare_digest(body.strip(), wanted.encode()):
        for who in ((network, name), network, _ALL):
            _wrong.note(who)
        return JSONResponse({"error": "That is not the access code."}, status_code=403)
    answer = JSONResponse({})
    answer.set_cookie(
        signed_cookie.COOKIE,
        signed_cookie.make(wanted),
        max_age=signed_cookie.KEPT_SECONDS,
        # Of the folder of this address, also where a proxy takes off a prefix.
        path=None,
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )
    return answer


def _too_many(network: str, name: str) -> str:
    """Say in a sentence that somebody must wait, or return "".

    A hall shares one address, so each browser in it has wrong tries of its own; those that keep no
    name have theirs together. Names can be had for nothing, which is why a network has a limit too.
    It is lower while codes are guessed from many networks at once, and even then whoever knows the
    code is let in at the first try, unless it is their network that guesses.
    """
    if _wrong.are_too_many((network, name)):
        return "You have entered too many wrong codes: try again in a minute."
    factor = 1 if _wrong.are_too_many(_ALL, _ALL_FACTOR) else _NETWORK_FACTOR
    if _wrong.are_too_many(network, factor):
        return (
            "Too many wrong codes came from your network just now: try again in a minute, or from "
            "another network, such as that of your phone."
        )
    return ""


def _is_secure(request: Request) -> bool:
    # The browser's own word for the page it came from, right behind any proxy.
    return request.headers.get("origin", "").startswith("https://")


def _is_loopback(address: str | None) -> bool:
    if not address:
        return False
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
