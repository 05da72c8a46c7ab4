"""Train real networks on handwritten digits, several losses side by side, and watch."""

from __future__ import annotations

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.config import ConfigError, curve_labels
from explorer.store.run_store import StoreUnavailable
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.escaping import escaped
from pages.components.terms import terms
from pages.training.parts import race_form, race_link, race_pace, training_start
from pages.training.parts.browser_session import browser_session
from pages.training.parts.deferred_click import note_press, was_pressed
from pages.training.parts.earlier_list import earlier_list
from pages.training.parts.motion import ask_for_motion
from pages.training.parts.plot_warm import warm_plots
from pages.training.parts.race_view import race_view
from pages.training.parts.shipped_runs import opening_race
from pages.training.parts.store_notice import say_unusable, store_notice

RUN = "live run"
TRAIN = "live train"


def open_run(run_id: str | None) -> None:
    """Look at another race, or at none."""
    st.session_state[RUN] = run_id


def latest_runs(current: str | None) -> None:
    """Offer the newest races to look at again."""
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
    earlier_list(entries, current, open_run, kind="race")


address.declare(*race_link.LIVE)
st.title("Live MNIST race")
st.markdown(
    "Networks learn handwritten digits side by side, from the same initial weights and on the same "
    "batches: their curves differ by what you set. Choose a race, press Train and watch."
)
terms("cross-entropy", "squared error", "hinge loss", "learning rate")
race_link.open_link(RUN)
if was_pressed(TRAIN):
    configs, errors = race_form.current_race()
    name = race_form.current_draft().preset
    who = browser_session()
    begin = None if errors else lambda: launcher.start(configs, name, session=who)
    if training_start.start(TRAIN, RUN, begin):
        race_pace.follow(st.session_state[RUN])
run_id: str | None = st.session_state.get(RUN) or opening_race(RUN)
race_link.keep_link(run_id)
readable = store_notice()
with st.container():
    if readable:
        try:
            launcher.ensure_workers()
        except (ConfigError, StoreUnavailable) as problem:
            st.error(escaped(str(problem)))

form = st.expander("Set up a race", expanded=run_id is None)
buttons = st.container()
# Before the form, although it stands below: when a refresh is asked for while the page is drawn
# anew, Streamlit drops what this part has not sent yet, and what it had drawn vanishes.
with st.container():
    if run_id and readable:
        race_view(run_id)
with form:
    race = race_form.race_form()
with buttons:
    button, meaning, grid = st.columns([1, 5, 1], vertical_alignment="center")
    button.button("Train", type="primary", key=TRAIN, on_click=note_press, args=(TRAIN,),
                  width="stretch")  # fmt: skip
    meaning.caption(race_form.described(race))
    with grid:
        link_to("sweep", "**A whole grid →**", {}, via="live-sweep")
    training_start.say_problem(TRAIN)
    training_start.say_places()
with st.expander("Latest races"):
    if readable:
        latest_runs(run_id)
ask_for_motion()
if not run_id:
    warm_plots()
