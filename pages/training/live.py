"""Train real networks on handwritten digits, several losses side by side, and watch."""

from __future__ import annotations

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.config import ConfigError, curve_labels
from explorer.store.run_store import StoreUnavailable
from pages.components.access import access
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.escaping import escaped
from pages.components.page_head import page_head
from pages.training.parts import training_start
from pages.training.parts.deferred_click import note_press, was_pressed
from pages.training.parts.earlier import latest_races
from pages.training.parts.places_panel import places_panel
from pages.training.parts.race import link, pace, set_up
from pages.training.parts.race.link import RUN
from pages.training.parts.race.prediction import bet_form
from pages.training.parts.race.view import race_to_come, race_view
from pages.training.parts.shipped_runs import opening_race
from pages.training.parts.store_notice import say_unusable, store_notice

TRAIN = "live train"


address.declare(*link.LIVE)
page_head(
    "Live MNIST race",
    "Networks learn digits from the same weights and batches; they differ by what you set.",
    more=set_up.MORE,
    terms=("cross-entropy", "squared error", "hinge loss", "learning rate"),
)
link.open_link()
if was_pressed(TRAIN):
    configs, errors = set_up.current_race()
    name = set_up.current_draft().preset
    who = access.who()
    begin = None if errors else lambda: launcher.start(configs, name, person=who)
    if training_start.start(TRAIN, RUN, begin):
        pace.follow(st.session_state[RUN])
        link.show_run(st.session_state[RUN])
run_id: str | None = st.session_state.get(RUN) or opening_race(RUN)
readable = store_notice()
with st.container():
    if readable:
        try:
            launcher.ensure_workers()
        except (ConfigError, StoreUnavailable) as problem:
            st.error(escaped(str(problem)))

with st.container(key="race-bar", horizontal=True, vertical_alignment="center", gap="small"):
    form = st.popover("Set up")
    meaning = st.container(key="race-meaning", width="stretch")
    controls = st.container(horizontal=True, width="content", gap="small")
    bet = st.container(width="content")
    start = st.container(width="content")
problem_place, stage, tail = (st.container() for _ in range(3))
with tail:
    link.keep_link(run_id)
# Before the form, although its place is above: when a refresh is asked for while the page is drawn
# anew, Streamlit drops what this part has not sent yet, and what it had drawn vanishes.
with stage:
    shown = race_view(run_id, controls) if run_id and readable else None
with form, st.container(key="race-set-up"):
    race = set_up.race_form()
    if shown:
        set_up.offer_settings(shown.configs)
    places_panel("live places")
    link_to("sweep", "**Train a whole grid instead →**", {}, via="live-sweep")
with meaning:
    st.markdown(set_up.described(race))
with bet:
    bet_form(curve_labels(shown.configs if shown else race or ()))
with start:
    st.button("Train", type="primary", key=TRAIN, on_click=note_press, args=(TRAIN,))
with problem_place:
    training_start.say_problem(TRAIN)
if race and not run_id:
    with stage:
        race_to_come(race)
with st.expander("Latest races"):
    try:
        if readable:
            latest_races(st.session_state.get(RUN), link.show_run)
    except StoreUnavailable as problem:
        say_unusable(problem)
