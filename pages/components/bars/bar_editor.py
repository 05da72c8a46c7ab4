"""Draggable bars for one or two distributions, or for logits, with their text fields."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

import streamlit as st

from explorer.core.bars import Bars, Limits, Notes, renamed, resize, set_normalized_text, set_text
from explorer.core.distributions import parse_vector
from pages.components.address import address, parameters
from pages.components.address.parameters import Parameter, written_places, written_vector
from pages.components.frontend.frontend import component
from pages.components.payloads import sequence_of
from pages.components.preview import preview

_mount = component(__file__)
_LONGEST_NAME = 24
_NO_PRESETS: Mapping[str, Bars] = MappingProxyType({})


@dataclass(frozen=True)
class Series:
    """One row of bars: `id` is its name in formulas and links, `colour` its palette place."""

    id: str
    label: str
    colour: int


@dataclass
class EditorSession:
    """What the server knows of one editor; `rev` counts the changes that it made itself."""

    bars: Bars
    messages: dict[str, dict[str, object]]
    rev: int = 0
    seq: int = 0


NAMES = (
    parameters.names("name"),
    Parameter("lock", str, lambda locked: written_places(locked) if locked else ""),
)
"""What the address holds of bars beside their values."""
P = Series("p", "p (true)", 0)
Q = Series("q", "q (model)", 1)


def bar_editor(
    key: str,
    default: Bars,
    series: tuple[Series, ...],
    *,
    presets: Mapping[str, Bars] = _NO_PRESETS,
    noun: str = "outcome",
    least: int = 2,
    most: int = 20,
    low: float = 0.0,
    high: float = 1.0,
    step: float = 0.01,
    tall: bool = False,
    previewed: bool = False,
) -> Bars:
    """Show the editor and return its state.

    Args:
        key: Unique in the app; the state lives in the session under it, across pages.
        default: State before anybody edited, unless the page's address holds one.
        series: The rows of bars; their ids are the keys of `Bars.values`.
        presets: Name → state, offered in a menu.
        step: What an arrow key adds or takes.
        tall: Whether the bars are as high as the screen lets them, for a page that is about them.
        previewed: Whether plots follow before the script has run again: see `offer_plots`.
    """
    limits = Limits(noun=noun, least=least, most=most)
    session = _session(key, default)
    if address.is_asked(*(one.id for one in series)):
        _open_link(session, series, limits, presets)
    state = {
        "names": session.bars.names,
        "values": dict(session.bars.values),
        "locked": session.bars.locked,
    }
    _mount(
        key=key,
        data={
            "key": key,
            "mode": "probabilities" if default.probabilities else "logits",
            "series": [asdict(one) for one in series],
            "presets": list(presets),
            "one": noun,
            "noun": f"{noun}s" if not noun.endswith("s") else f"{noun}es",
            "least": least,
            "most": most,
            "low": low,
            "high": high,
            "step": step,
            "preview": preview.token() if previewed else None,
            "tall": tall,
            "state": state,
            "messages": session.messages,
            "session": address.session_name(),
            "rev": session.rev,
            "seq": session.seq,
        },
        on_edit_change=lambda: receive(session, st.session_state[key].get("edit"), presets, limits),
    )
    preview.tell(editors={key: state})
    return session.bars


def offer_plots(key: str, plots: Callable[[Bars], preview.Plots]) -> None:
    """Let plots follow the editor `key` before the script has run again.

    Args:
        plots: Returns what `plots_of` does for a state of the editor; see `preview.offer`.
    """
    session: EditorSession = st.session_state[f"{key} bars"]
    preview.offer(key, lambda state: plots(bars_of(session.bars, state)))


def set_bars(key: str, bars: Bars) -> None:
    """Put `bars` into the editor `key`, on this page or before switching to the one that has it."""
    session = _session(key, bars)
    session.bars = bars
    session.messages = {}
    session.rev += 1


def state_of(bars: Bars) -> dict[str, Any]:
    """Return what `address.keep` needs to make the address show these bars, digit for digit."""
    return {**bars.values, "name": bars.names, "lock": bars.locked}


def link_parameters(bars: Bars) -> dict[str, str | list[str]]:
    """Return what a link needs to show these bars."""
    state = state_of(bars)
    rows: dict[str, str | list[str]] = {
        series: written_vector(values) for series, values in bars.values.items()
    }
    return rows | {one.name: one.write(state[one.name]) for one in NAMES}


def _session(key: str, default: Bars) -> EditorSession:
    return st.session_state.setdefault(f"{key} bars", EditorSession(default, {}))


def _open_link(
    session: EditorSession,
    series: tuple[Series, ...],
    limits: Limits,
    presets: Mapping[str, Bars],
) -> None:
    """Take the state from the address; what cannot be read is reported and left unchanged.

    Args:
        presets: Name → state; a link without names to an example has the example's.
    """
    session.rev += 1
    session.messages = {}
    bars = replace(session.bars, locked=())
    asked = {one.id: text for one in series if (text := address.take(one.id)) is not None}
    is_read = False
    for name, text in asked.items():
        try:
            bars, notes = set_text(bars, name, text, **limits)
        except ValueError as error:
            session.messages[name] = {"error": f"From the link: {error}", "text": text[:200]}
            continue
        # The second series must fit the first: it must not take outcomes away from it.
        limits = Limits(noun=limits["noun"], least=len(bars.names), most=len(bars.names))
        is_read = True
        # A note on a series that the link sets as well would be out of date.
        session.messages |= {
            other: {"note": note} for other, note in notes.items() if other not in asked
        }
    names = [name.strip()[:_LONGEST_NAME] for name in address.shared("name")]
    if len(names) == len(bars.names) and all(names):
        bars = replace(bars, names=tuple(names))
    elif is_read:
        bars = renamed(session.bars, bars, presets.values(), limits["noun"])
    numbers = ",".join(address.shared("lock")[:1]).split(",")
    locked = {int(text) - 1 for text in numbers if text.isdecimal() and len(text) < 4}
    session.bars = replace(bars, locked=tuple(sorted(locked & set(range(len(bars.names))))))


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
        names, count = tuple(str(name)[:_LONGEST_NAME] for name in state["names"]), len(old.names)
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
