"""A cookie that proves that its browser once knew the access code."""

from __future__ import annotations

import functools
import hashlib
import hmac
import time

COOKIE = "explorer_access"
KEPT_SECONDS = 30 * 86_400
_ROUNDS = 50_000


def make(code: str, *, now: float | None = None) -> str:
    """Return the value of the cookie for whoever knows the code.

    It holds the time at which it ends and a keyed hash of that time. The key comes from the code
    itself, so a changed code ends every cookie, and all servers with one code agree.
    """
    ends = int((time.time() if now is None else now) + KEPT_SECONDS)
    return f"{ends}.{_mac(code, ends)}"


def is_valid(value: str, code: str, *, now: float | None = None) -> bool:
    """Tell whether a cookie was made with this code and has not ended."""
    ends, _, mac = value.partition(".")
    if not (ends.isascii() and ends.isdecimal() and len(ends) < 16):
        return False
    is_ours = hmac.compare_digest(mac.encode(), _mac(code, int(ends)).encode())
    return is_ours and (time.time() if now is None else now) < int(ends)


def _mac(code: str, ends: int) -> str:
    return hmac.new(_key(code), f"access {ends}".encode(), hashlib.sha256).hexdigest()


@functools.lru_cache(maxsize=8)
def _key(code: str) -> bytes:
    # Slow on purpose, so that nobody finds a short code from a cookie; made once for each code.
    return hashlib.pbkdf2_hmac("sha256", code.encode(), b"cross-entropy", _ROUNDS)
