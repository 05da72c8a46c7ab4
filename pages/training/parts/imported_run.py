"""What pages about training say of a run that was trained elsewhere and imported from a file."""

from __future__ import annotations

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.run import CurveRow, Run
from explorer.store.run_store import UnknownRun
from pages.components.address.address import link_to
from pages.components.escaping import escaped


def say_imported(run: Run | CurveRow, here: str, *, via: str) -> None:
    """Say that a run was imported, what this page therefore cannot show, and where to look.

    Args:
        here: What is missing here, a clause in plain words.
    """
    run_id = run.id if isinstance(run, Run) else run.run_id
    name = (run.name if isinstance(run, Run) else run.run_name) or run.origin
    of = "" if name == run.origin else f" from the file “{escaped(run.origin)}”"
    st.info(f"“{escaped(name)}” was imported{of}: it was trained elsewhere, {here}.")
    link_to("compare", "**Look at its curves →**", {"runs": run_id}, via=via)


def run_instead(run_id: str, here: str, *, via: str) -> bool:
    """Say so where an id that is no sweep's is a run's; tell whether it is.

    Raises:
        StoreUnavailable: The run store cannot be used.
    """
    try:
        run = launcher.default_store().runs.get(run_id)
    except UnknownRun:
        return False
    if run.origin:
        say_imported(run, here, via=via)
    else:
        st.info("The link names a race, not a sweep.")
        link_to("live", "**Look at the race →**", {"run": run_id}, via=via)
    return True
