"""On every page: what joins the tab to a room, and lets it follow the host."""

from __future__ import annotations

from pages.components.address import address
from pages.components.frontend.frontend import component
from pages.components.preview import preview

_mount = component(__file__)


def follow(page: str) -> None:
    """Let the tab lead or follow, if it is in a room; called by `app.py` before the page."""
    preview.note_page(page)
    _mount(
        key="follow",
        data={
            "page": page,
            "preview": preview.token(),
            "session": address.session_name(),
        },
        height=1,
    )
