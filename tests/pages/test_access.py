"""Who may change what others see."""

from __future__ import annotations

import asyncio
from http.cookies import SimpleCookie

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from starlette.applications import Starlette

from pages.components.access import access, person, signed_cookie
from pages.components.access.attempts import Attempts
from tests.pages.asgi import answering, scope

CODE = "correct horse"
CLOCK = {"seconds": 0.0}


@pytest.fixture(autouse=True)
def _code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_ACCESS_CODE", CODE)
    monkeypatch.setattr(access, "_wrong", Attempts(10, 60, lambda: CLOCK["seconds"]))
    monkeypatch.setattr(access, "_NETWORK_FACTOR", 3)
    monkeypatch.setattr(access, "_ALL_FACTOR", 5)


def enter(code: bytes, **sent: str) -> tuple[int, dict[str, str], str]:
    """Send a code as the page does; return status, headers and text of the answer."""
    return asyncio.run(entering(code, **sent))


async def entering(
    code: bytes,
    *,
    origin: str = "http://localhost:8501",
    prefix: str = "",
    name: str = "",
    address: str = "10.0.0.1",
) -> tuple[int, dict[str, str], str]:
    host, cookie = origin.partition("://")[2], f"{person.COOKIE}={name:x>43}"
    sent = {"host": host, "origin": origin, "cookie": cookie}
    asked = scope("http", f"{prefix}/explorer-access", sent, method="POST", client=(address, 1))
    return await answering(Starlette(routes=[access.route(prefix)]), asked, code)


def session_with(monkeypatch: pytest.MonkeyPatch, cookie: str | None) -> None:
    cookies = {} if cookie is None else {signed_cookie.COOKIE: cookie}
    monkeypatch.setattr(type(st.context), "cookies", cookies)


@given(some.sampled_from([CODE, "ein häßlicher Code"]), some.integers(0, 10**10))
def test_a_cookie_holds_for_its_code_alone_and_until_it_ends(code: str, now: int) -> None:
    cookie = signed_cookie.make(code, now=now)
    assert signed_cookie.is_valid(cookie, code, now=now)
    assert signed_cookie.is_valid(cookie, code, now=now + signed_cookie.KEPT_SECONDS - 1)
    assert not signed_cookie.is_valid(cookie, code, now=now + signed_cookie.KEPT_SECONDS)


@given(some.text())
def test_no_other_text_is_a_cookie(text: str) -> None:
    assert not signed_cookie.is_valid(text, CODE)


def test_neither_another_code_nor_a_later_end_is_believed() -> None:
    assert not signed_cookie.is_valid(signed_cookie.make("another code"), CODE)
    ends, _, mac = signed_cookie.make(CODE).partition(".")
    later = f"{int(ends) + 1}.{mac}"
    assert not signed_cookie.is_valid(later, CODE)


def test_the_right_code_is_answered_with_a_cookie_that_scripts_cannot_read() -> None:
    status, headers, _ = enter(f" {CODE}\n".encode())
    assert status == 200
    cookie = SimpleCookie(headers["set-cookie"])[signed_cookie.COOKIE]
    assert signed_cookie.is_valid(cookie.value, CODE)
    assert (cookie["httponly"], cookie["samesite"]) == (True, "lax")
    assert not cookie["secure"]


def test_the_cookie_is_of_the_apps_own_folder_below_any_prefix_also_one_that_is_taken_off() -> None:
    _, headers, _ = enter(CODE.encode(), prefix="/tools/explorer")
    # Without a path a browser takes the folder of the address that it asked for (RFC 6265, 5.1.4).
    assert SimpleCookie(headers["set-cookie"])[signed_cookie.COOKIE]["path"] == ""


def wrong(times: int, **sent: str) -> list[int]:
    """The answers to wrong codes that are sent at once."""

    async def all_at_once() -> list[int]:
        tries = (entering(b"wrong", **sent) for _ in range(times))
        return [status for status, _, _ in await asyncio.gather(*tries)]

    return asyncio.run(all_at_once())


