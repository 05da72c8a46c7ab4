"""The editor of a small vocabulary: every word's vector as centre, v, and as neighbour, u."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from explorer.core.bars import Bars, Limits, resize
from explorer.core.skip_gram import VectorGradients
from explorer.core.validation import FloatArray
from explorer.teaching.vocabularies import VOCABULARIES, Vocabulary
from pages.components.address.parameters import vector
from pages.components.bars.bar_editor import Series, bar_editor, set_bars, state_of
from pages.losses.parts.example_menu import example_menu

_V, _U = "skip-gram v", "skip-gram u"
_SHOWN_V, _SHOWN_U = "skip-gram v shown", "skip-gram u shown"
_INPUTS = (Series("v1", "v, first", 9), Series("v2", "v, second", 8))
_OUTPUTS = (Series("u1", "u, first", 7), Series("u2", "u, second", 8))
VECTORS = tuple(vector(one.id) for one in (*_INPUTS, *_OUTPUTS))
"""What the address holds of the vectors, beside the words."""
LONGEST = 1e100
"""Largest magnitude of a coordinate with which losses are computed."""

_ZEROS = "All zero"
_NOUN, _LEAST, _MOST, _REACH = "word", 2, 6, 2.5


@dataclass(frozen=True, eq=False)
class EditedVocabulary:
    """The editors' state, and its vectors as arrays.

    Attributes:
        centres: Bars "v1" and "v2".
        neighbours: Bars "u1" and "u2" of the same words.
    """

    centres: Bars
    neighbours: Bars

    @property
    def names(self) -> tuple[str, ...]:
        return self.centres.names

    @property
    def inputs(self) -> FloatArray:
        """Vectors v [V, 2]."""
        return np.array([self.centres.values[one.id] for one in _INPUTS]).T

    @property
    def outputs(self) -> FloatArray:
        """Vectors u [V, 2]."""
        return np.array([self.neighbours.values[one.id] for one in _OUTPUTS]).T

    @property
    def too_long(self) -> bool:
        """Whether products of the vectors, or a step along a gradient, may leave float64."""
        return bool(max(np.abs(self.inputs).max(), np.abs(self.outputs).max()) > LONGEST)

    def state(self) -> dict[str, Any]:
        """Return what `address.keep` needs to show these vectors again."""
        return state_of(self.neighbours) | state_of(self.centres)

    def step(self, centre: int, gradients: VectorGradients, rate: float) -> None:
        """Put the vectors one step of gradient descent further; called between two runs."""
        inputs = self.inputs
        inputs[centre] -= rate * gradients.centre
        outputs = self.outputs - rate * gradients.outputs
        for key, bars, series, vectors in (
            (_V, self.centres, _INPUTS, inputs),
            (_U, self.neighbours, _OUTPUTS, outputs),
        ):
            values = {
                one.id: tuple(column.tolist())
                for one, column in zip(series, vectors.T, strict=True)
            }
            set_bars(key, replace(bars, values=values))


def vocabulary_choice() -> None:
    """Show the menu of vocabularies, which sets both editors before the page runs again."""
    example_menu([*VOCABULARIES, _ZEROS], _load, key="skip-gram vocabulary")


def vocabulary_editor() -> EditedVocabulary:
    """Show the editors beside each other and return their newest valid state."""
    first = next(iter(VOCABULARIES.values()))
    left, right = st.columns(2, gap="small")
    with left:
        centres = _editor(_V, _SHOWN_V, _bars(first, first.inputs, _INPUTS), _INPUTS, _LEAST, _MOST)
    count = len(centres.names)
    limits = Limits(noun=_NOUN, least=count, most=count)
    start, _ = resize(_bars(first, first.outputs, _OUTPUTS), count, **limits)
    known: Bars | None = st.session_state.get(_SHOWN_U)
    if known is not None and known.names != centres.names:
        resized, _ = resize(known, count, **limits)
        set_bars(_U, replace(resized, names=centres.names))
    with right:
        neighbours = _editor(
            _U, _SHOWN_U, replace(start, names=centres.names), _OUTPUTS, count, count
        )
    if neighbours.names != centres.names:
        set_bars(_V, replace(centres, names=neighbours.names))
        st.rerun()
    return EditedVocabulary(centres, neighbours)


def _editor(
    key: str, shown_key: str, default: Bars, series: tuple[Series, ...], least: int, most: int
) -> Bars:
    bars = bar_editor(
        key,
        default,
        series,
        noun=_NOUN,
        least=least,
        most=most,
        low=-_REACH,
        high=_REACH,
        step=0.1,
    )
    st.session_state[shown_key] = bars
    return bars


def _bars(
    vocabulary: Vocabulary, vectors: tuple[tuple[float, ...], ...], series: tuple[Series, ...]
) -> Bars:
    values = {one.id: row for one, row in zip(series, vectors, strict=True)}
    return Bars(vocabulary.words, values, probabilities=False)


def _load(name: str) -> None:
    if name == _ZEROS:
        for key, shown in ((_V, _SHOWN_V), (_U, _SHOWN_U)):
            known: Bars = st.session_state[shown]
            zeros = {one: (0.0,) * len(known.names) for one in known.values}
            st.session_state[shown] = replace(known, values=zeros)
            set_bars(key, st.session_state[shown])
        return
    vocabulary = VOCABULARIES[name]
    for key, shown, vectors, series in (
        (_V, _SHOWN_V, vocabulary.inputs, _INPUTS),
        (_U, _SHOWN_U, vocabulary.outputs, _OUTPUTS),
    ):
        st.session_state[shown] = _bars(vocabulary, vectors, series)
        set_bars(key, st.session_state[shown])
