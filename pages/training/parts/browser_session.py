"""A name for the session of a browser's tab."""

from __future__ import annotations

import secrets

import streamlit as st


def browser_session() -> str:
    """Return a text that no other session has, the same one for as long as this one lasts."""
    return st.session_state.setdefault("browser session", secrets.token_urlsafe(12))
