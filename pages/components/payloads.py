"""Reads what a browser sent, which anyone may have made up: what is wrong is logged and refused."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

_log = logging.getLogger(__name__)
_LARGEST = 2**53
"""From here on JavaScript cannot count in steps of one."""


def sequence_of(edit: Any) -> int | None:
    """Return the number of an edit, by which it is taken once; None where there is no edit.

    Args:
        edit: A component's state, None before the first edit.
    """
    if edit is None:
        return None
    seq = edit.get("seq") if isinstance(edit, Mapping) else None
    # Not isinstance: True is an int to Python.
    if type(seq) is int and 0 <= seq < _LARGEST:
        return seq
    _log.warning("Refused an edit that has no number.")
    return None


def newest_edit(key: str, name: str = "edit") -> int:
    """Return the number of the newest edit of a component that was taken, 0 for none."""
    number: int = st.session_state.get(f"{key} {name} taken", 0)
    return number


def new_edit(key: str, name: str = "edit") -> Mapping[str, Any] | None:
    """Return once what the component `key` has sent as its state `name`; None for nothing new."""
    edit = st.session_state.get(key, {}).get(name)
    seq = sequence_of(edit)
    if seq is None or seq == newest_edit(key, name):
        return None
    st.session_state[f"{key} {name} taken"] = seq
    return edit


def finite_number(sent: Any) -> float | None:
    """Return a number that a browser sent; None for anything else."""
    if type(sent) is float and math.isfinite(sent):
        return sent
    if type(sent) is int and abs(sent) < _LARGEST:
        return float(sent)
    _log.warning("Refused what is not a finite number.")
    return None
