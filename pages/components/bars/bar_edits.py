"""What a bar editor sends from the browser, taken into what the session knows of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from explorer.core.bars import Bars, Limits, Notes, renamed, resize, set_normalized_text, set_text
from explorer.core.distributions import parse_vector
from pages.components.payloads import sequence_of

LONGEST_NAME = 24


@dataclass
class EditorSession:
    """What the server knows of one editor; `rev` counts the changes that it made itself."""

    bars: Bars
    messages: dict[str, dict[str, object]]
    rev: int = 0
    seq: int = 0


def receive(session: EditorSession, edit: Any, presets: Mapping[str, Bars], limits: Limits) -> None:
    """Take an edit from the browser into the session.

    Args:
        edit: As the editor's script sent it, or anything else that somebody sends.
    """
    seq = sequence_of(edit)
    if seq is None or seq == session.seq:
        return
    session.seq = seq
    # An edit made on top of an older state than the server's own last change is out of date.
    if edit.get("rev") == session.rev:
        _take_state(session, edit.get("state"))
    if isinstance(edit.get("command"), dict):
        _obey(session, edit["command"], presets, limits)


def bars_of(old: Bars, state: Any) -> Bars:
    """Return the bars that an editor sent; their number is changed by commands alone.

    Args:
        state: `names`, `values` and `locked` as the editor's script sends them.

    Raises:
        ValueError: The editor does not send such a state, or its bars are not valid.
    """
    try:
        names, count = tuple(str(name)[:LONGEST_NAME] for name in state["names"]), len(old.names)
        values = {series: tuple(map(float, state["values"][series])) for series in old.values}
        locked = tuple(int(index) for index in state["locked"])
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError("The editor sent something that is not a state of its bars.") from error
    if len(names) != count or not set(locked) <= set(range(count)):
        raise ValueError("The editor sent bars other than those it shows.")
    return replace(old, names=names, values=values, locked=locked)


def _take_state(session: EditorSession, state: Any) -> None:
    try:
        bars = bars_of(session.bars, state)
    except ValueError as error:
        series = next(iter(session.bars.values))
        session.messages = {series: {"error": f"{error} The last good state is kept."}}
        session.rev += 1
        return
    session.bars, session.messages = bars, {}


def _obey(
    session: EditorSession,
    command: dict[str, object],
    presets: Mapping[str, Bars],
    limits: Limits,
) -> None:
    """Carry out what needs the server: text, normalising, a preset, the number of outcomes."""
    series = str(command.get("series") or next(iter(session.bars.values)))
    text = str(command.get("text", ""))
    notes: Notes = {}
    before = session.bars
    session.rev += 1
    try:
        match command.get("kind"):
            case "text":
                session.bars, notes = set_text(session.bars, series, text, **limits)
            case "normalize":
                session.bars, notes = set_normalized_text(session.bars, series, text, **limits)
            case "resize":
                size = command["size"]
                if type(size) is not int:
                    raise TypeError("The number of outcomes must be a whole number.")
                session.bars, notes = resize(session.bars, size, **limits)
            case "preset":
                session.bars = presets[str(command["name"])]
    except (KeyError, TypeError, OverflowError):
        # No editor sends such a message; the bars stay as they are.
        return
    except ValueError as error:
        session.messages[series] = {
            "error": f"{error} The bars still show the last good values.",
            "text": text,
            "can_normalize": session.bars.probabilities and _can_normalize(text),
        }
        return
    is_text = command.get("kind") in ("text", "normalize")
    if is_text and len(before.names) != len(session.bars.names):
        noun = limits["noun"]
        session.bars = renamed(before, session.bars, presets.values(), noun)
    session.messages = {name: {"note": note} for name, note in notes.items()}


def _can_normalize(text: str) -> bool:
    try:
        weights = parse_vector(text)
    except ValueError:
        return False
    return bool((weights >= 0).all() and weights.any() and math.isfinite(weights.max()))
