"""Tags given to all compared curves at once, or taken from them, with a way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.run import CurveRow
from explorer.store.run_store import AnnotationError, StoreUnavailable, UnknownRun
from pages.components.access import access
from pages.components.escaping import escaped

_BEFORE, _SAID, _FIELD = "bulk tags before", "bulk tags said", "bulk tags"

Tags = Mapping[tuple[str, int], Sequence[str]]


def bulk_tags(rows: Sequence[CurveRow], known_tags: Sequence[str]) -> None:
    """Offer to tag all of these curves, or to take tags from them.

    Args:
        rows: The curves, at least one.
        known_tags: Tags that any curve has.
    """
    count = "this curve" if len(rows) == 1 else f"these {len(rows)} curves"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tags = st.multiselect(
            f"Tags for {count}",
            sorted(known_tags),
            key=_FIELD,
            accept_new_options=True,
            placeholder="Choose tags or write new ones",
        )
        st.button("Add", key="bulk add", on_click=_add, args=(rows, tags), disabled=not tags)
        st.button(
            "Take away", key="bulk take", on_click=_take, args=(rows, tags), disabled=not tags
        )
    kind, text = st.session_state.get(_SAID, ("", ""))
    if text:
        with st.container(horizontal=True, vertical_alignment="center"):
            (st.error if kind == "error" else st.success)(escaped(text))
            if st.session_state.get(_BEFORE):
                st.button("Undo", key="bulk undo", on_click=_undo)


def _add(rows: Sequence[CurveRow], tags: Sequence[str]) -> None:
    _set({_of(row): [*row.tags, *(t for t in tags if t not in row.tags)] for row in rows}, rows)


def _take(rows: Sequence[CurveRow], tags: Sequence[str]) -> None:
    _set({_of(row): [tag for tag in row.tags if tag not in tags] for row in rows}, rows)


def _of(row: CurveRow) -> tuple[str, int]:
    return row.run_id, row.curve


def _set(wanted: Tags, rows: Sequence[CurveRow]) -> None:
    before = {_of(row): row.tags for row in rows}
    changed = {key: own for key, own in wanted.items() if tuple(own) != tuple(before[key])}
    if _write(changed):
        st.session_state[_BEFORE] = {key: before[key] for key in changed}
        count = "one curve" if len(changed) == 1 else f"{len(changed)} curves"
        st.session_state[_SAID] = ("done", f"The tags of {count} were changed.")


def _undo() -> None:
    if _write(st.session_state[_BEFORE]):
        st.session_state[_BEFORE] = {}
        st.session_state[_SAID] = ("done", "The tags are as they were before.")


def _write(tags: Tags) -> bool:
    try:
        access.require_holder()
        launcher.default_store().annotations.set_tags_of(tags)
    except (AnnotationError, UnknownRun, StoreUnavailable) as error:
        st.session_state[_SAID] = ("error", f"No tag was changed. {error}")
        st.session_state[_BEFORE] = {}
        return False
    return True
