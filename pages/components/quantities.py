"""A row of named numbers: one element, where a row of metrics would be a dozen."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st


def quantities(values: Mapping[str, str]) -> None:
    """Show each name above its value; the row wraps on a narrow screen.

    Args:
        values: Name → number as written, with its unit.
    """
    pairs = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in values.items()
    )
    st.html(f'<dl class="cee-quantities">{pairs}</dl>')
