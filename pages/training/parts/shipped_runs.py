"""The runs that came with the app: what pages say of them, and when they open with one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.records import Environment
from explorer.runs.run import CurveRow, Run
from explorer.runs.sweep_cells import Sweep
from explorer.store.run_store import RunStore, StoreUnavailable

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
        Its id, or None, also where it cannot be told whether there are others.
    """
    return _opening(run_key, lambda store: store.runs.list(1))


def opening_sweep(sweep_key: str) -> str | None:
    """Return the sweep that a page opens with, as `opening_race` does."""
    return _opening(sweep_key, lambda store: store.sweeps.list(1))


def _opening(key: str, newest: Callable[[RunStore], Sequence[Run | Sweep]]) -> str | None:
    if key in st.session_state:
        return None
    try:
        first = next(iter(newest(launcher.default_store())), None)
    except StoreUnavailable:
        # The page says so itself.
        return None
    return first.id if first and first.is_shipped else None


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


def counted(rows: Sequence[CurveRow], shown: Sequence[CurveRow]) -> str:
    """Say how many curves a table has, and how many of them it shows.

    Those that came with the app count only where there are no others.

    Args:
        shown: Those of them that pass the filter.
    """
    own = {row.id for row in rows if not row.is_shipped}
    ids, what = (own, "curves") if own else ({row.id for row in rows}, "recorded curves")
    passing = sum(row.id in ids for row in shown)
    return (
        f"{passing:,} of {len(ids):,} {what}" if len(shown) < len(rows) else f"{passing:,} {what}"
    )


def recorded_behind(rows: Sequence[CurveRow]) -> str:
    """Say how many curves came with the app, behind the others in a table; "" without others."""
    recorded = sum(row.is_shipped for row in rows)
    return f" Below them stand {recorded} recorded ones." if 0 < recorded < len(rows) else ""
