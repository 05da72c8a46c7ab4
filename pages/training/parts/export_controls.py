"""Curves out to files: made at a press, and saved by the browser at once."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence

import streamlit as st

from explorer.exchange.errors import ExportRefused
from explorer.exchange.exported import ExportedCurve
from explorer.exchange.exports import EXPORTS, Exporter
from explorer.exchange.report import ReportFigure
from explorer.jobs import launcher
from explorer.runs.run import CurveRow
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.components.escaping import escaped
from pages.components.frontend.frontend import component
from pages.training.parts.deferred_click import answer_press, forget_press, note_press, was_pressed

Figures = Callable[[Sequence[ExportedCurve]], Sequence[ReportFigure]]

_mount = component(__file__)
_log = logging.getLogger(__name__)


# A press runs this part alone, and the plots above stay as they are.
@st.fragment
def export_controls(rows: Sequence[CurveRow], labels: Sequence[str], figures: Figures) -> None:
    """Offer these curves in every format; a file is made when it is asked for.

    The file is made here and not by Streamlit's deferred download, whose thread knows nothing of
    the session and whose errors no visitor would see.
    """
    reasons = {name: exporter.why_not(rows) for name, exporter in EXPORTS.items()}
    with st.container(horizontal=True):
        for name, exporter in EXPORTS.items():
            st.button(
                exporter.label,
                key=f"export {name}",
                help=exporter.described,
                on_click=note_press,
                args=(f"export {name}",),
                disabled=bool(reasons[name]),
            )
    with st.container():
        for name, exporter in EXPORTS.items():
            if was_pressed(f"export {name}"):
                drawn = figures if name == "report" else None
                _answer(f"export {name}", exporter, rows, labels, drawn)
    for name, reason in reasons.items():
        if reason:
            st.caption(f"No {EXPORTS[name].label}: {reason}")


def _answer(
    key: str,
    exporter: Exporter,
    rows: Sequence[CurveRow],
    labels: Sequence[str],
    figures: Figures | None,
) -> None:
    """Save the file that was asked for, or say why there is none."""
    file_name = exporter.file_name(labels)
    with st.spinner(f"Making {file_name}…", show_time=True):
        made = answer_press(key, lambda: _made(exporter, rows, labels, figures))
    if isinstance(made, str):
        st.error(f"The file was not made: {exporter.label}. {escaped(made)}")
    elif made is not None:
        button = f"export-file-{secrets.token_hex(4)}"
        st.download_button(
            f"Save {file_name} once more",
            data=made,
            file_name=file_name,
            mime=exporter.mime,
            key=button,
            on_click="ignore",
            type="tertiary",
        )
        _mount(key=f"{button} begin", data={"key": button}, height=1)
    forget_press(key)


def _made(
    exporter: Exporter, rows: Sequence[CurveRow], labels: Sequence[str], figures: Figures | None
) -> bytes | str:
    """Return the file, or why it could not be made, in plain words."""
    try:
        store = launcher.default_store()
        by_run = {run_id: store.records.read(run_id) for run_id in {row.run_id for row in rows}}
        curves = [
            ExportedCurve(row, by_run[row.run_id].curves[row.curve], label)
            for row, label in zip(rows, labels, strict=True)
        ]
        return exporter.export(curves, figures(curves)) if figures else exporter.export(curves)
    except (ExportRefused, StoreUnavailable, UnknownRun) as refused:
        return str(refused)
    except MemoryError:
        return "These curves take more memory than there is: choose fewer of them."
    except Exception as error:
        # Whatever a format cannot write must not take the page with it.
        _log.exception("No %s was made of %s", exporter.label, [row.id for row in rows])
        return (
            f"This is a fault in the app ({type(error).__name__}); its log says more. Nothing was "
            "changed; another format may work."
        )
