"""The worked examples are plain data that nobody can change, and printed digits are compared."""

from __future__ import annotations

import dataclasses
import math

import pytest

from explorer.core.information import UNITS
from explorer.teaching.worked_examples import EXAMPLES, NOTES, Printed


@pytest.mark.parametrize("key", EXAMPLES)
def test_an_example_names_its_notes_and_says_what_it_shows(key: str):
    example = EXAMPLES[key]
    assert example.key == key
    assert key.isidentifier()
    assert key == key.lower()
    assert example.notes
    assert set(example.notes) <= NOTES.keys()
    assert example.title
    for quantity, printed in example.references.items():
        assert quantity
        assert printed.unit in ("", *UNITS.values())
        assert not math.isnan(printed.value)


@pytest.mark.parametrize("key", EXAMPLES)
def test_vectors_of_an_example_have_one_entry_per_name(key: str):
    example = EXAMPLES[key]
    for name in {"p", "q", "q1", "q2", "one_hot", "wrong", "labels"} & example.inputs.keys():
        assert len(example[name]) == len(example.names), name


@pytest.mark.parametrize(
    ("text", "value", "agrees"),
    [
        ("0.0990", 0.09904, True),
        ("0.0990", 0.09906, False),
        ("-9.0787e-05", -9.07871e-05, True),
        ("-9.0787e-05", -9.0788e-05, False),
        ("11014", 11014.4, True),
        ("11014", 11014.6, False),
        ("inf", math.inf, True),
        ("inf", 1e300, False),
        ("43.2", math.nan, False),
    ],
)
def test_a_value_agrees_when_it_rounds_to_the_printed_digits(text, value, agrees):
    assert Printed(text).agrees(value) is agrees


def test_an_exact_value_allows_rounding_errors_only():
    assert Printed("0.54", exact=True).agrees(0.3**2 + 0.3**2 + 0.6**2)
    assert not Printed("0.54", exact=True).agrees(0.5401)


def test_examples_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        EXAMPLES["table_tennis"].key = "fair_die"
    with pytest.raises(TypeError):
        EXAMPLES["table_tennis"] = None
    with pytest.raises(TypeError):
        EXAMPLES["table_tennis"].inputs["p"] = (1.0,)
