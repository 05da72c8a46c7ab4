"""What was trained before, newest first, to look at again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.config import curve_labels
from pages.components.escaping import escaped

_MOST = 12


def latest_races(current: str | None, look_at: Callable[[str], None]) -> None:
    """Offer the newest races.

    Args:
        current: Id of the one on screen, if any.
        look_at: Called with the id of the one that was pressed, before the next run.

    Raises:
        StoreUnavailable: The run store cannot be used.
    """
    entries = []
    for run in launcher.default_store().runs.list(_MOST):
        name = run.name or ", ".join(curve_labels(run.configs))
        entries.append((run.id, run.created_at, f"{name} ({launcher.state_of(run)})"))
    _offer("race", entries, current, look_at)


def latest_sweeps(current: str | None, look_at: Callable[[str], None]) -> None:
    """Offer the newest sweeps, as `latest_races` does."""
    entries = []
    for one in launcher.default_store().sweeps.list(_MOST):
        varied = ", ".join(one.grid.varied()).replace("_", " ") or "one cell"
        recorded = "recorded, " if one.is_shipped else ""
        entries.append((one.id, one.created_at, f"{recorded}{one.grid.num_cells} cells, {varied}"))
    _offer("sweep", entries, current, look_at)


def _offer(
    kind: str,
    entries: Iterable[tuple[str, float, str]],
    current: str | None,
    look_at: Callable[[str], None],
) -> None:
    """Show a button for each entry: its id, when it was made (seconds since 1970), and words."""
    if not entries:
        st.caption(f"No {kind} has been trained yet.")
    for one, created_at, words in entries:
        when = time.strftime("%d %b, %H:%M", time.localtime(created_at))
        st.button(
            escaped(f"{when}: {words}"),
            key=f"{kind} open {one}",
            type="tertiary",
            disabled=one == current,
            on_click=look_at,
            args=(one,),
        )
