"""The runs that came with the app: what pages say of them, and when they open with one."""

from __future__ import annotations

import time

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.records import Environment
from explorer.runs.run import CurveRow, Run

CREDIT = (
    "Images: MNIST by Yann LeCun and Corinna Cortes, made from data of NIST; licence CC BY-SA 3.0."
)
"""Source and licence of the images that came with the app."""

READ_ONLY = (
    "The recorded runs that came with the app can be compared and exported, but not renamed, "
    "tagged or deleted."
)


def opening_race(run_key: str) -> str | None:
    """Return the race that a page opens with: one that came with the app, until there are others.

    Args:
        run_key: Where the session keeps the id of the race that is shown; once something stands
            there, also None, the visitor has chosen.

    Returns:
        Its id, or None.

    Raises:
        StoreUnavailable: The run store cannot be used.
    """
    if run_key in st.session_state:
        return None
    newest = next(iter(launcher.default_store().runs.list(1)), None)
    return newest.id if newest and newest.is_shipped else None


def recorded_words(one: Run | CurveRow) -> str:
    """Say when, with what and on what a run that came with the app was trained; "" of others."""
    where: Environment | None = one.info if isinstance(one, Run) else one.environment
    if not one.is_shipped or where is None:
        return ""
    day = time.gmtime(one.created_at)
    return (
        f"Recorded: trained on {day.tm_mday} {time.strftime('%B %Y', day)} with torch "
        f"{where.versions['torch']} on the processor {where.device_name}, not on this machine. "
        f"{CREDIT}"
    )


def say_recorded(one: Run | CurveRow) -> None:
    """Show `recorded_words`, if there are some."""
    if words := recorded_words(one):
        st.caption(words)
