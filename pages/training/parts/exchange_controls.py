"""Curves of files in."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.exchange.imports import MOST_BYTES, ReadFile
from explorer.exchange.reading_apart import read_apart
from explorer.exchange.refusal import ImportRefused, quoted
from explorer.exchange.roles import Roles, curves_of, guessed, is_percent, kept_name
from explorer.jobs import launcher
from explorer.runs.config import LOSS_LABELS
from explorer.store.run_store import AnnotationError, StoreUnavailable
from pages.components.escaping import escaped

_MOST_SHOWN = 8


def import_control(
    on_imported: Callable[[str], None] = lambda run_id: None, *, key: str = "import"
) -> None:
    """Import runs made elsewhere: choose a file, say what its series stand for, keep the run.

    Args:
        on_imported: Called with the new run's id before the page runs again.
        key: Unique on the page.
    """
    turn = st.session_state.setdefault(f"{key} turn", 0)
    file = st.file_uploader(
        f"CSV, event file of TensorBoard, or a zip of them (at most {MOST_BYTES >> 20} MB)",
        key=f"{key} file {turn}",
        on_change=_forget,
        args=(key,),
        help="A table needs a column that counts the steps, and a column or a row for each "
        "metric. Event files are those named …tfevents…; zip the folders of several runs.",
    )
    done, problem = st.session_state.get(f"{key} said", ("", ""))
    if done:
        st.success(escaped(done))
    if file is None:
        return
    found = _read(file, key)
    if isinstance(found, str):
        st.error(f"Nothing was imported. {escaped(found)}")
        return
    _show(found)
    roles = None if found.is_own else _ask_roles(found, f"{key} {turn}")
    name = st.text_input(
        "Name of the run", value=kept_name(file.name), key=f"{key} name {turn}", max_chars=80
    )
    st.button(
        "Import",
        key=f"{key} take",
        type="primary",
        on_click=_take_in,
        args=(found, roles, name, on_imported, key),
    )
    if problem:
        st.error(f"Nothing was imported. {escaped(problem)}")


def _read(file: st.runtime.uploaded_file_manager.UploadedFile, key: str) -> ReadFile | str:
    """Return what the file holds, or why it cannot be imported.

    It is read once, not at every change of a field beside it, and kept as long as it is chosen.
    """
    kept: dict[str, ReadFile | str] = st.session_state.setdefault(f"{key} read", {})
    if file.file_id not in kept:
        with st.spinner("Reading the file…", show_time=True):
            kept.clear()
            # Asks Streamlit for nothing from here on: a newer run finds it done.
            try:
                kept[file.file_id] = read_apart(file.name, file.getvalue())
            except ImportRefused as refused:
                kept[file.file_id] = str(refused)
    return kept[file.file_id]


def _forget(key: str) -> None:
    st.session_state[f"{key} said"] = ("", "")
    st.session_state.pop(f"{key} read", None)


def _show(found: ReadFile) -> None:
    labels = [kept_name(curve.label) or "without a name" for curve in found.curves]
    more = len(labels) - _MOST_SHOWN
    listed = ", ".join(quoted(label) for label in labels[:_MOST_SHOWN])
    count = "One curve" if len(labels) == 1 else f"{len(labels)} curves"
    names = found.series_names()
    st.markdown(
        f"{count} with {len(names)} series: {escaped(listed)}"
        f"{f' and {more} more' if more > 0 else ''}."
    )
    if found.is_own:
        st.caption("The series have this app's own names, so their meaning is known.")
    for note in found.notes:
        st.caption(escaped(note))


def _ask_roles(found: ReadFile, key: str) -> Roles:
    names = found.series_names()
    guess = guessed(names)
    left, right = st.columns(2)

    def ask(label: str, guessed_name: str, role: str) -> str:
        return st.selectbox(
            label,
            ["", *names],
            index=["", *names].index(guessed_name),
            format_func=lambda name: name or "not in the file",
            key=f"{key} {role}",
        )

    with left:
        train_loss = ask("Training loss", guess.train_loss, "train_loss")
        own_loss = st.selectbox(
            "Which loss that is",
            ["", *LOSS_LABELS],
            index=["", *LOSS_LABELS].index(guess.own_loss),
            format_func=lambda loss: LOSS_LABELS.get(loss, "not known"),
            key=f"{key} own_loss",
            help="Losses of different kinds have different units and are drawn separately.",
        )
    with right:
        accuracy = ask("Test accuracy", guess.test_accuracy, "test_accuracy")
        cross_entropy = ask("Test cross-entropy / nats", guess.test_cross_entropy, "test_ce")
    rest = [name for name in names if name not in (train_loss, accuracy, cross_entropy)]
    if rest:
        listed = ", ".join(quoted(name) for name in rest[:_MOST_SHOWN])
        st.caption(f"Left out: {escaped(listed)}{' and more' if len(rest) > _MOST_SHOWN else ''}.")
    accuracies = [curve.series.get(accuracy) for curve in found.curves]
    if any(one is not None and is_percent(one.values) for one in accuracies):
        st.caption("The accuracy exceeds 1, so it is read as a percentage.")
    return Roles(train_loss, own_loss, accuracy, cross_entropy)


def _take_in(
    found: ReadFile,
    roles: Roles | None,
    name: str,
    on_imported: Callable[[str], None],
    key: str,
) -> None:
    try:
        curves = curves_of(found.curves, roles)
        run_id = launcher.default_store().records.add_imported(
            [curve.records for curve in curves],
            [curve.name for curve in curves],
            name=name,
            origin=kept_name(found.name),
            losses=[curve.own_loss for curve in curves],
        )
    except (ImportRefused, AnnotationError, StoreUnavailable) as error:
        st.session_state[f"{key} said"] = ("", str(error))
        return
    # A new turn empties the fields.
    st.session_state[f"{key} turn"] += 1
    st.session_state.pop(f"{key} read", None)
    count = "one curve" if len(curves) == 1 else f"{len(curves)} curves"
    st.session_state[f"{key} said"] = (f"Imported {count} of “{name or found.name}”.", "")
    on_imported(run_id)
