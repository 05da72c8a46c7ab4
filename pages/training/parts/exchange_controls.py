"""Curves of files in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from explorer.exchange.column_mapping import (
    ColumnMapping,
    guessed,
    kept_curves,
    kept_name,
    loss_of,
    series_names,
    was_written_here,
)
from explorer.exchange.errors import ImportRefused, quoted
from explorer.exchange.readers.limits import MOST_BYTES
from explorer.exchange.reading import Reading, Told
from explorer.exchange.reading_apart import read_apart
from explorer.jobs import launcher
from explorer.runs.config import LOSS_LABELS
from explorer.store.run_store import AnnotationError, StoreUnavailable
from pages.components.access import access
from pages.components.escaping import escaped

_MOST_SHOWN = 8
_TURN, _SAID, _READ = "import turn", "import said", "import read"
_TOLD: Mapping[str, Mapping[str, str]] = {
    "x": {},
    "delimiter": {
        "": "found out",
        ",": "a comma",
        ";": "a semicolon",
        "\t": "a tab",
        " ": "spaces",
        "|": "a stroke |",
    },
    "decimal": {"": "found out", ".": "a point", ",": "a comma"},
}
"""Fields of `Told` → what can be said, and how that is called."""


def import_control(on_imported: Callable[[str], None]) -> None:
    """Import runs made elsewhere: choose a file, say which series are losses, keep the run."""
    if not access.is_holder():
        st.caption("Importing needs this server's access code.")
        return
    access.say_open()
    key = f"import {st.session_state.setdefault(_TURN, 0)}"
    file = st.file_uploader(
        f"CSV, JSON, Parquet, event files of TensorBoard, or an archive (at most "
        f"{MOST_BYTES >> 20} MB)",
        key=f"{key} file",
        on_change=_forget,
        help="The logs of Keras, Lightning, Transformers, Weights & Biases and MLflow, the event "
        "files of TensorBoard, tables and JSON lines of your own, and what this app exports. "
        "Archives (.zip, .tar.gz) can hold several runs.",
    )
    done, problem = st.session_state.get(_SAID, ("", ""))
    if done:
        st.success(escaped(done))
    if file is None:
        return
    found = _read(file, _told(key))
    if isinstance(found, ImportRefused):
        st.error(f"Nothing was imported. {escaped(str(found))}")
        _ask_table(found.columns, "", key)
        return
    is_own = was_written_here(found.curves)
    _show(found, is_own=is_own)
    mapping = None if is_own else _ask_mapping(found, key)
    name = st.text_input(
        "Name of the run", value=kept_name(file.name), key=f"{key} name", max_chars=80
    )
    if not is_own and found.columns:
        with st.popover("Read the table differently"):
            _ask_table(found.columns, found.x, key)
    st.button(
        "Import",
        key="import take",
        type="primary",
        on_click=_take_in,
        args=(found, file.name, mapping, name, on_imported),
    )
    if problem:
        st.error(f"Nothing was imported. {escaped(problem)}")


def _read(
    file: st.runtime.uploaded_file_manager.UploadedFile, told: Told
) -> Reading | ImportRefused:
    """Return what the file holds, or why it cannot be imported.

    It is read once, not at every change of a field beside it, and kept as long as it is chosen.
    """
    kept: dict[tuple[str, Told], Reading | ImportRefused]
    kept = st.session_state.setdefault(_READ, {})
    wanted = file.file_id, told
    if wanted not in kept:
        with st.spinner("Reading the file…", show_time=True):
            kept.clear()
            # Asks Streamlit for nothing from here on: a newer run finds it done.
            try:
                kept[wanted] = read_apart(file.name, file.getvalue(), told)
            except ImportRefused as refused:
                kept[wanted] = refused
    return kept[wanted]


def _told(key: str) -> Told:
    """Return what the person has said of the table."""
    return Told(**{name: st.session_state.get(f"{key} told {name}", "") for name in _TOLD})


def _ask_table(columns: Sequence[str], x: str, key: str) -> None:
    """Ask which column counts the steps, and how the cells are written; then it is read anew."""
    said = _told(key)
    # What was said can be taken back, also where it was wrong.
    if not columns and said == Told():
        return
    found_out = f"found out: {x}" if x and not said.x else "found out"
    step, cells, decimals = st.columns(3)
    step.selectbox(
        "Steps are counted by",
        list(dict.fromkeys(["", said.x, *columns])),
        format_func=lambda name: name or found_out,
        key=f"{key} told x",
    )
    for place, name, label in (
        (cells, "delimiter", "Cells are separated by"),
        (decimals, "decimal", "Before decimals stands"),
    ):
        words = dict(_TOLD[name])
        place.selectbox(label, list(words), format_func=words.__getitem__, key=f"{key} told {name}")


def _forget() -> None:
    st.session_state[_SAID] = ("", "")
    st.session_state.pop(_READ, None)


def _show(found: Reading, *, is_own: bool) -> None:
    labels = [kept_name(curve.label) or "without a name" for curve in found.curves]
    more = len(labels) - _MOST_SHOWN
    listed = ", ".join(quoted(label) for label in labels[:_MOST_SHOWN])
    count = "One curve" if len(labels) == 1 else f"{len(labels)} curves"
    names = series_names(found.curves)
    st.markdown(
        f"{count} with {len(names)} series: {escaped(listed)}"
        f"{f' and {more} more' if more > 0 else ''}."
    )
    if is_own:
        st.caption("The series have this app's own names, so their meaning is known.")
    for note in found.notes:
        st.caption(escaped(note))


def _ask_mapping(found: Reading, key: str) -> ColumnMapping:
    names = series_names(found.curves)
    guess = guessed(found.curves)
    left, right = st.columns(2)

    def ask(label: str, guessed_name: str, target: str) -> str:
        return st.selectbox(
            label,
            ["", *names],
            index=["", *names].index(guessed_name),
            format_func=lambda name: name or "not in the file",
            key=f"{key} {target}",
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
    if set(names) - {train_loss, accuracy, cross_entropy}:
        st.caption("All other series are kept too, under their own names.")
    return ColumnMapping(train_loss, own_loss, accuracy, cross_entropy)


def _take_in(
    found: Reading,
    filename: str,
    mapping: ColumnMapping | None,
    name: str,
    on_imported: Callable[[str], None],
) -> None:
    try:
        access.require_holder()
        curves = kept_curves(found.curves, mapping)
        run_id = launcher.default_store().records.add_imported(
            curves,
            [kept_name(curve.label) for curve in found.curves],
            name=name,
            origin=kept_name(filename),
            losses=[loss_of(one) for one in curves],
        )
    except (ImportRefused, AnnotationError, StoreUnavailable) as error:
        st.session_state[_SAID] = ("", str(error))
        return
    # A new turn empties the fields.
    st.session_state[_TURN] += 1
    st.session_state.pop(_READ, None)
    count = "one curve" if len(curves) == 1 else f"{len(curves)} curves"
    st.session_state[_SAID] = (f"Imported {count} of “{name or filename}”.", "")
    on_imported(run_id)
