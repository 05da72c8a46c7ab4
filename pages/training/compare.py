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
from pages.components.page_head import page_head
from pages.training.parts.comparison import annotating, curve_selection
from pages.training.parts.comparison.options import OPTIONS
from pages.training.parts.comparison.results_table import shared_settings
from pages.training.parts.comparison.run_table import every_column, run_table
from pages.training.parts.comparison.view import plots_pane
from pages.training.parts.exchange_controls import import_control
from pages.training.parts.export_controls import export_controls
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
    """Compare the curves of these runs beside those chosen before."""
    rows = kept_curves()[0]
    new = [row.id for row in rows if row.run_id in run_ids]
    curve_selection.choose([*(row.id for row in curve_selection.chosen(rows)), *new])


address.declare(*curve_selection.SELECTION, text("filter"), *OPTIONS)
page_head(
    "Compare runs",
    "Tick curves, trained here or read from files, and lay them over one another.",
    more="Every curve that was trained here is kept, and curves of other tools can join them. "
    "Losses of different kinds never share an axis; training and validation of one kind do. "
    "Point at a line to lift it and its row, press its name to see it alone, draw a box in a "
    "panel to zoom, double-click to see all again.",
    terms=("cross-entropy", "squared error", "learning rate"),
)
if not store_notice():
    st.stop()
all_rows, deleted = kept_curves()
curve_selection.open_link(all_rows)
# Always there, so that what stands below keeps its place and stays open.
with st.container():
    if notice := curve_selection.said():
        st.warning(notice)
    annotating.deleted_notice()
rows = curve_selection.chosen(all_rows)
labels = labelled(rows)
beside, plots = st.columns([4, 9], gap="medium")
words = curve_selection.filter_words()
with plots:
    pane = plots_pane(rows, labels, curve_selection.state() | {"filter": words})
with beside:
    if all_rows:
        run_table(all_rows, pane.styles if pane else {})
    else:
        st.info("There are no runs yet: train some on Live, or import a file.")
with st.container():
    if pane:
        st.markdown("**Export these curves**")
        export_controls(rows, labels, pane.report_figures)
watched_runs(take_in, {row.run_id for row in rows})
with st.expander("Import runs made elsewhere"):
    import_control(take_in)
if pane:
    if annotating.has_metrics_of_files(pane.found):
        with st.expander("What the metrics mean"):
            annotating.metric_meanings(pane.found)
    with st.expander("Tag, rename, note, delete"):
        annotating.bulk_tags(rows, tags := sorted({tag for row in all_rows for tag in row.tags}))
        annotating.edit_controls(rows, labels, tags)
        annotating.delete_controls(rows)
    with st.expander("What the curves share"):
        shared_settings(rows, pane.found.told)
if all_rows:
    with st.expander("Every column of every curve"):
        every_column(all_rows)
if deleted:
    with st.expander("Deleted curves"):
        annotating.recently_deleted(deleted)
