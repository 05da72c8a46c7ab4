"""Who somebody is to this app: a name drawn by chance, kept by the browser and never shown.

It says who began a training, so that the same browser may stop and delete it even after the access
code was changed, and it bounds how many trainings one person has waiting. Nothing but the browser
knows the name. The store keeps a digest of it, which gives nobody the name back, so that no secret
is needed that would have to be the same on every server and after every restart.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from http.cookies import SimpleCookie

COOKIE = "explorer_person"
_KEPT_SECONDS = 365 * 86_400
_NAME = re.compile(r"[A-Za-z0-9_-]{43}")


def digest_of(cookies: Mapping[str, str]) -> str:
    """Return what the store keeps of a browser with these cookies; "" where it has no name."""
    name = str(cookies.get(COOKIE))
    return hashlib.sha256(name.encode()).hexdigest() if _NAME.fullmatch(name) else ""


def naming(cookie_header: str, *, is_secure: bool) -> str | None:
    """Return the header that names a browser, or None where it has a name already.

    Args:
        cookie_header: What it sent as `Cookie`.
        is_secure: Whether it came by TLS, so that it shall send the name by TLS alone.
    """
    sent = (part.strip().partition("=") for part in cookie_header.split(";"))
    if digest_of({name: value for name, _, value in sent}):
        return None
    made = SimpleCookie({COOKIE: secrets.token_urlsafe(32)})
    # Without a path it holds for the folder of the page that was asked for, also where a proxy
    # takes a prefix off that nobody here knows of.
    made[COOKIE] |= {"max-age": _KEPT_SECONDS, "httponly": True, "samesite": "lax"}
    made[COOKIE]["secure"] = is_secure
    return made[COOKIE].OutputString()
