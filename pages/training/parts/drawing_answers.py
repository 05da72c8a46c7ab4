"""What trained networks answer to a drawing, beside what was meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from explorer.core.drawing import Strokes
from explorer.figures import recognition
from explorer.figures.numbers import measured, written
from explorer.jobs import launcher
from explorer.runs.digit_recognition import Answer, DigitNetwork, network_of
from explorer.runs.run import CurveRow
from explorer.store.run_store import UnknownRun, WeightsError
from pages.components.escaping import escaped
from pages.components.plot.plot import plot
from pages.components.quantities import quantities
from pages.training.parts.network_choice import colours_of, names_of
from pages.training.parts.race.theatre import open_divergence

_HEIGHT, _LEAST_HEIGHT = 210, 150


@st.cache_resource(max_entries=8, show_spinner=False)
def _network(store: str, curve: str, _row: CurveRow) -> DigitNetwork:
    return network_of(_row, launcher.default_store().weights.get(_row.run_id, _row.curve))


@dataclass(frozen=True, eq=False)
class NamedNetwork:
    """A network, what it is called here, and its colour."""

    name: str
    colour: str
    network: DigitNetwork


def usable_networks(rows: Sequence[CurveRow]) -> list[NamedNetwork]:
    """Return the networks of curves, read once; of one that cannot be used it is said why.

    Raises:
        StoreUnavailable: The run store cannot be used.
    """
    found = []
    for row, name, colour in zip(rows, names_of(rows), colours_of(rows), strict=True):
        try:
            network = _network(launcher.default_store().url, row.id, row)
            found.append(NamedNetwork(name, colour, network))
        except (WeightsError, UnknownRun, ValueError) as error:
            st.error(f"“{escaped(row.label)}”: {escaped(str(error))}")
    return found


def drawing_answers(networks: Sequence[NamedNetwork], strokes: Strokes, truth: int | None) -> None:
    """Show every network's answer: its class, H(p,q) and the softmax, beside p.

    Args:
        truth: the digit that was meant, whose one-hot is p; None while that is not said.
    """
    names = [one.name for one in networks]
    answers = [_answer(one.network, strokes) for one in networks]
    columns = st.columns(len(networks), gap="medium")
    for place, (column, name, answer) in enumerate(zip(columns, names, answers, strict=True)):
        with column, st.container(gap="xxsmall", key=f"drawing-numbers-{place}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{escaped(name)}**", width="stretch")
                clicked = st.button(
                    "Show p and q",
                    key=f"show drawing of {place}",
                    type="tertiary",
                    disabled=answer is None or truth is None,
                    help="Opens this p and q on the page on cross-entropy and KL divergence.",
                )
            quantities(_numbers(answer, truth))
        if clicked and answer is not None and truth is not None:
            open_divergence(truth, answer.q)
    figure = recognition.digit_probabilities(
        truth,
        names,
        [None if answer is None else answer.q for answer in answers],
        colours=[one.colour for one in networks],
        height=_HEIGHT,
        least_height=_LEAST_HEIGHT,
    )
    plot(
        figure,
        key="drawing-probabilities",
        alt=_in_words(names, answers, truth),
    )


def _answer(network: DigitNetwork, strokes: Strokes) -> Answer | None:
    if not strokes:
        return None
    try:
        return network.answer(network.image_of(strokes))
    except ValueError as error:
        st.warning(f"This network gives no distribution for the drawing. {error}")
        return None


def _numbers(answer: Answer | None, truth: int | None) -> dict[str, str]:
    """Return the same names whatever is known, so that nothing jumps while one draws."""
    said = loss = "–"
    if answer is not None:
        said = f"{answer.digit}, {_probability(answer)}"
        if truth is not None:
            loss = measured(answer.cross_entropy(truth), "nats", 4)
    meant = "H(p,q) = −ln q" if truth is None else f"H(p,q) = −ln q({truth})"
    return {"Answer": said, meant: loss}


def _probability(answer: Answer) -> str:
    q = answer.q[answer.digit]
    # A probability below 1 is never written as 1.
    return "q > 0.9999" if 0.99995 <= q < 1 else f"q = {written(q, 4)}"


def _in_words(names: Sequence[str], answers: Sequence[Answer | None], truth: int | None) -> str:
    said = [
        f"{name} says {answer.digit}, {_probability(answer)}"
        for name, answer in zip(names, answers, strict=True)
        if answer is not None
    ]
    meant = "" if truth is None else f"; the digit meant is {truth}"
    return f"{'; '.join(said)}{meant}." if said else "No answer: nothing is drawn."
