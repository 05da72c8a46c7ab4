"""A canvas to draw a digit on by pointer, touch or keyboard, and what a network sees of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.core.drawing import (
    GRID,
    MOST_POINTS,
    MOST_STROKES,
    PEN_WIDTH,
    Strokes,
    read_stroke_text,
    read_strokes,
    simplified,
    stroke_text,
)
from pages.components.address import address
from pages.components.address.parameters import Parameter
from pages.components.frontend.frontend import component
from pages.components.payloads import sequence_of

_mount = component(__file__)
_KEY, _KEPT = "digit canvas", "digit canvas drawing"
_LONGEST_LINK = 1_500


@dataclass
class CanvasSession:
    """What the server knows of one canvas; `rev` counts the changes that it made itself."""

    strokes: Strokes = ()
    message: str = ""
    rev: int = 0
    seq: int = 0


def drawn() -> Strokes:
    """Return what stands on the canvas, without its needless points; it lives across pages."""
    session = _session()
    if address.is_asked(INK.name):
        session.rev += 1
        try:
            session.strokes, session.message = address.take(INK.name) or (), ""
        except address.LinkError as error:
            session.message = f"From the link: {error}"
    elif address.is_cleared(INK.name):
        session.rev += 1
        session.strokes, session.message = (), ""
    return session.strokes


def digit_canvas(pictures: Mapping[str, NDArray[np.uint8]]) -> None:
    """Show the canvas, and beside it what networks see.

    Args:
        pictures: caption → pixels [28, 28], 0 to 255.
    """
    session = _session()
    _mount(
        key=_KEY,
        data={
            "grid": GRID,
            "pen": PEN_WIDTH,
            "most": {"strokes": MOST_STROKES, "points": MOST_POINTS},
            "strokes": [[n for point in stroke for n in point] for stroke in session.strokes],
            "pictures": [
                {"caption": caption, "pixels": base64.b64encode(pixels.tobytes()).decode()}
                for caption, pixels in pictures.items()
            ],
            "message": session.message,
            "link": INK.name,
            "longest": _LONGEST_LINK,
            "session": address.session_name(),
            "rev": session.rev,
            "seq": session.seq,
        },
        on_edit_change=lambda: take(session, st.session_state[_KEY].get("edit")),
    )


def _link_text(strokes: Strokes) -> str:
    """Return the drawing for the page's address, or "" when it is too long for one."""
    text = stroke_text(strokes)
    return text if len(text) <= _LONGEST_LINK else ""


INK = Parameter("ink", lambda text: simplified(read_stroke_text(text)), _link_text)
"""The drawing in the page's address."""


def _session() -> CanvasSession:
    return st.session_state.setdefault(_KEPT, CanvasSession())


def take(session: CanvasSession, edit: Any) -> None:
    """Take a drawing into what the session knows of its canvas."""
    seq = sequence_of(edit)
    if seq is None or seq == session.seq:
        return
    session.seq = seq
    # A drawing made on top of an older one than the server's own last change is out of date.
    if edit.get("rev") != session.rev:
        return
    try:
        session.strokes, session.message = simplified(read_strokes(edit.get("strokes"))), ""
    except ValueError as error:
        session.message = f"{error} The last good drawing is kept."
        session.rev += 1
