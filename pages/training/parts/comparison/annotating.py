"""What people say of kept curves: names, tags, notes, what metrics mean; and deleting them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

from explorer.jobs import launcher
from explorer.runs.meaning import LOSSES, SPLITS, WHATS, Meaning
from explorer.runs.run import CurveRow
from explorer.store.annotations import RunAnnotations
from explorer.store.run_store import AnnotationError, RunBusy, StoreUnavailable, UnknownRun
from pages.components.access import access
from pages.components.escaping import escaped
from pages.training.parts.comparison.loaded import Loaded
from pages.training.parts.shipped_runs import READ_ONLY

_TAGS, _TAGS_BEFORE, _EDITED, _MEANT = "bulk tags", "bulk tags before", "edit said", "meaning said"
_ASKED, _GONE = "edit asked", "edit gone"
_MIXED = "not the same for all"
_MOST_DELETED = 50
Key = tuple[str, int]
"""Of a curve in the store: its run's id, its place in the run."""


def bulk_tags(rows: Sequence[CurveRow], known_tags: Sequence[str]) -> None:
    """Offer to tag all of these curves, at least one, or to take tags from them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tags = st.multiselect(
            f"Tags for {_these(rows)}",
            known_tags,
            key=_TAGS,
            accept_new_options=True,
            placeholder="Choose tags or write new ones",
        )
        more = {_key(row): [*row.tags, *(t for t in tags if t not in row.tags)] for row in rows}
        fewer = {_key(row): [tag for tag in row.tags if tag not in tags] for row in rows}
        for label, wanted in (("Add", more), ("Take away", fewer)):
            st.button(
                label, key=f"bulk {label}", on_click=_tag, args=(rows, wanted), disabled=not tags
            )
    if f"{_TAGS} words" in st.session_state:
        with st.container(horizontal=True, vertical_alignment="center"):
            _show_said(_TAGS)
            if st.session_state.get(_TAGS_BEFORE):
                st.button("Undo", key="bulk undo", on_click=_undo_tags)


def _tag(rows: Sequence[CurveRow], wanted: Mapping[Key, Sequence[str]]) -> None:
    before = {_key(row): row.tags for row in rows}
    changed = {key: own for key, own in wanted.items() if tuple(own) != before[key]}
    done = f"The tags of {_counted(len(changed))} were changed."
    if not _set_tags(changed, done):
        before = {}
    st.session_state[_TAGS_BEFORE] = {key: before[key] for key in changed if key in before}


def _undo_tags() -> None:
    _set_tags(st.session_state[_TAGS_BEFORE], "The tags are as they were before.")
    st.session_state[_TAGS_BEFORE] = {}


def _set_tags(tags: Mapping[Key, Sequence[str]], done: str) -> bool:
    return _write(_TAGS, lambda store: store.set_tags_of(tags), done, failed="No tag was changed. ")


def edit_controls(
    rows: Sequence[CurveRow], labels: Sequence[str], known_tags: Sequence[str]
) -> None:
    """Offer to rename one of these curves, at least one, to tag it and to write a note."""
    own = {row.id: (row, label) for row, label in zip(rows, labels, strict=True) if _is_own(row)}
    if len(own) < len(rows):
        st.caption(READ_ONLY)
    if not own:
        return
    chosen = st.selectbox("Curve", list(own), format_func=lambda one: own[one][1], key="edit curve")
    row = own[chosen][0]
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
        is_asked = st.form_submit_button("Save")

    def save(store: RunAnnotations) -> None:
        if run_name != row.run_name:
            store.rename_run(row.run_id, run_name)
        if name != given:
            store.rename_curve(row.run_id, row.curve, name)
        if tuple(tags) != row.tags:
            store.set_tags(row.run_id, tags, row.curve)
        if note != row.note:
            store.set_note(row.run_id, note, row.curve)

    if is_asked and _write(_EDITED, save, "Saved."):
        st.rerun()
    _show_said(_EDITED)


def metric_meanings(found: Loaded) -> None:
    """Show what every metric of the curves from files is taken for, with a way to say otherwise.

    Args:
        found: The chosen curves, at least one of them from a file.
    """
    meanings = _by_metric(found)
    st.caption(
        "Guessed from names and values. What you say here holds for all chosen curves from files, "
        "is kept with them, and decides which curves share a panel."
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(_what(own))}</td>'
        f"<td>{escape(_split(own))}</td></tr>"
        for name, own in meanings.items()
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.html(
            '<div class="cee-wide" tabindex="0" role="region" aria-label="What the metrics mean" '
            'style="max-height:15rem;overflow-y:auto"><table><thead><tr><th scope="col">Metric</th>'
            '<th scope="col">What it is</th><th scope="col">Measured on</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )
    with right:
        name = st.selectbox("Metric", list(meanings), key="meaning name")
        first = meanings[name][0]
        key = f"meaning {name} {meanings[name]}"
        for label, part, words in (
            ("What it is", "what", WHATS),
            ("Measured on", "split", SPLITS),
        ):
            st.selectbox(
                label,
                list(words),
                index=list(words).index(getattr(first, part)),
                format_func=words.__getitem__,
                key=f"{key} {part}",
            )
        st.button(
            "Keep this meaning", key="meaning keep", on_click=_keep_meaning, args=(found, name, key)
        )
    _show_said(_MEANT)


def has_metrics_of_files(found: Loaded) -> bool:
    """Tell whether one of the curves came from a file."""
    return any(curve.data.file for curve in found.curves)


def _by_metric(found: Loaded) -> dict[str, list[Meaning]]:
    """Return the meanings of each metric, one where all curves that have it agree."""
    every: dict[str, dict[Meaning, None]] = {}
    for curve, compared in zip(found.curves, found.compared, strict=True):
        if curve.data.file:
            for name, one in compared.meanings.items():
                every.setdefault(name, {})[one] = None
    return {name: list(own) for name, own in every.items()}


def _what(own: Sequence[Meaning]) -> str:
    kinds = {one.what for one in own}
    label = WHATS[own[0].what] if len(kinds) == 1 else _MIXED
    is_loss = len(kinds) == 1 and own[0].what in LOSSES
    return f"Loss: {label}" if is_loss and not label.startswith("Loss") else label


def _split(own: Sequence[Meaning]) -> str:
    splits = {one.split for one in own}
    return SPLITS[own[0].split] if len(splits) == 1 else _MIXED


def _keep_meaning(found: Loaded, name: str, key: str) -> None:
    # As they are when it is pressed, which the run before may not have seen yet.
    meaning = Meaning(st.session_state[f"{key} split"], st.session_state[f"{key} what"])
    changed = {
        _key(curve.row): {**curve.row.meanings, name: meaning}
        for curve, compared in zip(found.curves, found.compared, strict=True)
        if curve.data.file and name in compared.meanings
    }
    done = f"Kept for {_counted(len(changed))}: “{name}” is {meaning.in_words}."
    _write(_MEANT, lambda store: store.set_meanings_of(changed), done)


def delete_controls(rows: Sequence[CurveRow]) -> None:
    """Offer to delete those of these curves that may be: it asks once, and can be undone."""
    own = list(filter(_is_own, rows))
    if not own:
        return
    keys = list(map(_key, own))
    if st.session_state.get(_ASKED) == keys:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Delete {_these(own)}?")
            st.button("Delete", key="edit delete", type="primary", on_click=_delete, args=(keys,))
            st.button("Keep", key="edit keep", on_click=_ask, args=(None,))
    else:
        st.button(f"Delete {_these(own)}", key="edit ask", on_click=_ask, args=(keys,))


def deleted_notice() -> None:
    """Say what was deleted last in this session, with a button that brings it back."""
    keys, problem = st.session_state.get(_GONE, ([], ""))
    if problem:
        st.error(escaped(problem))
    if not keys:
        return
    count = "One curve was" if len(keys) == 1 else f"{len(keys)} curves were"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{count} deleted.")
        st.button("Undo", key="edit undo", on_click=_restore, args=(keys,))


def recently_deleted(rows: Sequence[CurveRow]) -> None:
    """Offer to bring back what was deleted, by anybody, and is not yet removed for good."""
    for row in rows[:_MOST_DELETED]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(escaped(f"{row.run_name}: {row.label}" if row.run_name else row.label))
            key = f"edit restore {row.id}"
            st.button("Bring back", key=key, on_click=_restore, args=([_key(row)],))
    if len(rows) > _MOST_DELETED:
        st.caption(f"{len(rows) - _MOST_DELETED} more were deleted before these.")


def _ask(keys: Sequence[Key] | None) -> None:
    st.session_state[_ASKED] = keys


def _delete(keys: Sequence[Key]) -> None:
    st.session_state[_ASKED] = None
    try:
        _require_starter(keys)
        launcher.delete(keys)
    except (RunBusy, UnknownRun, StoreUnavailable) as error:
        st.session_state[_GONE] = ([], f"Nothing was deleted. {error}")
    else:
        st.session_state[_GONE] = (keys, "")


def _restore(keys: Sequence[Key]) -> None:
    try:
        _require_starter(keys)
        launcher.restore(keys)
    except (UnknownRun, StoreUnavailable) as error:
        st.session_state[_GONE] = (keys, str(error))
    else:
        st.session_state[_GONE] = ([], "")


def _require_starter(keys: Sequence[Key]) -> None:
    access.require_starter(lambda who: launcher.began({run_id for run_id, _ in keys}, who))


def _write(
    place: str, act: Callable[[RunAnnotations], None], done: str, *, failed: str = ""
) -> bool:
    """Change what is said of curves, tell whether that was possible, and keep the words on it."""
    try:
        access.require_holder()
        act(launcher.default_store().annotations)
    except (AnnotationError, UnknownRun, StoreUnavailable) as error:
        st.session_state[f"{place} words"] = (False, f"{failed}{error}")
        return False
    st.session_state[f"{place} words"] = (True, done)
    return True


def _show_said(place: str) -> None:
    is_done, words = st.session_state.get(f"{place} words", (True, ""))
    if words:
        (st.success if is_done else st.error)(escaped(words))
    # An undo stands beside what was said of tags.
    if place != _TAGS:
        st.session_state.pop(f"{place} words", None)


def _is_own(row: CurveRow) -> bool:
    return not row.is_shipped


def _key(row: CurveRow) -> Key:
    return row.run_id, row.curve


def _these(rows: Sequence[CurveRow]) -> str:
    return "this curve" if len(rows) == 1 else f"these {len(rows)} curves"


def _counted(count: int) -> str:
    return "one curve" if count == 1 else f"{count} curves"
