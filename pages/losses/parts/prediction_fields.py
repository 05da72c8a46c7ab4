"""The editor of a table of predictions: a true class and two models' rows, as text fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import streamlit as st

from explorer.core.prediction_table import (
    MOST_ROWS,
    PredictionTable,
    Row,
    read_normalized_row,
    read_row,
)
from explorer.teaching.prediction_tables import EXAMPLE_TABLES
from pages.components.address import address
from pages.components.address.parameters import Parameter, written_places
from pages.components.escaping import escaped
from pages.components.inputs.lasting_inputs import shown
from pages.losses.parts.example_menu import example_menu

MODELS = ("m1", "m2")
_DRAFT = "prediction table"
_ids = count(1)


def _labels(text: str) -> tuple[int, ...]:
    pieces = text.split(",")
    if not all(piece.strip().isdecimal() and len(piece) < 4 for piece in pieces):
        raise ValueError("The labels must be whole numbers such as 3,2,1.")
    return tuple(int(piece) - 1 for piece in pieces)


def _rows(texts: list[str]) -> tuple[Row, ...]:
    size = len(texts[0].split(","))
    return tuple(read_row(text, size) for text in texts[: MOST_ROWS + 1])


def _text(row: Row) -> str:
    return ", ".join(repr(value).removesuffix(".0") for value in row)


PREDICTIONS = (
    Parameter("labels", _labels, written_places),
    *(
        Parameter(model, _rows, lambda rows: [_text(row) for row in rows], several=True)
        for model in MODELS
    ),
)
"""What the address holds of a table."""


@dataclass
class _Draft:
    """What stands in the fields.

    Attributes:
        num_classes: Of the whole table.
        rows: Number of each row, never used again after its removal, in the order shown.
        labels: True class of each row, counted from 0.
        texts: By row and model.
        good: Last good distribution by row and model.
        notes: What was done to a field beside the edit itself.
    """

    num_classes: int
    rows: list[int] = field(default_factory=list)
    labels: dict[int, int] = field(default_factory=dict)
    texts: dict[tuple[int, str], str] = field(default_factory=dict)
    good: dict[tuple[int, str], Row] = field(default_factory=dict)
    notes: dict[tuple[int, str], str] = field(default_factory=dict)

    def append(self, label: int, rows: Sequence[Row]) -> None:
        row = next(_ids)
        self.rows.append(row)
        self.labels[row] = label
        for model, values in zip(MODELS, rows, strict=True):
            self.good[row, model], self.texts[row, model] = values, _text(values)

    def table(self) -> PredictionTable:
        return PredictionTable(
            tuple(self.labels[row] for row in self.rows),
            *(tuple(self.good[row, model] for row in self.rows) for model in MODELS),
        )


def prediction_fields() -> PredictionTable:
    """Show the editor and return the newest table whose rows are all good."""
    problem = _open_link()
    example_menu(EXAMPLE_TABLES, lambda name: _use(EXAMPLE_TABLES[name]), key="predictions example")
    with st.container():
        if problem:
            st.error(problem)
    draft = _draft()
    for number, row in enumerate(draft.rows, start=1):
        _row_fields(draft, row, number)
    if len(draft.rows) < MOST_ROWS:
        st.button("Add a row", key="predictions add", on_click=_add_row)
    return draft.table()


def state_of(table: PredictionTable) -> dict[str, Any]:
    """Return what `address.keep` needs to make the address show this table."""
    return {"labels": table.classes, "m1": table.model_1, "m2": table.model_2}


def link_parameters(table: PredictionTable) -> dict[str, str | list[str]]:
    """Return what a link needs to show this table."""
    state = state_of(table)
    return {one.name: one.write(state[one.name]) for one in PREDICTIONS}


def _draft() -> _Draft:
    if _DRAFT not in st.session_state:
        _use(next(iter(EXAMPLE_TABLES.values())))
    return st.session_state[_DRAFT]


def _use(table: PredictionTable) -> None:
    draft = _Draft(table.num_classes)
    for label, *rows in zip(table.classes, table.model_1, table.model_2, strict=True):
        draft.append(label, rows)
    st.session_state[_DRAFT] = draft


def _open_link() -> str:
    """Take the table from the address; return why that was not possible, or an empty text."""
    if not address.is_asked(*(one.name for one in PREDICTIONS)):
        return ""
    # All are taken, even if refused: no later run must find the rest of a refused table.
    values, problem = [], ""
    for one in PREDICTIONS:
        try:
            values.append(address.take(one.name))
        except address.LinkError as error:
            problem = problem or str(error)
    try:
        if problem:
            raise ValueError(problem)
        labels, *rows = values
        _use(
            PredictionTable(_labels("") if labels is None else labels, *(row or () for row in rows))
        )
    except ValueError as error:
        return escaped(f"From the link: {error} The table is as it was.")
    return ""


def _row_fields(draft: _Draft, row: int, number: int) -> None:
    with st.container(border=True):
        columns = st.columns([1.2, 1.7, 1.7, 1.2], vertical_alignment="bottom", gap="small")
        with columns[0]:
            _label_field(draft, row, number)
        for column, model in zip(columns[1:3], MODELS, strict=True):
            with column:
                _prediction_field(draft, row, model, f"Row {number}, model {model[1]}: q")
        with columns[3]:
            st.button(
                "Remove",
                key=f"predictions remove {row}",
                help=f"Remove row {number}",
                type="tertiary",
                disabled=len(draft.rows) == 1,
                on_click=draft.rows.remove,
                args=(row,),
            )


def _label_field(draft: _Draft, row: int, number: int) -> None:
    key = f"predictions {row} label"
    st.selectbox(
        f"Row {number}: true",
        range(draft.num_classes),
        shown(key, draft.labels[row]),
        format_func=lambda index: str(index + 1),
        key=key,
        on_change=lambda: draft.labels.update({row: st.session_state[key]}),
    )


def _prediction_field(draft: _Draft, row: int, model: str, title: str) -> None:
    key, place = f"predictions {row} {model}", (row, model)

    def take() -> None:
        draft.texts[place] = st.session_state[key]
        draft.notes.pop(place, None)

    def normalise() -> None:
        draft.good[place], draft.notes[place] = read_normalized_row(
            draft.texts[place], draft.num_classes
        )
        draft.texts[place] = _text(draft.good[place])

    st.text_input(title, shown(key, draft.texts[place]), key=key, on_change=take)
    with st.container():
        try:
            draft.good[place] = read_row(draft.texts[place], draft.num_classes)
        except ValueError as error:
            kept = f"The table below still uses {_text(draft.good[place])}."
            st.markdown(f":red[{escaped(f'{error} {kept}')}]")
            _offer_normalising(draft, place, f"{key} normalise", normalise)
        if note := draft.notes.get(place):
            st.caption(escaped(note))


def _offer_normalising(
    draft: _Draft, place: tuple[int, str], key: str, normalise: Callable[[], None]
) -> None:
    """Show the button where dividing by the sum would make a distribution of the field."""
    try:
        read_normalized_row(draft.texts[place], draft.num_classes)
    except ValueError:
        return
    st.button("Normalise", key=key, on_click=normalise)


def _add_row() -> None:
    """Add a copy of the last row, to be changed."""
    draft = _draft()
    last = draft.rows[-1]
    draft.append(draft.labels[last], [draft.good[last, model] for model in MODELS])
