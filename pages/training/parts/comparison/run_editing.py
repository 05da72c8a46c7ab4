"""Names, tags and notes of kept curves, and deleting them with a way back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.run import CurveRow
from explorer.store.run_store import AnnotationError, RunBusy, StoreUnavailable, UnknownRun
from pages.components.access import access
from pages.components.escaping import escaped
from pages.training.parts.shipped_runs import READ_ONLY

_SAID, _ASKED, _GONE = "edit said", "edit asked", "edit gone"


def edit_controls(
    rows: Sequence[CurveRow], labels: Sequence[str], known_tags: Sequence[str]
) -> None:
    """Offer to rename one of these curves, to tag it and to write a note.

    Args:
        rows: The curves, at least one.
        known_tags: Tags that others have.
    """
    own = [pair for pair in zip(rows, labels, strict=True) if not pair[0].is_shipped]
    if len(own) < len(rows):
        st.caption(READ_ONLY)
    if not own:
        return
    rows, labels = zip(*own, strict=True)
    by_id = {row.id: (row, label) for row, label in zip(rows, labels, strict=True)}
    chosen = st.selectbox(
        "Curve", list(by_id), format_func=lambda one: by_id[one][1], key="edit curve"
    )
    row = by_id[chosen][0]
    # A curve's fields are its own: another curve's text must not be saved for it.
    key = f"edit {row.id}"
    with st.form(key, border=False):
        left, right = st.columns(2)
        run_name = left.text_input(
            "Name of the run", row.run_name, key=f"{key} run", placeholder="no name"
        )
        given = row.config.name if row.config else row.label
        name = right.text_input(
            "Name of the curve", given, key=f"{key} name", placeholder=row.label
        )
        tags = st.multiselect(
            "Tags",
            sorted({*known_tags, *row.tags}),
            default=list(row.tags),
            key=f"{key} tags",
            accept_new_options=True,
            placeholder="Choose tags or write new ones",
        )
        note = st.text_area("Note", row.note, key=f"{key} note")
        if st.form_submit_button("Save"):
            _save(row, run_name, name, tags, note)
    kind, text = st.session_state.pop(_SAID, ("", ""))
    if text:
        (st.error if kind == "error" else st.success)(escaped(text))


def _save(
    row: CurveRow,
    run_name: str,
    name: str,
    tags: Sequence[str],
    note: str,
) -> None:
    store = launcher.default_store()
    try:
        access.require_holder()
        if run_name != row.run_name:
            store.annotations.rename_run(row.run_id, run_name)
        if name != (row.config.name if row.config else row.label):
            store.annotations.rename_curve(row.run_id, row.curve, name)
        if tuple(tags) != row.tags:
            store.annotations.set_tags(row.run_id, tags, row.curve)
        if note != row.note:
            store.annotations.set_note(row.run_id, note, row.curve)
    except (AnnotationError, UnknownRun, StoreUnavailable) as error:
        st.session_state[_SAID] = ("error", str(error))
        return
    st.session_state[_SAID] = ("done", "Saved.")
    st.rerun()


def delete_controls(rows: Sequence[CurveRow]) -> None:
    """Offer to delete these curves: it asks once, and can be undone.

    Args:
        rows: The curves; none while nothing is chosen.
    """
    own = [row for row in rows if not row.is_shipped]
    if rows and not own:
        return
    rows = own
    count = "this curve" if len(rows) == 1 else f"these {len(rows)} curves"
    ids = [(row.run_id, row.curve) for row in rows]
    if st.session_state.get(_ASKED) == ids:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Delete {count}?")
            st.button("Delete", key="edit delete", type="primary", on_click=_delete, args=(ids,))
            st.button("Keep", key="edit keep", on_click=_ask, args=(None,))
    else:
        st.button(f"Delete {count}", key="edit ask", on_click=_ask, args=(ids,), disabled=not ids)


def deleted_notice() -> None:
    """Say what was deleted last in this session, with a button that brings it back."""
    ids, problem = st.session_state.get(_GONE, ([], ""))
    if problem:
        st.error(escaped(problem))
    if not ids:
        return
    count = "One curve was" if len(ids) == 1 else f"{len(ids)} curves were"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{count} deleted.")
        st.button("Undo", key="edit undo", on_click=_restore, args=(ids,))


def recently_deleted(rows: Sequence[CurveRow]) -> None:
    """Offer to bring back what was deleted, by anybody, and is not yet removed for good.

    Args:
        rows: The deleted curves, at least one.
    """
    for row in rows[:50]:
        with st.container(horizontal=True, vertical_alignment="center"):
            name = f"{row.run_name}: {row.label}" if row.run_name else row.label
            st.markdown(escaped(name))
            st.button(
                "Bring back",
                key=f"edit restore {row.id}",
                on_click=_restore,
                args=([(row.run_id, row.curve)],),
            )
    if len(rows) > 50:
        st.caption(f"{len(rows) - 50} more were deleted before these.")


def _ask(ids: Sequence[tuple[str, int]] | None) -> None:
    st.session_state[_ASKED] = ids


def _delete(ids: Sequence[tuple[str, int]]) -> None:
    st.session_state[_ASKED] = None
    try:
        access.require_starter(lambda who: launcher.began({run_id for run_id, _ in ids}, who))
        launcher.delete(ids)
    except (RunBusy, UnknownRun, StoreUnavailable) as error:
        st.session_state[_GONE] = ([], f"Nothing was deleted. {error}")
    else:
        st.session_state[_GONE] = (ids, "")


def _restore(ids: Sequence[tuple[str, int]]) -> None:
    try:
        access.require_starter(lambda who: launcher.began({run_id for run_id, _ in ids}, who))
        launcher.restore(ids)
    except (UnknownRun, StoreUnavailable) as error:
        st.session_state[_GONE] = (ids, str(error))
    else:
        st.session_state[_GONE] = ([], "")
