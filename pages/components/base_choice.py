"""The choice of unit that every page about information shares."""

from __future__ import annotations

import math

import streamlit as st

from pages.components import page_link

BASES = {"bits": 2.0, "nats": math.e, "dits": 10.0}


def base_choice(key: str) -> float:
    """Show the choice of unit and return the base of the logarithm.

    The choice lives in the session under `key`, and in the address as `unit`.
    """
    kept = f"{key} unit"
    asked = page_link.opened_with().get("unit", [""])[0]
    if asked in BASES:
        st.session_state[kept] = asked
    # A widget's own value is dropped on other pages, hence the second key.
    st.session_state[key] = st.session_state.get(kept, "bits")
    unit = st.segmented_control(
        "Unit",
        list(BASES),
        key=key,
        required=True,
        help="bits: base 2, nats: base e, dits: base 10",
        on_change=lambda: st.session_state.update({kept: st.session_state[key]}),
    )
    return BASES[unit]
