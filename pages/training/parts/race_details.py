"""One part of a race in detail: the digits, the confusion matrix, or what happens in each layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from explorer.core.bars import Bars
from explorer.core.distributions import one_hot
from explorer.figures import recognition, training
from explorer.runs.record_columns import Records
from explorer.runs.run import Run
from pages.components.bars.bar_editor import set_bars
from pages.components.escaping import escaped
from pages.components.plot.plot import plot
from pages.training.parts.digit_grid import digit_grid
from pages.training.parts.live_records import shared_figure

_DETAILS = ("Digits", "Confusion matrix", "Gradient norms", "Dead units")


def race_details(run: Run, labels: Sequence[str], records: Records) -> None:
    """Show the part that the viewer chose.

    Args:
        run: The race on screen, as it was last read.
        labels: One per curve.
        records: All that was recorded so far.
    """
    shown = st.segmented_control(
        "In detail", _DETAILS, default="Digits", required=True, key="race details"
    )
    curves, picture, grid = st.container(), st.container(), st.container()
    if shown in ("Digits", "Confusion matrix"):
        key = f"race curve {run.id}"
        index = curves.selectbox(
            "Curve", range(len(labels)), format_func=labels.__getitem__, key=key
        )
        if shown == "Digits":
            with grid:
                _digits(run, labels, index, records)
            return
        with picture:
            _confusion(run, labels[index], index, records)
        return
    with picture:
        _layers(run, labels, records, shown)


def _layers(run: Run, labels: Sequence[str], records: Records, shown: str) -> None:
    if shown == "Gradient norms":
        figure = shared_figure(
            shown, run.id, records.cursor, (),
            lambda: training.gradient_norms(labels, records.curves),
        )  # fmt: skip
        plot(figure, key="gradient-norms", alt="Norm of the gradient by layer and step.")
        st.caption("Euclidean norm of the gradient by a layer's weights and bias, every 10th step.")
        return
    figure = shared_figure(
        shown, run.id, records.cursor, (),
        lambda: training.dead_units(labels, records.curves),
    )  # fmt: skip
    plot(figure, key="dead-units", alt="Share of dead hidden units by layer and step.")
    st.caption("Share of a layer's units that are 0 for every image of the batch.")


def _confusion(run: Run, label: str, index: int, records: Records) -> None:
    latest = records.curves[index].latest_evaluation
    if latest is None:
        st.caption("Nothing has been measured on test images yet.")
        return
    figure = shared_figure(
        "confusion", run.id, records.cursor, (index,),
        lambda: recognition.confusion_matrix(latest.confusion),
    )  # fmt: skip
    right = int(np.trace(latest.confusion))
    alt = f"Confusion matrix of {label}: {right:,} of {latest.examples:,} images right."
    plot(figure, key="confusion-matrix", alt=alt)
    st.caption(
        f"{escaped(label)}: {right:,} of {latest.examples:,} test images on the diagonal after "
        f"step {latest.step:,}. A row is a true class; an empty column is a class never chosen."
    )


def _digits(run: Run, labels: Sequence[str], index: int, records: Records) -> None:
    if run.info is None:
        return
    latest = [curve.latest_evaluation for curve in records.curves]
    every = [None if one is None else one.digits_softmax for one in latest]
    outputs = every[index]
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chosen = digit_grid(
            run.info.digits,
            run.info.digit_labels,
            outputs,
            key="race digits",
            label="Twenty test digits; choose one",
        )
    truth = int(run.info.digit_labels[chosen])
    with right:
        figure = shared_figure(
            "digit", run.id, records.cursor, (chosen,),
            lambda: recognition.digit_probabilities(
                truth, labels, [None if one is None else one[chosen] for one in every]
            ),
        )  # fmt: skip
        plot(figure, key="digit-probabilities", alt=f"p and q of the chosen digit, a {truth}.")
        q = None if outputs is None else outputs[chosen]
        usable = q is not None and bool(np.isfinite(q).all())
        pressed = st.button(
            "Show p and q of this digit", key="race show digit", disabled=not usable
        )
        if pressed and q is not None:
            open_divergence(truth, q)
        if q is not None and not usable:
            st.caption("This curve diverged: its output is not a distribution.")


def open_divergence(truth: int, q: np.ndarray) -> None:
    """Switch to the page on divergence with a digit's p and q.

    Args:
        truth: The digit.
        q: Softmax output [10].
    """
    names = tuple(f"digit {digit}" for digit in range(10))
    values = {"p": tuple(one_hot(truth, 10).tolist()), "q": tuple(q.tolist())}
    set_bars("divergence", Bars(names, values))
    st.switch_page("pages/information/divergence.py")
