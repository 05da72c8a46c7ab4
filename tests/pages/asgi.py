"""What the app's own routes answer, without a server and without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp

HOST = "127.0.0.1:8501"
OURS = {"host": HOST, "origin": f"http://{HOST}"}
"""Headers of a page of ours."""


def scope(kind: str, target: str, headers: Mapping[str, str] = OURS, **more: Any) -> dict[str, Any]:
    """What a server hands to the app: `kind` is "http" or "websocket", `target` path and query."""
    path, _, query = target.partition("?")
    return {
        "type": kind,
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": [],
        "scheme": "http",
        "server": ("127.0.0.1", 8501),
        "client": ("127.0.0.1", 1),
        **more,
    }


def said(app: ASGIApp, where: Mapping[str, Any], *received: dict[str, Any]) -> list[dict[str, Any]]:
    """What the app sends to somebody who says `received`."""
    return asyncio.run(saying(app, where, *received))


async def saying(
    app: ASGIApp, where: Mapping[str, Any], *received: dict[str, Any]
) -> list[dict[str, Any]]:
    """What the app sends to somebody who says `received`, beside others who do."""
    waiting, sent = list(received), []

    async def receive() -> dict[str, Any]:
        # Whoever speaks at the same time has a turn.
        await asyncio.sleep(0)
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(dict(where), receive, send)
    return sent


def answered(
    app: ASGIApp, where: Mapping[str, Any], body: bytes = b""
) -> tuple[int, dict[str, str], str]:
    """Status, headers and text with which the app answers a request."""
    return asyncio.run(answering(app, where, body))


async def answering(
    app: ASGIApp, where: Mapping[str, Any], body: bytes = b""
) -> tuple[int, dict[str, str], str]:
    """Status, headers and text with which the app answers a request, beside others."""
    request = {"type": "http.request", "body": body, "more_body": False}
    start, *parts = await saying(app, where, request)
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, b"".join(part.get("body", b"") for part in parts).decode()
