"""The room itself: the way in, the host's console and screen, and what is on everybody's phone."""

from __future__ import annotations

from explorer.rooms.room import LONGEST_NAME, LONGEST_OUTCOME, LONGEST_PROMPT, MOST_OUTCOMES
from pages.components.frontend.frontend import component

_mount = component(__file__)


def room_view(code: str) -> None:
    """Show the room that the tab is in, or the way into one.

    Args:
        code: From the link that opened the page, "" for none.
    """
    _mount(
        key="room",
        data={
            "code": code,
            "longest": {"name": LONGEST_NAME, "prompt": LONGEST_PROMPT, "outcome": LONGEST_OUTCOME},
            "mostOutcomes": MOST_OUTCOMES,
        },
    )
