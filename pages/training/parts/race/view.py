"""Watch a race: redrawn while it runs, from what the run store holds, whoever started it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.figures import training
from explorer.figures.curves import default_smoothing
from explorer.figures.numbers import written
from explorer.figures.race_lines import on_stage, race_lines
from explorer.jobs import launcher
from explorer.runs.config import ConfigError, curve_labels
from explorer.runs.curve_data import ACCURACY, last_step, on_test_images, training_loss
from explorer.runs.records import Records
from explorer.runs.run import LOST, PAUSED, Control, Run
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.components.address.address import link_to
from pages.training.parts.imported_run import say_imported
from pages.training.parts.live_records import newest_records, shared_figure, viewers
from pages.training.parts.race import link, pace, status
from pages.training.parts.race.confusion_images import asked_cell, images_in
from pages.training.parts.race.prediction import current_bet, verdict
from pages.training.parts.race.status import ViewOptions
from pages.training.parts.race.theatre import (
    TABS,
    Cue,
    Pictures,
    Words,
    open_asked,
    sent_state,
    theatre,
)
from pages.training.parts.shipped_runs import recorded_words
from pages.training.parts.store_notice import say_unusable

# Soon before the first point, never after the end.
_REFRESH_SECONDS = {"starting": 0.25, "running": 0.5, PAUSED: 1.0, LOST: 5.0, "ended": None}
_FEW_VIEWERS = 8


def race_view(run_id: str, controls: DeltaGenerator) -> Run | None:
    """Show a race, keep it up to date until it has ended, and return it if it was trained here.

    Args:
        run_id: Which race.
        controls: Where the buttons go that steer it.
    """
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
    phase = _phase(run, state)
    interval = _REFRESH_SECONDS[phase]
    if phase == "running" and viewers(run_id) > _FEW_VIEWERS:
        interval = 1.0
    # Apart from what is refreshed: widgets cost a server with many viewers the most.
    with controls:
        options = status.show_controls(run, state, curve_labels(run.configs))
    with st.container():
        status.show_answer(run, state)
    st.fragment(_watch, run_every=interval)(run_id, (phase, run.control), options)
    with st.container(horizontal=True):
        link_to("compare", "**Compare with other runs →**", {"runs": run.id}, via="live")
        if state not in status.ACTIVE:
            _offer_drawing(run)
    return run


def _phase(run: Run, state: str) -> str:
    """Return what decides how often to look again."""
    if state in (LOST, PAUSED):
        return state
    if state not in status.ACTIVE:
        return "ended"
    return "running" if run.progress.step else "starting"


def _watch(run_id: str, shown: tuple[str, Control], options: ViewOptions) -> None:
    try:
        run = launcher.default_store().runs.get(run_id)
        state = launcher.state_of(run)
        records = newest_records(run_id, ended=state not in status.ACTIVE)
        if run.status == "queued":
            # Whoever was to take it may have been killed while it waited.
            launcher.ensure_workers()
    except StoreUnavailable as error:
        say_unusable(error)
        return
    except (UnknownRun, ConfigError) as error:
        st.error(str(error))
        return
    if (_phase(run, state), run.control) != shown:
        st.rerun()
    sent = sent_state()
    link.note_moment(run_id, sent.get("moment"))
    if sent.get("played") == run_id:
        pace.has_played(run_id)
    labels = curve_labels(run.configs)
    # Every part has a place of its own, always of the same kind: when two refreshes meet on the
    # way, Streamlit's page breaks on an element where a container was a moment ago.
    problems, divergence, stage = (st.container() for _ in range(3))
    with problems:
        status.show_problem(run, state)
    with divergence:
        status.show_divergence(labels, status.rates_now(run, records), records)
    with stage:
        _stage(run, state, labels, records, options)
    open_asked(run, records)


def _stage(
    run: Run, state: str, labels: Sequence[str], records: Records, options: ViewOptions
) -> None:
    active = state in status.ACTIVE
    sent = sent_state()
    at, asked = link.asked_step(run.id)
    tab = link.current_tab()
    last_step = _last_step(run, records, active=active)
    known = isinstance(have := sent.get("have"), Mapping) and have.get("run") == run.id
    tabs = [tab] if active and known else [one for one in TABS if one != "Confusion"]
    theatre(
        run,
        labels,
        race_lines(run.configs),
        records,
        _pictures(tabs, run, labels, records, options, last_step) if records else {},
        Cue(
            at=at,
            asked=asked,
            tab=tab,
            active=active,
            plays=pace.plays_itself(run, state, records),
            held=pace.is_held(run, state, records),
        ),
        Words(
            status=status.status_sentence(run, state),
            progress=status.progress_sentence(run, state) if run.progress.total_steps else "",
            ground=recorded_words(run) or status.ground(run),
            pace=pace.said_of_pace(state, records),
            verdict=verdict(current_bet(), labels, records, ended=not active),
        ),
        None if active else _cell(run, sent.get("cell")),
        last_step,
    )


def _last_step(run: Run, records: Records, *, active: bool) -> int:
    """Return where the axis of steps ends: at the end of the plan, or where a run was stopped."""
    made = max(map(last_step, records.curves), default=0)
    return max(made, run.progress.total_steps if active else 0, 1)


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


def _pictures(
    tabs: Sequence[str],
    run: Run,
    labels: Sequence[str],
    records: Records,
    options: ViewOptions,
    last_step: int,
) -> Pictures:
    lines, curves = race_lines(run.configs), records.curves
    longest = max((len(training_loss(curve)) for curve in curves), default=0)
    weight = default_smoothing(longest) if options.weight is None else options.weight

    def draw(tab: str) -> go.Figure:
        if tab == "Accuracy":
            figure = training.accuracy_by_step(labels, curves, lines=lines, zoomed=options.zoomed)
        elif tab == "Loss":
            figure = training.training_loss(
                run.configs, labels, curves, scale=options.scale, weight=weight, lines=lines
            )
        elif tab == "Test loss":
            figure = training.loss_by_step(
                labels, curves, loss=options.test_loss, scale=options.scale, lines=lines
            )
        elif tab == "Gradients":
            of = training.gradient_norms if options.by_layer else training.whole_gradient_norms
            figure = of(labels, curves, lines=lines)
        else:
            figure = training.dead_units(labels, curves, lines=lines)
        return on_stage(figure, labels, last_step=last_step)

    alts = {
        "Accuracy": _alt_accuracy(labels, records),
        "Loss": _alt_losses(labels, records),
        "Test loss": "One loss of every network on test images, by step.",
        "Gradients": f"Norm of the gradient by {'layer and ' if options.by_layer else ''}step.",
        "Dead units": "Share of dead hidden units by layer and step.",
    }
    drawn = (options.scale, weight, options.test_loss, options.zoomed, options.by_layer, last_step)
    return {
        tab: (
            shared_figure(tab, run.id, records.cursor, drawn, lambda tab=tab: draw(tab)),  # type: ignore[misc]
            alts[tab],
        )
        for tab in tabs
        if tab in alts
    }


def _alt_losses(labels: Sequence[str], records: Records) -> str:
    said = [
        f"{label} {written(float(loss.values[-1]), 3)}"
        for label, curve in zip(labels, records.curves, strict=True)
        if len(loss := training_loss(curve))
    ]
    return f"Training loss by step; newest batch: {', '.join(said)}."


def _alt_accuracy(labels: Sequence[str], records: Records) -> str:
    said = [
        f"{label} {accuracy.values[-1]:.1%}"
        for label, curve in zip(labels, records.curves, strict=True)
        if len(accuracy := on_test_images(curve, ACCURACY)[0])
    ]
    return f"Test accuracy by step; now: {', '.join(said)}."
