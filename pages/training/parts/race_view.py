"""Watch a race: redrawn while it runs, from what the run store holds, whoever started it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.figures import training
from explorer.figures.curves import smoothing_name
from explorer.figures.numbers import written
from explorer.jobs import launcher
from explorer.runs.config import ConfigError, curve_labels
from explorer.runs.record_columns import Records
from explorer.runs.records import EvalRecord
from explorer.runs.run import LOST, PAUSED, Control, Run
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.components.address.address import link_to
from pages.components.escaping import escaped
from pages.components.plot.plot import plot
from pages.training.parts import race_pace, race_status
from pages.training.parts.imported_run import say_imported
from pages.training.parts.live_records import newest_records, shared_figure, viewers, which_images
from pages.training.parts.race_details import race_details
from pages.training.parts.race_status import ViewOptions
from pages.training.parts.shipped_runs import say_recorded
from pages.training.parts.store_notice import say_unusable

# Soon before the first point, never after the end.
_REFRESH_SECONDS = {
    "starting": 0.25, "running": 0.5, PAUSED: 1.0, LOST: 5.0, "replayed": 0.2, "ended": None,
}  # fmt: skip
_FEW_VIEWERS = 8


def race_view(run_id: str) -> None:
    """Show a race and keep it up to date until it has ended."""
    try:
        run = launcher.default_store().runs.get(run_id)
    except UnknownRun as error:
        st.error(f"{error} Press Train to start a new race, or open another one below.")
        return
    except StoreUnavailable as error:
        say_unusable(error)
        return
    if run.origin:
        here = "so there is no race to watch, only curves to compare"
        say_imported(run, here, via=f"race-{run_id}")
        return
    say_recorded(run)
    state = launcher.state_of(run)
    phase = _phase(run, state)
    interval = _REFRESH_SECONDS[phase]
    if phase == "running" and viewers(run_id) > _FEW_VIEWERS:
        interval = 1.0
    # Apart from what is refreshed: widgets cost a server with many viewers the most.
    with st.container():
        options = race_status.show_controls(run, state, curve_labels(run.configs))
    st.fragment(_watch, run_every=interval)(run_id, (phase, run.control), options)


def _phase(run: Run, state: str) -> str:
    """Return what decides how often to look again."""
    if state in (LOST, PAUSED):
        return state
    if state not in race_status.ACTIVE:
        return "replayed" if race_pace.is_playing(run.id) else "ended"
    return "running" if run.progress.step else "starting"


def _watch(run_id: str, shown: tuple[str, Control], options: ViewOptions) -> None:
    try:
        run = launcher.default_store().runs.get(run_id)
        state = launcher.state_of(run)
        every = newest_records(run_id, ended=state not in race_status.ACTIVE)
        if run.status == "queued":
            # Whoever was to take it may have been killed while it waited.
            launcher.ensure_workers()
    except StoreUnavailable as error:
        say_unusable(error)
        return
    except (UnknownRun, ConfigError) as error:
        st.error(str(error))
        return
    records = race_pace.paced(run, state, every)
    if (_phase(run, state), run.control) != shown:
        st.rerun()
    labels = curve_labels(run.configs)
    # Every part has a place of its own, always of the same kind: when two refreshes meet on the
    # way, Streamlit's page breaks on an element where a container was a moment ago.
    status, pace, divergence, curves, standings, details = (st.container() for _ in range(6))
    with status:
        race_status.show_status(run, state)
    with pace:
        race_pace.show_pace(run, state, every, records)
    with divergence:
        race_status.show_divergence(labels, race_status.rates_now(run, records), records)
    if not records:
        return
    with curves:
        _curves(run, labels, records, options)
    with standings:
        _standings(run, labels, records)
        if state not in race_status.ACTIVE:
            _offer_drawing(run)
    with details:
        race_details(run, labels, records)


def _standings(run: Run, labels: Sequence[str], records: Records) -> None:
    rows = [
        "| Curve | Test accuracy | Test cross-entropy | Learning rate now |",
        "| --- | ---: | ---: | ---: |",
    ]
    rates = race_status.rates_now(run, records)
    for label, rate, curve in zip(labels, rates, records.curves, strict=True):
        cells = ["–", "–"]
        if latest := curve.latest_evaluation:
            cells = [f"{latest.accuracy:.1%}", f"{written(latest.losses['cross_entropy'], 4)} nats"]
        rows.append(f"| {escaped(label)} | {cells[0]} | {cells[1]} | {written(rate)} |")
    st.markdown("\n".join(rows))
    measured = [c.latest_evaluation for c in records.curves if c.latest_evaluation]
    if measured:
        st.caption(_measured_on(measured[0], run))


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


def _measured_on(evaluation: EvalRecord, run: Run) -> str:
    total = run.info.test_images if run.info else evaluation.examples
    which = "all" if evaluation.full else "the first"
    of = "" if evaluation.full else f" of {total:,}"
    return (
        f"Measured after step {evaluation.step:,} on {which} {evaluation.examples:,}{of} test "
        "images. Knowing nothing, with a uniform q, gives ln 10 = 2.3026 nats and 10%."
    )


def _curves(run: Run, labels: Sequence[str], records: Records, options: ViewOptions) -> None:
    scale, weight, loss = options.scale, options.weight, options.test_loss
    left, right = st.columns(2, gap="medium")
    with left:
        figure = shared_figure(
            "training loss", run.id, records.cursor, (scale, weight),
            lambda: training.training_loss(
                run.configs, labels, records.curves, scale=scale, weight=weight
            ),
        )  # fmt: skip
        plot(figure, key="training-loss", alt=_alt_losses(labels, records))
        st.caption(
            f"Training loss of each batch, averaged by image: {smoothing_name(weight)}. Losses of "
            "different kinds have different units and cannot be compared: each has its own axis."
        )
    with right:
        figure = shared_figure(
            "fair comparison", run.id, records.cursor, (scale, loss),
            lambda: training.fair_comparison(labels, records.curves, loss=loss, scale=scale),
        )  # fmt: skip
        plot(figure, key="test-loss-and-accuracy", alt=_alt_accuracy(labels, records))
        st.caption(
            "The fair comparison: one loss and the accuracy of every curve, whatever it minimises, "
            f"on test images{which_images(records.curves)}."
        )


def _alt_losses(labels: Sequence[str], records: Records) -> str:
    said = [
        f"{label} {written(float(curve.losses[-1]), 3)}"
        for label, curve in zip(labels, records.curves, strict=True)
        if curve.losses.size
    ]
    return f"Training loss by step; newest batch: {', '.join(said)}."


def _alt_accuracy(labels: Sequence[str], records: Records) -> str:
    said = [
        f"{label} {curve.latest_evaluation.accuracy:.1%}"
        for label, curve in zip(labels, records.curves, strict=True)
        if curve.latest_evaluation
    ]
    return f"Test loss and test accuracy by step; accuracy now: {', '.join(said)}."
