"""What is read from watched folders: a list that stays up to date, to compare and to keep."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from explorer.jobs import launcher
from explorer.store.run_store import StoreUnavailable
from explorer.store.watched import GONE, LONGEST_FOLDER, REFUSED, WatchedFile
from explorer.watching.folders import VARIABLE, FolderRefused, checked_folder, named_folders
from explorer.watching.launch import ensure_watcher, start_failure
from pages.components.access import access
from pages.components.escaping import escaped

_REFRESH_SECONDS = 2.0
_GROWING_SECONDS = 60.0
_SEEN = "watched seen"
_SAID = "watched said"
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
# What proxies add: behind one, everybody comes from this machine.
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")


def watched_runs(add: Callable[..., None], chosen: Collection[str]) -> None:
    """Show what is watched; runs that are chosen there join the comparison.

    Args:
        add: Takes ids of runs to compare beside those that are compared already.
        chosen: Ids of the runs that are compared: the page follows those that grow.
    """
    try:
        is_watching = ensure_watcher(launcher.default_store())
        found = launcher.default_store().watched.list()
    except StoreUnavailable as error:
        st.error(escaped(str(error)))
        return
    st.session_state[_SEEN] = _signature(found, chosen)
    may_name = access.is_holder() if access.code() else is_local()
    if not is_watching and not found and not may_name:
        return
    # One label for good: under another it would be another expander, and closed.
    with st.expander("Watch folders"):
        every = _REFRESH_SECONDS if is_watching else None
        st.fragment(_list, run_every=every)(add, frozenset(chosen), is_watching)
        if may_name:
            _folders()


def is_local() -> bool:
    """Tell whether the browser is on the server's own machine, as far as can be told."""
    headers = st.context.headers
    if any(headers.get(name) for name in _FORWARDED):
        return False
    named = [headers.get("Host", ""), urlsplit(headers.get("Origin", "")).netloc]
    hosts = {urlsplit(f"//{name}").hostname for name in named if name}
    address = st.context.ip_address
    return hosts <= _LOCAL and (address is None or address in _LOCAL)


def _counts(found: Sequence[WatchedFile]) -> str:
    words = Counter(state_words(one).partition(",")[0] for one in found)
    return ", ".join(f"{count:,} {word}" for word, count in words.items())


def _signature(found: Sequence[WatchedFile], chosen: Collection[str]) -> tuple[object, ...]:
    """Return what else on the page depends on: which runs there are, how far the chosen are."""
    return tuple(
        (one.run_id, one.state, one.is_kept, one.num_points if one.run_id in chosen else 0)
        for one in found
    )


def _list(add: Callable[..., None], chosen: frozenset[str], is_watching: bool) -> None:
    store = launcher.default_store()
    try:
        if is_watching:
            ensure_watcher(store)
        found = store.watched.list()
    except StoreUnavailable as error:
        st.error(escaped(str(error)))
        return
    if _signature(found, chosen) != st.session_state.get(_SEEN):
        # The table of all curves and the plots are drawn elsewhere on the page.
        st.rerun(scope="app")
    if said := st.session_state.pop(_SAID, ""):
        st.success(said)
    if failure := start_failure(store):
        st.error(escaped(failure))
    if not found:
        st.caption(
            "Nothing yet: TensorBoard’s event files, CSV, JSON lines and trainer_state.json appear "
            "here within two seconds of being written, also from folders inside."
            if is_watching
            else "No folder is watched."
        )
        return
    st.dataframe(
        _frame(found),
        hide_index=True,
        height=min(240, 38 + 35 * len(found)),
        column_config={
            "Measured": st.column_config.NumberColumn(format="localized"),
            "Changed": st.column_config.DatetimeColumn(format="D MMM, HH:mm:ss"),
            "Note": st.column_config.TextColumn(width="large"),
        },
        alt=f"Table of {len(found)} runs and files in watched folders.",
    )
    st.caption(f"{_counts(found)}.")
    _choice([one for one in found if one.run_id is not None], add, chosen)


def _frame(found: Sequence[WatchedFile]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "State": [state_words(one) for one in found],
            "Run": [one.label for one in found],
            "File": [one.path or "." for one in found],
            "Measured": [one.num_points for one in found],
            "Changed": [datetime.fromtimestamp(one.changed_at).astimezone() for one in found],
            "Note": [one.why for one in found],
            "Folder": [one.folder for one in found],
        }
    )


def state_words(one: WatchedFile) -> str:
    """Return in words what becomes of a watched run."""
    kept = ", kept" if one.is_kept else ""
    if one.state == GONE:
        return f"gone{kept}"
    if one.state == REFUSED:
        return f"refused{kept}"
    if one.run_id is None:
        return "deleted"
    is_growing = time.time() - one.changed_at < _GROWING_SECONDS
    return f"{'growing' if is_growing else 'unchanged'}{kept}"


def _choice(found: Sequence[WatchedFile], add: Callable[..., None], chosen: frozenset[str]) -> None:
    by_id = {one.run_id: one for one in found if one.run_id}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        picked = st.multiselect(
            "Runs",
            list(by_id),
            format_func=lambda id_: f"{by_id[id_].label} ({state_words(by_id[id_])})",
            key="watched picked",
            placeholder="Choose runs to compare or to keep",
        )
        is_new = bool(set(picked) - chosen)
        compare = st.button("Compare", key="watched compare", disabled=not is_new)
        unkept = [id_ for id_ in picked if not by_id[id_].is_kept]
        keep = st.button(
            "Keep",
            key="watched keep",
            disabled=not unkept or not access.is_holder(),
            help="A run that is kept stays when its file goes, and can be named, tagged and "
            "deleted. It still grows with its file.",
        )
    if compare:
        add(*picked)
        st.rerun(scope="app")
    if keep:
        access.require_holder()
        count = launcher.default_store().watched.keep(unkept)
        st.session_state[_SAID] = "Kept one run." if count == 1 else f"Kept {count} runs."
        st.rerun(scope="app")


def _folders() -> None:
    store = launcher.default_store()
    named, problems = named_folders()
    for problem in problems:
        st.warning(escaped(problem))
    for folder in named:
        st.caption(f"{escaped(folder)}, named by {VARIABLE}")
    for folder in store.watched.folders():
        place, stop = st.columns([6, 2], vertical_alignment="center")
        place.caption(escaped(folder))
        if stop.button("Watch no more", key=f"watched stop {folder}"):
            access.require_holder()
            store.watched.remove_folder(folder)
            st.rerun()
    with st.form("watched form", border=False):
        left, right = st.columns([6, 2], vertical_alignment="bottom")
        text = left.text_input(
            "Folder on this machine",
            key="watched folder",
            max_chars=LONGEST_FOLDER,
            placeholder="/home/me/runs",
        )
        is_asked = right.form_submit_button("Watch")
    if is_asked:
        try:
            access.require_holder()
            folder = checked_folder(text)
            if folder not in (*named, *store.watched.folders()):
                store.watched.add_folder(folder)
        except (FolderRefused, StoreUnavailable) as error:
            st.error(escaped(str(error)))
        else:
            st.rerun()
