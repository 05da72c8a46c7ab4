"""Train a grid of settings, and see which of them matter."""

from __future__ import annotations

import streamlit as st

from explorer.jobs import launcher, sweep_scheduler
from explorer.runs.config import ConfigError
from explorer.store.run_store import StoreUnavailable
from pages.components.access import access
from pages.components.address import address
from pages.components.escaping import escaped
from pages.components.page_head import page_head
from pages.training.parts import training_start
from pages.training.parts.deferred_click import note_press
from pages.training.parts.earlier import latest_sweeps
from pages.training.parts.places_panel import places_panel
from pages.training.parts.shipped_runs import opening_sweep
from pages.training.parts.store_notice import store_notice
from pages.training.parts.sweep_form import FORM, is_form_asked, sweep_form, sweep_plan
from pages.training.parts.sweep_view import RESULTS, planned_view, sweep_view

SWEEP, TRAIN = "sweep shown", "sweep train"


def open_sweep(sweep_id: str | None) -> None:
    """Look at another sweep, or at none."""
    st.session_state[SWEEP] = sweep_id


address.declare(*FORM, *RESULTS)
page_head(
    "Sweep",
    "Train every combination of a few settings, and see which of them matter.",
    more="Cells train together on the same batches, seed by seed. Close the page if you like: the "
    "sweep goes on, and its address brings it back.",
    terms=("cross-entropy", "squared error", "learning rate"),
)
if asked := list(filter(None, map(address.take, ("sweep", "run")))):
    open_sweep(asked[0])
elif is_form_asked():
    open_sweep(None)
sweep_id: str | None = st.session_state.get(SWEEP) or opening_sweep(SWEEP)
link: dict[str, object] = {}
readable = store_notice()
try:
    if readable:
        launcher.ensure_workers()
    with st.container(key="sweep-bar", horizontal=True, vertical_alignment="center", gap="small"):
        form = st.popover("Set up")
        meaning = st.container(width="stretch")
        press = st.container(width="content")
    with form, st.container(key="sweep-set-up"):
        grid, link = sweep_form()
        places_panel("sweep places")
    who = access.who()
    begin = None if grid is None else lambda grid=grid: sweep_scheduler.start(grid, person=who)
    if training_start.start(TRAIN, SWEEP, begin):
        st.rerun()
    press.button("Train the grid", type="primary", key=TRAIN, on_click=note_press, args=(TRAIN,))
    if readable:
        meaning.markdown(sweep_plan(grid))
    with st.container():
        training_start.say_problem(TRAIN)
    with st.container():
        if sweep_id and readable:
            link = sweep_view(sweep_id) or link
        elif grid:
            link |= planned_view(grid)
    with st.expander("Earlier sweeps"):
        if readable:
            latest_sweeps(sweep_id, open_sweep)
except (ConfigError, StoreUnavailable) as error:
    st.error(escaped(str(error)))
address.keep(link)
