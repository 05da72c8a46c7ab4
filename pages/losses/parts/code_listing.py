"""Code that gives the numbers on screen, to read and to copy."""

from __future__ import annotations

import streamlit as st

from explorer.figures.numbers import written
from explorer.teaching.code_listings import Listing

_TINY = 1e-9


def code_listing(listing: Listing, unit: str = "nats", *, is_noted: bool = False) -> None:
    """Show the code, and beneath it what it prints.

    Args:
        unit: Of the results; empty for none.
        is_noted: Whether to say that the last digits of a tiny loss are torch's rounding.
    """
    st.code(listing.code, language="python", wrap_lines=True)
    results = (f"`{name}` = {written(value)}" for name, value in listing.results.items())
    st.caption(f"{', '.join(results)}{f' {unit}' if unit else ''}")
    if is_noted and any(0 < value < _TINY for value in listing.results.values()):
        st.caption(
            "PyTorch adds 1 to an exponential and takes the logarithm, so a loss as small as this "
            "is right to about 10⁻¹⁶ only; the number here keeps its digits with log1p."
        )
