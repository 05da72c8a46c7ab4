"""Watch a race: the first picture of it by the page's script, what is new by `RaceFeed`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.figures.training import accuracy_to_come, race_lines
from explorer.jobs import launcher
from explorer.runs.config import ConfigError, TrainingConfig, curve_labels
from explorer.runs.run import Run
from explorer.runs.sweep_cells import ACTIVE
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.components.address.address import link_to
from pages.components.plot.plot import plot
from pages.components.push import push
from pages.training.parts.imported_run import say_imported
from pages.training.parts.race import link, pace, status
from pages.training.parts.race.confusion_images import asked_cell, images_in
from pages.training.parts.race.feed import RaceFeed
from pages.training.parts.race.pictures import PLOTTED, View
from pages.training.parts.race.prediction import current_bet, verdict
from pages.training.parts.race.reading import Reading, read_race
from pages.training.parts.race.status import ViewOptions
from pages.training.parts.race.theatre import open_asked, sent_state, theatre
from pages.training.parts.store_notice import say_unusable

_RETRY_SECONDS = 1.0

push.offer("race", RaceFeed)


def race_view(run_id: str, controls: DeltaGenerator) -> Run | None:
    """Show a race, keep it up to date until it has ended, and return it if it was trained here."""
    try:
        run = launcher.default_store().runs.get(run_id)
    except UnknownRun as error:
        st.error(f"{error} Press Train to start a new race, or open another one below.")
        return None
    except StoreUnavailable as error:
        say_unusable(error)
        return None
    if run.origin:
        here = "so there is no race to watch, only curves to compare"
        say_imported(run, here, via=f"race-{run_id}")
        return None
    state = launcher.state_of(run)
    # Apart from what is refreshed: widgets cost a server with many viewers the most.
    with controls:
        options = status.show_controls(run, state, curve_labels(run.configs))
    with st.container():
        status.show_answer(run, state)
    # Of what is new from now on the browser is told by `RaceFeed`, or it asks for a rerun itself.
    st.fragment(_watch)(run_id, (state, run.control.pause, run.control.stop), options)
    with st.container(horizontal=True):
        link_to("compare", "**Compare with other runs →**", {"runs": run.id}, via="live")
        if state not in ACTIVE:
            _offer_drawing(run)
    return run


def race_to_come(configs: Sequence[TrainingConfig]) -> None:
    """Show the picture that the race in the form will be drawn into; until then it is empty."""
    labels = curve_labels(configs)
    plot(
        accuracy_to_come(labels, race_lines(configs)),
        key="race-to-come",
        alt=f"Test accuracy of {', '.join(labels)}: nothing was trained yet.",
    )


def _watch(run_id: str, shown: tuple[str, bool, bool], options: ViewOptions) -> None:
    try:
        reading = read_race(run_id)
    except StoreUnavailable as error:
        say_unusable(error)
        st.fragment(_look_again, run_every=_RETRY_SECONDS)(time.monotonic())
        return
    except (UnknownRun, ConfigError) as error:
        st.error(str(error))
        return
    if reading.controls != shown:
        st.rerun()
    run, state, records, labels = reading.run, reading.state, reading.records, reading.labels
    sent = sent_state()
    link.note_moment(run_id, sent.get("moment"))
    if sent.get("played") == run_id:
        pace.has_played(run_id)
    # Every part has a place of its own, always of the same kind: when two refreshes meet on the
    # way, Streamlit's page breaks on an element where a container was a moment ago.
    problems, divergence, stage = (st.container() for _ in range(3))
    with problems:
        status.show_problem(run, state)
    with divergence:
        status.show_divergence(labels, status.rates_now(run, records), records)
    with stage:
        _stage(reading, options)
    open_asked(run, records)


def _look_again(since: float) -> None:
    """Draw the page anew once this part of it is run again by itself."""
    if time.monotonic() - since > _RETRY_SECONDS / 2:
        st.rerun()


def _stage(reading: Reading, options: ViewOptions) -> None:
    run, active = reading.run, reading.is_active
    sent = sent_state()
    moment = link.moment(run.id)
    known = isinstance(have := sent.get("have"), Mapping) and have.get("run") == run.id
    bet = verdict(current_bet(), reading.labels, reading.records, ended=not active)
    theatre(
        reading,
        race_lines(run.configs),
        [View.of(one, options) for one in PLOTTED],
        [moment.tab] if active and known else PLOTTED,
        moment,
        pace.is_followed(run.id),
        bet,
        None if active else _cell(run, sent.get("cell")),
    )


def _cell(run: Run, sent: Any) -> dict[str, Any] | None:
    cell = asked_cell(sent, len(run.configs))
    if cell is None or not isinstance(sent, Mapping) or sent.get("run") != run.id:
        return None
    # The matrix itself stays where the store cannot be asked now.
    with suppress(StoreUnavailable):
        return images_in(run, cell)
    return None


def _offer_drawing(run: Run) -> None:
    kept = [row.id for row in launcher.default_store().curves.list([run.id]) if row.has_weights]
    if kept:
        these = "these networks" if len(kept) > 1 else "this network"
        link_to(
            "draw",
            f"**Draw a digit for {these} →**",
            {"runs": ",".join(kept[:2])},
            via=f"race-{run.id}",
        )
