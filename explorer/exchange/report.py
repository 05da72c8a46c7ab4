"""Curves as one HTML page that needs nothing else: results, settings and the plots."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import plotly
import plotly.graph_objects as go

from explorer.exchange.exported import ExportedCurve, template
from explorer.exchange.json_export import moment
from explorer.exchange.settings import split_settings
from explorer.figures.numbers import written
from explorer.figures.palette import CATEGORICAL, CATEGORICAL_DARK
from explorer.runs.summary import TARGETS, CurveSummary

_HERE = Path(__file__).parent
_UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """A plot of the report.

    Attributes:
        name: Of its files: letters, digits and hyphens.
        figure: Its layout names a height in pixels.
    """

    name: str
    title: str
    caption: str
    figure: go.Figure


def export_report(curves: Sequence[ExportedCurve], figures: Sequence[ReportFigure] = ()) -> bytes:
    """Write at least one curve as a page that opens offline, light or dark as its reader prefers.

    plotly.js is in it once; a content security policy lets no other script run and nothing be
    fetched, whatever the curves are called.
    """
    differing, shared = split_settings([curve.row for curve in curves])
    labels = [curve.label for curve in curves]
    runs = {curve.row.run_id: curve.row for curve in curves}
    names = dict.fromkeys(row.run_name or row.run_id for row in runs.values())
    began = min((row.created_at for row in runs.values()), default=None)
    script, plotly_js = _text("report.js"), _plotly_js()
    page = template("report.html").render(
        policy=_policy(script, plotly_js),
        title=labels[0] if len(curves) == 1 else f"{len(curves)} curves",
        subtitle=f"{', '.join(names)}. Begun {moment(began) or 'never'}.",
        style=_text("report.css"),
        labels=labels,
        results=_results(curves),
        differing=differing,
        plots=figures,
        shared=shared,
        notes=_notes(curves),
        figures=_figures_json(figures),
        plotly=plotly_js,
        script=script,
    )
    return page.encode()


def results_of(states: Sequence[str], summaries: Sequence[CurveSummary]) -> dict[str, list[str]]:
    """Return the columns of a table with a row for each curve, from its state and what it came to.

    An accuracy on a part of the test images is marked *.
    """

    def accuracy(value: float | None, full: bool) -> str:
        return _UNKNOWN if value is None else f"{value:.2%}{'' if full else ' *'}"

    def loss(value: float | None) -> str:
        return _UNKNOWN if value is None else f"{written(value, 4)} nats"

    def seconds(value: float) -> str:
        # Of a run made elsewhere it may be unknown.
        return f"{written(value, 3)} s" if value and math.isfinite(value) else _UNKNOWN

    def reached(steps: int | None) -> str:
        return "not reached" if steps is None else f"{steps:,}"

    return {
        "State": list(states),
        "Test accuracy": [accuracy(one.final_accuracy, one.final_full) for one in summaries],
        "Best": [accuracy(one.best_accuracy, one.best_full) for one in summaries],
        "Test cross-entropy": [loss(one.final_cross_entropy) for one in summaries],
        **{
            f"Steps to {target} %": [reached(one.steps_to(target)) for one in summaries]
            for target in TARGETS
        },
        "Steps": [f"{one.steps:,}" for one in summaries],
        "Training time": [seconds(one.seconds) for one in summaries],
    }


def _results(curves: Sequence[ExportedCurve]) -> Mapping[str, Sequence[str]]:
    summaries = [CurveSummary().extended(curve.data) for curve in curves]
    states = [
        "made elsewhere"
        if curve.row.origin
        else curve.row.status
        if one.diverged_at is None
        else f"diverged at step {one.diverged_at:,}"
        for curve, one in zip(curves, summaries, strict=True)
    ]
    return results_of(states, summaries)


def _notes(curves: Sequence[ExportedCurve]) -> list[tuple[str, str]]:
    return [
        (curve.label, "; ".join(said))
        for curve in curves
        if (said := [part for part in (", ".join(curve.row.tags), curve.row.note) if part])
    ]


def _figures_json(figures: Sequence[ReportFigure]) -> str:
    drawn = ",".join(
        f"{json.dumps(one.name)}:{one.figure.to_json(validate=False)}" for one in figures
    )
    palettes = f'"light":{json.dumps(CATEGORICAL)},"dark":{json.dumps(CATEGORICAL_DARK)}'
    # So that no name can end the element that this stands in.
    return f'{{"figures":{{{drawn}}},{palettes}}}'.replace("<", "\\u003c")


def _policy(*scripts: str) -> str:
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


@functools.cache
def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@functools.cache
def _plotly_js() -> str:
    file = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return file.read_text(encoding="utf-8")
