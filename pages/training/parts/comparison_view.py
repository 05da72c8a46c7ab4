"""The plots of a comparison, and how they are to be drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import orjson
import plotly.graph_objects as go
import streamlit as st

from explorer.exchange.exported import ExportedCurve
from explorer.exchange.report import ReportFigure
from explorer.figures import comparison as figures
from explorer.figures.comparison import ComparedLine
from explorer.figures.curves import smoothing_name
from explorer.figures.line_traces import Span
from explorer.jobs import launcher
from explorer.runs.axes import AXES
from explorer.runs.config import curve_labels
from explorer.runs.run import CurveRow
from explorer.runs.seed_groups import group_by_seed
from explorer.runs.series import EPOCH
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.escaping import escaped
from pages.components.plot.plot import encoded, plot
from pages.training.parts.comparison_options import ComparisonOptions, look_at, span_of_view
from pages.training.parts.comparison_table import comparison_table, legend
from pages.training.parts.curve_selection import styles_of
from pages.training.parts.live_records import newest_records, which_images
from pages.training.parts.store_notice import say_unusable

_MOST_METRICS = 6
ACTIVE = frozenset({"queued", "running", "paused"})


def comparison(
    rows: Sequence[CurveRow],
    labels: Sequence[str],
    options: ComparisonOptions,
    link: Mapping[str, str],
) -> None:
    """Show plots and table of the curves, once more while one of them still trains.

    Args:
        rows: The curves.
        labels: Their names.
        options: How to draw them.
        link: What the address holds beside the part of the axis that is looked at.
    """
    if is_training(rows):
        try:
            newest = launcher.default_store().curves.list({row.run_id for row in rows})
        except StoreUnavailable as error:
            say_unusable(error)
            return
        by_id = {row.id: row for row in newest}
        rows = [by_id.get(row.id, row) for row in rows]
        if not is_training(rows):
            st.rerun()
    # Places of their own, so that what a refresh adds never takes another's.
    plots, table = st.container(), st.container()
    with plots:
        _plots(rows, labels, options, link)
    with table:
        comparison_table(rows, labels)
        if drawable := [row.id for row in rows if row.has_weights][:2]:
            link_to("draw", "**Draw a digit for the first two of these networks →**",
                    {"runs": ",".join(drawable)}, via="compare")  # fmt: skip


def is_training(rows: Sequence[CurveRow]) -> bool:
    """Tell whether one of the curves can still grow."""
    return any(launcher.state_of(row) in ACTIVE for row in rows)


def _plots(
    rows: Sequence[CurveRow],
    labels: Sequence[str],
    options: ComparisonOptions,
    link: Mapping[str, str],
) -> None:
    span = span_of_view(options)
    ends = {"from": f"{span[0]:.10g}", "to": f"{span[1]:.10g}"} if span else {"from": "", "to": ""}
    address.keep({**link, **ends})
    try:
        states = {row.run_id: launcher.state_of(row) for row in rows}
        records = {
            run_id: newest_records(run_id, ended=state not in ACTIVE)
            for run_id, state in states.items()
        }
    except StoreUnavailable as error:
        say_unusable(error)
        return
    except UnknownRun as error:
        st.error(str(error))
        return
    curves = [
        ExportedCurve(row, records[row.run_id].curves[row.curve], label)
        for row, label in zip(rows, labels, strict=True)
    ]
    lines = compared_lines(curves, styles_of(rows), joined=options.joined)
    counted = axis_of(curves, options.axis)
    if counted != options.axis:
        st.caption("Along epochs: that is all that these curves tell.")
        options = replace(options, axis=counted)
        span = span_of_view(options)
    state = tuple((line.label, line.style) for line in lines)
    state += tuple((run_id, one.cursor) for run_id, one in records.items())
    legend([(line.label, line.style) for line in lines])
    left, right = st.columns(2, gap="medium")

    axis, scale = options.axis, options.scale

    def zoomed(to: Span | None) -> None:
        look_at(axis, to)

    with left:
        figure = _figure(
            "own", state, (axis, scale, options.weight, span),
            lambda: figures.own_losses(
                lines, axis=axis, scale=scale, weight=options.weight, span=span
            ),
        )  # fmt: skip
        alt = f"Training loss of {len(lines)} lines by {AXES[axis]}, a panel for each kind of loss."
        plot(figure, key="training-losses", alt=alt, on_zoom=zoomed)
        st.caption(_about_losses(lines, options))
    with right:
        figure = _figure(
            "fair", state, (axis, scale, options.test_loss, span),
            lambda: figures.fair_measures(
                lines, axis=axis, loss=options.test_loss, scale=scale, span=span
            ),
        )  # fmt: skip
        alt = f"Test loss and test accuracy of {len(lines)} lines by {AXES[axis]}."
        plot(figure, key="test-measures", alt=alt, on_zoom=zoomed)
        st.caption(
            "The fair comparison: one loss and the accuracy of every curve, whatever it minimises, "
            f"on test images{which_images([curve.records for curve in curves])}."
        )
    if names := figures.other_metrics(lines):
        _other_metrics(lines, names, state, options, span, zoomed)
    if missing := figures.left_out(lines, axis):
        unplaced = ", ".join(f"“{escaped(name)}”" for name in missing)
        st.info(
            f"Not on this axis, because its records do not include the {AXES[axis]}: {unplaced}."
        )


def axis_of(curves: Sequence[ExportedCurve], axis: str) -> str:
    """Return the axis to draw along: epochs in place of steps where curves tell nothing else.

    Args:
        curves: What is drawn.
        axis: Key of AXES, as it was chosen.
    """
    imported = [curve.records.imported for curve in curves]
    tells_epochs = all(one is not None and one.data.x == EPOCH for one in imported)
    return "epoch" if axis == "step" and tells_epochs else axis


def _other_metrics(
    lines: Sequence[ComparedLine],
    names: Sequence[str],
    state: tuple[object, ...],
    options: ComparisonOptions,
    span: Span | None,
    zoomed: Callable[[Span | None], None],
) -> None:
    """Offer what else was measured of the curves, and show what is chosen of it."""
    has_more = any(one.steps.size or one.evaluations for line in lines for one in line.members)
    chosen = st.multiselect(
        "Other metrics",
        names,
        default=[] if has_more else names[:2],
        key="compare metrics",
        max_selections=_MOST_METRICS,
        placeholder=f"Choose up to {_MOST_METRICS} of {len(names)}",
    )
    if not chosen:
        return
    axis, scale = options.axis, options.scale
    figure = _figure(
        "named", state, (axis, scale, tuple(chosen), span),
        lambda: figures.named_metrics(lines, chosen, axis=axis, scale=scale, span=span),
    )  # fmt: skip
    alt = f"{', '.join(chosen)} of {len(lines)} lines by {AXES[axis]}, a panel for each metric."
    plot(figure, key="other-metrics", alt=alt, on_zoom=zoomed)


def compared_lines(
    curves: Sequence[ExportedCurve], styles: Mapping[str, int], *, joined: bool
) -> list[ComparedLine]:
    """Return what is drawn of these curves.

    Args:
        curves: What is compared, with its records.
        styles: Number of the colour and dash of each by its id.
        joined: Whether those that differ only by seed are one line.
    """
    rows = [curve.row for curve in curves]
    groups = group_by_seed(rows) if joined else [(place,) for place in range(len(rows))]
    several = [places[0] for places in groups if len(places) > 1]
    heads = [replace(row.config, seed=0, name="") for p in several if (row := rows[p]).config]
    means = dict(zip(several, curve_labels(heads), strict=True))
    found = []
    for places in groups:
        curve = curves[places[0]]
        label = curve.label
        if len(places) > 1:
            label = f"{means[places[0]]}, mean of {len(places)} seeds"
        members = tuple(curves[place].records for place in places)
        style, epoch = styles[curve.row.id], curve.steps_per_epoch
        found.append(ComparedLine(label, style, curve.own_loss, members, epoch))
    return found


def report_figures(
    rows: Sequence[CurveRow], options: ComparisonOptions
) -> Callable[[Sequence[ExportedCurve]], list[ReportFigure]]:
    """Return what makes the plots of a report as they are on the page now.

    What it returns asks nothing of the session any more.

    Args:
        rows: The curves that are compared.
        options: How they are drawn there.
    """
    styles, span = styles_of(rows), span_of_view(options)

    def drawn(curves: Sequence[ExportedCurve]) -> list[ReportFigure]:
        lines = compared_lines(curves, styles, joined=options.joined)
        axis, scale = axis_of(curves, options.axis), options.scale
        own = figures.own_losses(lines, axis=axis, scale=scale, weight=options.weight, span=span)
        fair = figures.fair_measures(
            lines, axis=axis, loss=options.test_loss, scale=scale, span=span
        )
        about = "The same measures for all curves; diamonds are on the whole test set."
        return [
            ReportFigure("training-loss", "Training loss", _about_losses(lines, options), own),
            ReportFigure("test", "Loss and accuracy on test images", about, fair),
        ]

    return drawn


def _about_losses(lines: Sequence[ComparedLine], options: ComparisonOptions) -> str:
    parts = [f"Training loss of each batch, averaged by image: {smoothing_name(options.weight)}."]
    if any(len(line.members) > 1 for line in lines):
        parts.append("Bands reach from the lowest to the highest seed.")
    parts.append("Each kind of loss has a unit and an axis of its own.")
    parts.append("At the edge: × NaN, ▲ +∞, ▼ a value that a log axis cannot show.")
    return " ".join(parts)


# Shared by all who look at the same comparison.
@st.cache_resource(max_entries=64, show_spinner=False)
def _figure(
    name: str,
    state: tuple[object, ...],
    options: tuple[object, ...],
    _draw: Callable[[], go.Figure],
) -> orjson.Fragment:
    return encoded(_draw())
