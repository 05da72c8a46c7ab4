"""Settings that a file tells beside its curves, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DEEPEST = 8


def setting_text(value: Any) -> str | None:
    """Return a setting in words; None if it is no single one."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    return None


def settings_of(told: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, str]:
    """Return settings by name, in words; what is nested gets the names of both."""
    found: dict[str, str] = {}
    for name, value in told.items():
        if isinstance(value, dict) and depth < _DEEPEST:
            found |= settings_of(value, f"{prefix}{name}/", depth + 1)
        elif (
            isinstance(value, list)
            and len(value) <= 20
            and all(not isinstance(one, dict | list) for one in value)
        ):
            found[f"{prefix}{name}"] = ", ".join(str(one) for one in value)
        elif (text := setting_text(value)) is not None:
            found[f"{prefix}{name}"] = text
    return found
