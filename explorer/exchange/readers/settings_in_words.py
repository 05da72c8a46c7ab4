"""Settings that a file tells beside its curves, in words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from explorer.exchange.readers.decoding import json_value

# As Lightning, Hydra, Ultralytics, DVC, RLlib and others write it beside the curves.
_FILE = re.compile(
    r"(?:(.+?)/)??(?:\.hydra/)?(?:hparams|hyperparameters|params|args|opt|hyp|config)\.(?:ya?ml|json)"
)
_ENTRY = re.compile(r"( *)([\w.\-/]+):(?:\s+(.*?))?\s*")
_DEEPEST = 8
_MOST_LINES = 1_000


T = TypeVar("T")


def folder_of_settings(path: str) -> str | None:
    """Return the folder whose curves a file tells the settings of; None if it is no such file."""
    found = _FILE.fullmatch(path)
    return (found[1] or "") if found else None


def nearest(path: str, by_folder: Mapping[str, T], otherwise: T) -> T:
    """Return what there is for the folder of a file, or for the nearest around it.

    Args:
        path: Of the file; of a folder, ended by a stroke.
    """
    folders = itertools.accumulate(path.split("/")[:-1], lambda above, own: f"{above}/{own}")
    return next(
        (by_folder[one] for one in (*reversed([*folders]), "") if one in by_folder), otherwise
    )


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


def settings_in_text(content: bytes) -> dict[str, str]:
    """Return what a file of settings tells, in JSON or in the plain YAML of entries by name.

    Of YAML what is more than names, single values and what is nested in names is left out; a file
    that cannot be read tells nothing.
    """
    try:
        told = json_value(content)
    except (ValueError, RecursionError):
        return _settings_in_yaml(content.decode("utf-8", "replace"))
    return settings_of(told) if isinstance(told, dict) else {}


def _settings_in_yaml(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in text.splitlines()[:_MOST_LINES]:
        entry = _ENTRY.fullmatch(line.partition(" #")[0])
        if entry is None:
            continue
        depth = len(entry[1])
        above = [*(one for one in above if one[0] < depth), (depth, entry[2])]
        value = (entry[3] or "").strip("'\"")
        if value and value[0] not in "!&*|>{[":
            found["/".join(name for _, name in above)] = value
    return found