def test_a_wrong_code_gets_no_cookie_and_after_ten_one_waits_but_not_ones_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status, headers, text = enter(b"wrong", name="a")
    assert (status, "set-cookie" in headers) == (403, False)
    assert "not the access code" in text
    assert wrong(12, name="a") == [403] * 9 + [429] * 3
    status, headers, text = enter(CODE.encode(), name="a")
    assert (status, "set-cookie" in headers) == (429, False)
    assert "You have entered too many" in text
    assert enter(CODE.encode(), name="b")[0] == 200
    monkeypatch.setitem(CLOCK, "seconds", 61.0)
    assert enter(CODE.encode(), name="a")[0] == 200


@pytest.mark.parametrize(
    ("address", "next_door", "elsewhere"),
    [
        ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
        ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
        ("::ffff:10.0.0.1", "10.0.0.1", "::ffff:10.0.0.2"),
    ],
)
def test_who_takes_a_new_name_for_each_guess_makes_their_network_wait_and_no_other(
    address: str, next_door: str, elsewhere: str
) -> None:
    for number in range(30):
        assert wrong(1, name=str(number), address=address) == [403]
    status, _, text = enter(CODE.encode(), name="host", address=next_door)
    assert status == 429
    assert "from your network" in text
    assert enter(CODE.encode(), name="host", address=elsewhere)[0] == 200


def test_while_many_networks_guess_each_may_do_so_less_and_who_knows_the_code_comes_in() -> None:
    for number in range(50):
        assert wrong(1, name=str(number), address=f"10.0.1.{number}") == [403]
    for number in range(10):
        assert wrong(1, name=str(number), address="10.0.0.9") == [403]
    assert enter(CODE.encode(), name="host", address="10.0.0.9")[0] == 429
    assert enter(CODE.encode(), name="host", address="10.0.0.1")[0] == 200


def test_other_sites_and_endless_codes_are_refused() -> None:
    assert enter(CODE.encode(), origin="http://evil.example")[0] == 403
    assert enter(b"x" * 1_001)[0] == 413


def test_without_a_code_the_route_gives_no_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXPLORER_ACCESS_CODE")
    assert enter(b"")[0] == 403


def test_holders_are_those_whose_cookie_is_of_this_code(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = signed_cookie.make(CODE)
    session_with(monkeypatch, cookie)
    assert access.is_holder()
    access.require_holder()
    monkeypatch.setenv("EXPLORER_ACCESS_CODE", "another code")
    assert not access.is_holder()
    with pytest.raises(access.AccessRefused, match="access code"):
        access.require_holder()
    monkeypatch.delenv("EXPLORER_ACCESS_CODE")
    session_with(monkeypatch, None)
    assert access.is_holder()


def test_a_socket_of_the_apps_own_is_asked_for_the_cookie_too() -> None:
    access.require_holder({signed_cookie.COOKIE: signed_cookie.make(CODE)})
    with pytest.raises(access.AccessRefused):
        access.require_holder({})


def test_a_code_that_keeps_nobody_out_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_ACCESS_CODE", "1234567")
    with pytest.raises(SystemExit, match="at least 8 characters, not 7"):
        access.say_at_start()


@pytest.mark.parametrize(
    ("address", "code", "warned"),
    [("127.0.0.1", "", False), ("localhost", "", False), ("::1", "", False), ("0.0.0.0", "", True),
     (None, "", True), ("192.168.1.4", "", True), ("0.0.0.0", CODE, False)],
)  # fmt: skip
def test_a_server_that_others_reach_without_a_code_says_so(
    address: str | None, code: str, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_ACCESS_CODE", code)
    monkeypatch.setattr(st, "get_option", {"server.address": address}.get)
    assert ("EXPLORER_ACCESS_CODE" in access.warning()) is warned
