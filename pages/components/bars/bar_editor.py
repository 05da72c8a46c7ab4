"""Draggable bars for one or two distributions, or for logits, with their text fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import streamlit as st

from explorer.core.bars import Bars, Limits, renamed, set_text
from pages.components.address import address, parameters
from pages.components.address.parameters import Parameter, written_places, written_vector
from pages.components.bars.bar_edits import LONGEST_NAME, EditorSession, bars_of, receive
from pages.components.frontend.frontend import component
from pages.components.preview import preview

_mount = component(__file__)


@dataclass(frozen=True)
class Series:
    """One row of bars: `id` is its name in formulas and links, `colour` its palette place."""

    id: str
    label: str
    colour: int


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
    presets: Mapping[str, Bars],
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
    names = [name.strip()[:LONGEST_NAME] for name in address.shared("name")]
    if len(names) == len(bars.names) and all(names):
        bars = replace(bars, names=tuple(names))
    elif is_read:
        bars = renamed(session.bars, bars, presets.values(), limits["noun"])
    numbers = ",".join(address.shared("lock")[:1]).split(",")
    locked = {int(text) - 1 for text in numbers if text.isdecimal() and len(text) < 4}
    session.bars = replace(bars, locked=tuple(sorted(locked & set(range(len(bars.names))))))
