"""Lay the curves of any runs over one another, honestly, and keep what is worth keeping."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.exchange.exported import labelled
from explorer.jobs import launcher
from explorer.runs.run import CurveRow
from explorer.store.run_store import StoreUnavailable
from pages.components.address import address
from pages.components.address.parameters import text
from pages.components.terms import terms
from pages.training.parts import curve_selection, run_editing
from pages.training.parts.comparison_options import OPTIONS, comparison_options
from pages.training.parts.comparison_view import comparison, is_training, report_figures
from pages.training.parts.exchange_controls import import_control
from pages.training.parts.export_controls import export_controls
from pages.training.parts.run_table import run_table
from pages.training.parts.store_notice import say_unusable, store_notice
from pages.training.parts.watched_runs import watched_runs


def kept_curves() -> tuple[Sequence[CurveRow], Sequence[CurveRow]]:
    """Return the curves that are kept, and those that were deleted and can be brought back."""
    try:
        store = launcher.default_store()
        return store.curves.list(), store.curves.list(deleted=True)
    except StoreUnavailable as error:
        say_unusable(error)
        st.stop()


def take_in(*run_ids: str) -> None:
    """Compare the curves of runs that were read from files with those chosen before."""
    rows, _ = kept_curves()
    new = [row.id for row in rows if row.run_id in run_ids]
    curve_selection.choose([*(row.id for row in curve_selection.chosen(rows)), *new])


address.declare(*curve_selection.SELECTION, text("filter"), *OPTIONS)
st.title("Compare runs")
st.markdown(
    "Every curve that was trained here is kept, and curves from elsewhere can join them. Tick some "
    "and lay them over one another."
)
terms("cross-entropy", "squared error", "learning rate")
if not store_notice():
    st.stop()
all_rows, deleted = kept_curves()
curve_selection.open_link(all_rows)
words = ""
with st.container():
    if all_rows:
        words = run_table(all_rows)
    else:
        st.info("There are no runs yet: train some on the page of the live race, or import a file.")
        st.page_link("pages/training/live.py", label="Train a race")
# Places that are always there, so that what stands below keeps its own and stays open.
with st.container():
    if notice := curve_selection.said():
        st.warning(notice)
    run_editing.deleted_notice()
rows = curve_selection.chosen(all_rows)
labels = labelled(rows)
options, link = comparison_options()
link = curve_selection.state() | {"filter": words} | link
with st.container():
    if rows:
        refresh = 2.0 if is_training(rows) else None
        st.fragment(comparison, run_every=refresh)(rows, labels, options, link)
    else:
        address.keep(link)
        if all_rows:
            st.info("Tick one or more rows of the table to see their curves.")
with st.container():
    if rows:
        st.markdown("**Export these curves**")
        export_controls(rows, labels=labels, figures=lambda: report_figures(rows, options))
watched_runs(take_in, {row.run_id for row in rows})
with st.expander("Import runs made elsewhere"):
    import_control(take_in)
if rows:
    with st.expander("Rename, tag, note, delete"):
        tags = sorted({tag for row in all_rows for tag in row.tags})
        run_editing.edit_controls(rows, labels, tags)
        run_editing.delete_controls(rows)
if deleted:
    with st.expander("Deleted curves"):
        run_editing.recently_deleted(deleted)
