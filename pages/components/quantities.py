"""A row of named numbers: one element, where a row of metrics would be a dozen."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st


def quantities(values: Mapping[str, str], *, aside: bool = False) -> None:
    """Show each name above its value; the row wraps on a narrow screen.

    Args:
        values: Name → number as written, with its unit.
        aside: Whether they are of less weight than a plot beside them, and take one line.
    """
    pairs = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in values.items()
    )
    kind = "cee-quantities cee-aside" if aside else "cee-quantities"
    st.html(f'<dl class="{kind}">{pairs}</dl>')
