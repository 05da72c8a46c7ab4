"""Train a grid of settings, and see which of them matter."""

from __future__ import annotations

import streamlit as st

from explorer.jobs import launcher, sweep_scheduler
from explorer.runs.config import ConfigError
from explorer.runs.sweep_cells import ACTIVE
from explorer.store.run_store import StoreUnavailable, UnknownSweep
from pages.components.address import address
from pages.components.escaping import escaped
from pages.components.terms import terms
from pages.training.parts import training_start
from pages.training.parts.browser_session import browser_session
from pages.training.parts.deferred_click import note_press
from pages.training.parts.earlier_list import earlier_list
from pages.training.parts.imported_run import run_instead
from pages.training.parts.store_notice import store_notice
from pages.training.parts.sweep_form import FORM, sweep_form, sweep_plan
from pages.training.parts.sweep_view import (
    RESULTS,
    read_sweep,
    show_controls,
    sweep_options,
    watch,
)

SWEEP, TRAIN = "sweep shown", "sweep train"


def open_sweep(sweep_id: str | None) -> None:
    """Look at another sweep, or at none."""
    st.session_state[SWEEP] = sweep_id


def earlier_sweeps(current: str | None) -> None:
    """Offer the newest sweeps to look at again."""
    entries = []
    for one in launcher.default_store().sweeps.list(12):
        varied = ", ".join(one.grid.varied()).replace("_", " ") or "one cell"
        entries.append((one.id, one.created_at, f"{one.grid.num_cells} cells, {varied}"))
    earlier_list(entries, current, open_sweep, kind="sweep")


def results(sweep_id: str) -> dict[str, object]:
    """Show a sweep and what steers it; return what the address holds of it."""
    try:
        sweep, cells = read_sweep(sweep_id)
    except UnknownSweep as error:
        here = "so there is no grid of settings, only curves to compare"
        if not run_instead(sweep_id, here, via=f"sweep-{sweep_id}"):
            st.error(escaped(str(error)))
        return {}
    show_controls(sweep, cells)
    options, arranged = sweep_options(sweep.grid)
    shown = (sweep.is_open, any(cell.state in ACTIVE for cell in cells))
    st.fragment(watch, run_every=1.0 if any(shown) else None)(sweep_id, shown, options)
    return {"sweep": sweep_id, **arranged}


address.declare(*FORM, *RESULTS)
st.title("Sweep")
st.markdown(
    "Train every combination of a few settings, and see which of them matter. Cells train together "
    "on the same batches, seed by seed; close the page if you like, the sweep goes on."
)
terms("cross-entropy", "squared error", "learning rate")
if asked := list(filter(None, map(address.take, ("sweep", "run")))):
    open_sweep(asked[0])
sweep_id: str | None = st.session_state.get(SWEEP)
link: dict[str, object] = {}
readable = store_notice()
try:
    if readable:
        launcher.ensure_workers()
    with st.expander("Set up a sweep", expanded=sweep_id is None):
        grid, link = sweep_form()
    who = browser_session()
    begin = None if grid is None else lambda grid=grid: sweep_scheduler.start(grid, session=who)
    if training_start.start(TRAIN, SWEEP, begin):
        st.rerun()
    button, meaning = st.columns([1, 5], vertical_alignment="center")
    button.button("Train the grid", type="primary", key=TRAIN, on_click=note_press,
                  args=(TRAIN,))  # fmt: skip
    if readable:
        meaning.caption(sweep_plan(grid))
    with st.container():
        training_start.say_problem(TRAIN)
        training_start.say_places()
    with st.container():
        if sweep_id and readable:
            link = results(sweep_id) or link
    with st.expander("Earlier sweeps"):
        if readable:
            earlier_sweeps(sweep_id)
except (ConfigError, StoreUnavailable) as error:
    st.error(escaped(str(error)))
address.keep(link)
