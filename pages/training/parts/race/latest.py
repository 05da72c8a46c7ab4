"""The newest races, to look at again."""

from __future__ import annotations

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.config import curve_labels
from explorer.store.run_store import StoreUnavailable
from pages.training.parts.earlier_list import earlier_list
from pages.training.parts.race.link import show_run
from pages.training.parts.store_notice import say_unusable


def latest_races(run_key: str) -> None:
    """Offer the newest races.

    Args:
        run_key: where the session keeps the id of the race that is shown.
    """

    try:
        runs = launcher.default_store().runs.list(12)
    except StoreUnavailable as error:
        say_unusable(error)
        return
    entries = [
        (
            run.id,
            run.created_at,
            f"{run.name or ', '.join(curve_labels(run.configs))} ({launcher.state_of(run)})",
        )
        for run in runs
    ]
    earlier_list(
        entries,
        st.session_state.get(run_key),
        lambda run_id: show_run(run_key, run_id),
        kind="race",
    )
