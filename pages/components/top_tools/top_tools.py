"""Beside the navigation: undo and redo, sharing the page, and presenting it."""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import segno
import streamlit as st
from segno.encoder import DataOverflowError

from pages.components.address import address
from pages.components.frontend.frontend import component

_mount = component(__file__)
_PRESENT = Path(__file__).with_name("present.css")
_KEY = "top-tools"
_SHARED = "address that is shared"
_LONGEST = 8_000


def top_tools(page: str) -> None:
    """Show the tools; called by `app.py` in each run, before the address is read."""
    asked = address.take_or_warn("present")
    if asked is not None:
        st.session_state[address.PRESENTING] = min(asked, 1)
    presenting = bool(st.session_state.get(address.PRESENTING))
    shared = st.session_state.get(_SHARED)
    if presenting:
        st.html(_PRESENT)
    _mount(
        key=_KEY,
        data={
            "page": page,
            "presenting": presenting,
            "shared": shared and _offered(shared),
        },
        on_asked_change=_go,
        on_share_change=_share,
        on_present_change=_present,
        height=1,
    )


@lru_cache(maxsize=64)
def _offered(link: str) -> dict[str, str]:
    """Return what the menu shows of a link: itself, as a QR code, and to be embedded."""
    embedded = f"{link}{'&' if urlsplit(link).query else '?'}embed=true"
    code = note = ""
    try:
        code = segno.make_qr(link, error="l").svg_data_uri(border=3)
    except DataOverflowError:
        note = "This link is too long for a QR code; copy it."
    return {
        "link": link,
        "embed": f'<iframe src="{html.escape(embedded)}" title="Cross-Entropy Explorer" '
        'width="100%" height="720" style="border: 0" loading="lazy"></iframe>',
        "code": code,
        "note": note,
    }


def _share() -> None:
    link = _request("share").get("link")
    if not isinstance(link, str) or len(link) > _LONGEST:
        return
    if link.startswith(("http://", "https://")):
        st.session_state[_SHARED] = link


def _go() -> None:
    asked = _request("asked")
    address.go_to(asked.get("page"), asked.get("search"))


def _present() -> None:
    on = _request("present").get("on")
    if isinstance(on, bool):
        st.session_state[address.PRESENTING] = int(on)


def _request(name: str) -> Mapping[str, Any]:
    """Return the newest request of the browser; empty for anything malformed."""
    request = st.session_state[_KEY].get(name)
    return request if isinstance(request, Mapping) else {}
