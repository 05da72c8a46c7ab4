"""A running race in words, and the buttons that steer it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from explorer.figures.numbers import duration, written
from explorer.figures.training import SCALES
from explorer.jobs import launcher
from explorer.runs.config import DATASET_LABELS, LOSS_LABELS, ConfigError
from explorer.runs.curve_data import LEARNING_RATE, diverged_at, last_of
from explorer.runs.records import Records
from explorer.runs.run import FAILED, FINISHED, LOST, PAUSED, QUEUED, RUNNING, STOPPED, Run
from explorer.runs.sweep_cells import ACTIVE
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.components.access import access
from pages.components.escaping import escaped
from pages.training.parts.race_form_state import parse_field

_MESSAGE = "race message"
_WEIGHTS = {"by length": None, "none": 0.0, "0.9": 0.9, "0.98": 0.98, "0.995": 0.995}
_NORMS = ("whole", "by layer")
_ACCURACY_AXES = ("0 to 100 %", "zoomed")


def show_problem(run: Run, state: str) -> None:
    """Say why a race ended before its end."""
    if state in (FAILED, LOST):
        st.error(escaped(launcher.explain(run) or status_sentence(run, state)))


def status_sentence(run: Run, state: str) -> str:
    """Return the state of a race in words."""
    step = f"step {run.progress.step:,}"
    if state == QUEUED:
        return launcher.explain(run)
    if state == PAUSED:
        return launcher.explain(run) or f"Paused at {step}."
    if state == FINISHED:
        return f"Finished after {step}."
    if state == STOPPED:
        return f"Stopped at {step}; everything recorded so far is kept."
    if state in (FAILED, LOST):
        return f"Ended at {step}."
    if waits := launcher.explain(run):
        return waits
    if run.control.stop:
        return "Stopping…"
    if run.control.pause:
        return f"Pausing at {step}…"
    return run.message or (f"Training, {step}." if run.progress.step else "Getting ready…")


def progress_sentence(run: Run, state: str) -> str:
    """Return throughput and time left in words, a sentence; "" where neither is known."""
    progress = run.progress
    parts = []
    if progress.samples_per_second:
        parts.append(f"{progress.samples_per_second:,.0f} images/s")
    if state == RUNNING and progress.seconds_left is not None:
        parts.append(f"{duration(progress.seconds_left)} left")
    elif state not in ACTIVE and run.started_at and run.ended_at:
        parts.append(f"{duration(run.ended_at - run.started_at)} in all")
    return f"{', '.join(parts)}." if parts else ""


def show_controls(run: Run, state: str, labels: Sequence[str]) -> ViewOptions:
    """Show the buttons that the race obeys, and how to draw it."""
    if state in ACTIVE:
        if run.control.pause:
            _button("Resume", launcher.resume, run.id)
        else:
            _button("Pause", launcher.pause, run.id, disabled=state == QUEUED)
        _button("Stop", launcher.request_stop, run.id, run.control.stop, is_ending=True)
        with st.popover("Learning rate"):
            _rate_change(run, labels)
    with st.popover("View"):
        return _view_options()


def show_answer(run: Run, state: str) -> None:
    """Show the answer to the last press on a button of the race."""
    kind, text = st.session_state.get(_MESSAGE, {}).get(run.id, ("", ""))
    # What was promised for the next step means nothing once there is none.
    if text and (kind == "error" or state in ACTIVE):
        (st.error if kind == "error" else st.caption)(escaped(text))


@dataclass(frozen=True)
class ViewOptions:
    """How the viewer wants the curves drawn.

    Attributes:
        scale: of the loss axis, one of SCALES.
        weight: of the smoothing, 0 for none; None for what suits the length of the run.
        test_loss: key of LOSS_LABELS.
        zoomed: whether the axis of accuracies leaves out what no network shows.
        by_layer: whether gradient norms are drawn by layer.
    """

    scale: str
    weight: float | None
    test_loss: str
    zoomed: bool
    by_layer: bool


def _view_options() -> ViewOptions:
    def choice(title: str, options: Sequence[str], key: str) -> str:
        # Kept while other pages are open, unlike the state of most widgets.
        return st.segmented_control(
            title, options, default=options[0], required=True, key=key, persist_state="session"
        )

    accuracy = choice("Accuracy axis", _ACCURACY_AXES, "race accuracy axis")
    scale = choice("Loss axis", SCALES, "race scale")
    weight = st.select_slider(
        "Smoothing", list(_WEIGHTS), key="race smoothing", persist_state="session"
    )
    loss = choice("Test loss", list(LOSS_LABELS.values()), "race test loss")
    norms = choice("Gradient norms", _NORMS, "race norms")
    loss_of = {label: key for key, label in LOSS_LABELS.items()}
    return ViewOptions(
        scale,
        _WEIGHTS[weight],
        loss_of[loss],
        zoomed=accuracy != _ACCURACY_AXES[0],
        by_layer=norms != _NORMS[0],
    )


def show_divergence(labels: Sequence[str], rates: Sequence[float], records: Records) -> None:
    """Say which curves diverged, when, and what to do about it."""
    steps = [diverged_at(curve) for curve in records.curves]
    others = "; the others go on" if None in steps else ""
    for label, rate, step in zip(labels, rates, steps, strict=True):
        if step is not None:
            st.warning(
                f"“{escaped(label)}” diverged at step {step:,}: its loss or gradient "
                f"is no longer a finite number, so it is frozen there{others}. "
                f"Train it again with a smaller learning rate, for example {rate / 10:g}."
            )


def rates_now(run: Run, records: Records) -> list[float]:
    """Return the learning rate of each curve as of its newest record."""
    return [
        last_of(curve.events.get(LEARNING_RATE), config.learning_rate)
        for config, curve in zip(run.configs, records.curves, strict=True)
    ]


def ground(run: Run) -> str:
    """Say with which images a race is trained, and on what."""
    if run.info is None:
        return f"Data: {DATASET_LABELS[run.configs[0].dataset]}."
    info = run.info
    memory = f", {info.device_memory_bytes / 2**30:.0f} GiB" if info.device_memory_bytes else ""
    note = f" {info.dataset_note}" if info.dataset_note else ""
    return (
        f"Data: {info.dataset_description}.{note} "
        f"Device: {info.device_name} ({info.device}{memory})."
    )


def _button(
    label: str,
    act: Callable[[str], None],
    run_id: str,
    disabled: bool = False,
    *,
    is_ending: bool = False,
) -> None:
    st.button(
        label,
        key=f"race {label}",
        on_click=_obey,
        args=(run_id, lambda: act(run_id), ""),
        kwargs={"is_ending": is_ending},
        disabled=disabled,
    )


def _rate_change(run: Run, labels: Sequence[str]) -> None:
    curve_key, rate_key = f"race rate curve {run.id}", f"race rate {run.id}"

    def change() -> None:
        chosen = st.session_state[curve_key]
        curve = None if chosen == len(labels) else chosen
        try:
            rate = parse_field("learning_rate", st.session_state[rate_key])
        except ValueError as error:
            _say(run.id, "error", str(error))
            return
        who = "all curves" if curve is None else f"“{labels[curve]}”"
        done = f"Learning rate {written(rate)} for {who} from the next step on."
        _obey(run.id, lambda: launcher.set_learning_rate(run.id, rate, curve), done)

    choices = [len(labels), *range(len(labels))]
    st.selectbox("Curve", choices, format_func=[*labels, "All curves"].__getitem__, key=curve_key)
    st.text_input("New learning rate", key=rate_key, placeholder="0.01")
    st.button("Set", key=f"race rate set {run.id}", on_click=change)


def _obey(run_id: str, act: Callable[[], None], done: str, *, is_ending: bool = False) -> None:
    try:
        if is_ending:
            access.require_starter(lambda who: launcher.began([run_id], who))
        else:
            access.require_holder()
        act()
    except (ConfigError, StoreUnavailable, UnknownRun) as error:
        _say(run_id, "error", str(error))
    else:
        _say(run_id, "done", done)


def _say(run_id: str, kind: str, text: str) -> None:
    st.session_state[_MESSAGE] = {run_id: (kind, text)}
