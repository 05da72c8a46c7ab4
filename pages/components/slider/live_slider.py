"""A slider that reports while it is dragged, with a field for typing the number."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypedDict

import streamlit as st

from explorer.figures.numbers import written
from pages.components.address import address
from pages.components.address.parameters import parse_number
from pages.components.frontend.frontend import component
from pages.components.payloads import sequence_of
from pages.components.preview import preview

_mount = component(__file__)
_LONGEST_TEXT = 2_000


class _Limits(TypedDict):
    low: float
    high: float
    whole: bool


class SliderState(TypedDict):
    """What the session knows of a slider; `seq` is the last edit taken from the browser."""

    value: float
    message: dict[str, str]
    seq: int


def live_slider(
    label: str,
    *,
    key: str,
    default: float,
    low: float,
    high: float,
    step: float,
    logarithmic: bool = False,
    whole: bool = False,
    play: str = "",
    link: str = "",
    previewed: bool = False,
) -> float:
    """Show the slider and return its value.

    Args:
        label: What the number is, with its unit.
        key: Unique in the app; the value lives in the session under it, across pages.
        step: What an arrow key adds; of the decimal logarithm if `logarithmic`.
        logarithmic: Whether equal ways on the slider are equal factors; needs `low` > 0.
        whole: Whether only whole numbers are valid.
        play: Label of a button that lets the browser move the slider from low to high; without
            it there is none.
        link: Parameter of the page's address that holds the value when the page is opened.
        previewed: Whether plots follow before the script has run again: see `offer_plots`.

    Returns:
        The newest valid value. One that lies outside the limits because they have changed
        is moved to the nearer one and the component says so.
    """
    state = _state(key, default)
    limits = _Limits(low=low, high=high, whole=whole)
    if link:
        _open_link(state, link, limits)
    if not low <= state["value"] <= high:
        state["value"] = min(max(state["value"], low), high)
        state["message"] = {"note": f"Moved to {written(state['value'])}, the limit now."}
    _mount(
        key=key,
        data={
            "key": key,
            "label": label,
            "step": step,
            "logarithmic": logarithmic,
            "play": play,
            "preview": preview.token() if previewed else None,
            "link": link,
            "session": address.session_name(),
            **limits,
            **state,
        },
        on_edit_change=lambda: _receive(key, limits),
    )
    preview.tell(editors={key: state["value"]})
    return int(state["value"]) if whole else state["value"]


def offer_plots(
    key: str, plots: Callable[[float], preview.Plots], *, low: float, high: float
) -> None:
    """Let plots follow the slider `key` before the script has run again.

    Args:
        plots: Returns what `plots_of` does for a value; see `preview.offer`.
    """
    preview.offer(key, lambda value: plots(_parsed(str(value), low=low, high=high, whole=False)))


def set_value(key: str, value: float) -> None:
    """Move the slider `key` from the server's side."""
    state = _state(key, value)
    state["value"], state["message"] = float(value), {}


def _kept(key: str) -> str:
    return f"{key} slider"


def _state(key: str, default: float) -> SliderState:
    fresh = SliderState(value=float(default), message={}, seq=0)
    state: SliderState = st.session_state.setdefault(_kept(key), fresh)
    return state


def _open_link(state: SliderState, link: str, limits: _Limits) -> None:
    try:
        value = address.take(link, lambda value: _check(value, **limits))
    except address.LinkError as error:
        state["message"] = {"error": f"From the link: {error}", "text": error.text[:200]}
        return
    if value is not None:
        state["value"], state["message"] = value, {}


def _receive(key: str, limits: _Limits) -> None:
    """Take an edit from the browser; runs before the page does."""
    take(st.session_state[_kept(key)], st.session_state[key].get("edit"), limits)


def take(state: SliderState, edit: Any, limits: _Limits) -> None:
    """Take an edit into the session's state of a slider."""
    seq = sequence_of(edit)
    if seq is None or seq == state["seq"]:
        return
    state["seq"] = seq
    text = str(edit.get("text", edit.get("value", "")))[:_LONGEST_TEXT]
    try:
        state["value"], state["message"] = _parsed(text, **limits), {}
    except ValueError as error:
        state["message"] = {"error": f"{error} The last good value is kept.", "text": text[:200]}


def _parsed(text: str, *, low: float, high: float, whole: bool) -> float:
    value = parse_number(text)
    _check(value, low=low, high=high, whole=whole)
    return value


def _check(value: float, *, low: float, high: float, whole: bool) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError(f"Enter a number from {written(low, 6)} to {written(high, 6)}.")
    if whole and not value.is_integer():
        raise ValueError("Enter a whole number.")
