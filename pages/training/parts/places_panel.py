"""Where trainings run: machines, devices, what waits, and what went wrong last."""

from __future__ import annotations

import streamlit as st

from explorer.jobs import launcher
from explorer.jobs.places import Places, places
from explorer.runs.config import ConfigError
from explorer.store.run_store import StoreUnavailable
from pages.components.access import access
from pages.components.escaping import escaped


def places_panel(key: str) -> None:
    """Offer to look where trainings run, and say whether everybody may begin some.

    Nothing is asked of the run store before somebody looks.

    Args:
        key: Unique in the app.
    """
    access.say_open()
    if not st.toggle("Where trainings run", key=key):
        return
    try:
        found = places(launcher.default_store())
    except (ConfigError, StoreUnavailable) as error:
        st.error(escaped(str(error)))
        return
    st.caption(escaped(_summary(found)))
    if found.machines:
        columns = ("machine", "devices", "memory", "trainings", "state")
        st.table(
            {name.capitalize(): [str(getattr(one, name)) for one in found.machines]
             for name in columns},
            hide_index=True,
        )  # fmt: skip
    if found.fault:
        st.warning(escaped(found.fault))


def _summary(found: Places) -> str:
    times = "1 training" if found.capacity == 1 else f"{found.capacity} trainings"
    waiting = {0: "none waits", 1: "1 race waits"}.get(found.waiting, f"{found.waiting} races wait")
    return f"Trained by {found.engine}: {times} at a time, {waiting}."
