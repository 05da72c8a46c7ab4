"""Hand movements and key presses as WebDriver wants them, in its classic and its newer protocol.

Source: W3C WebDriver, section "Actions".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Point = tuple[float, float]
Actions = list[dict[str, Any]]

# Keys without a character of their own; WebDriver's code points for them.
KEYS = {
    "Enter": "\ue007",
    "Tab": "\ue004",
    "Escape": "\ue00c",
    "Space": " ",
    "PageUp": "\ue00e",
    "PageDown": "\ue00f",
    "End": "\ue010",
    "Home": "\ue011",
    "ArrowLeft": "\ue012",
    "ArrowUp": "\ue013",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
    "Shift": "\ue008",
    "Control": "\ue009",
}
FRAME_MS = 16


def held(path: Sequence[Point]) -> Actions:
    """Return the actions that press the mouse at the first point and move through the others."""
    start, *others = [{"type": "pointerMove", "x": round(x), "y": round(y)} for x, y in path]
    steps = [
        {**start, "duration": 0},
        {"type": "pointerDown", "button": 0},
        *({**to, "duration": FRAME_MS} for to in others),
    ]
    return _mouse(steps)


def released() -> Actions:
    """Return the action that lets the mouse go."""
    return _mouse([{"type": "pointerUp", "button": 0}])


def pressed(keys: Sequence[str]) -> Actions:
    """Return the actions that press keys one after the other, such as `Shift+ArrowUp`."""
    steps = []
    for key in keys:
        parts = [KEYS.get(part, part) for part in (key.split("+") if len(key) > 1 else [key])]
        steps += [{"type": "keyDown", "value": part} for part in parts]
        steps += [{"type": "keyUp", "value": part} for part in reversed(parts)]
    return [{"type": "key", "id": "keyboard", "actions": steps}]


def _mouse(steps: Actions) -> Actions:
    return [
        {
            "type": "pointer",
            "id": "mouse",
            "parameters": {"pointerType": "mouse"},
            "actions": steps,
        }
    ]
