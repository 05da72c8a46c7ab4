"""Drawings: what is taken, what is refused, and how they are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.core.drawing import (
    GRID,
    MOST_POINTS,
    MOST_STROKES,
    TOLERANCE,
    Strokes,
    distances_to_segment,
    read_stroke_text,
    read_strokes,
    simplified,
    stroke_text,
)

COORDINATE = st.integers(0, GRID)
STROKE = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=30).map(tuple)
STROKES = st.lists(STROKE, max_size=5).map(tuple)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


def flat(strokes) -> list[list[int]]:
    return [[number for point in stroke for number in point] for stroke in strokes]


def read(reader: Callable[[Any], Strokes], source: object) -> tuple[Strokes, str]:
    """What the reader makes of it, or why it refuses."""
    try:
        return reader(source), ""
    except ValueError as error:
        return (), str(error)


@given(STROKES)
def test_a_drawing_is_read_as_it_was_sent_and_written(strokes):
    assert read_strokes(flat(strokes)) == strokes
    assert read_stroke_text(stroke_text(strokes)) == strokes


@given(JSON)
def test_any_message_is_a_valid_drawing_or_refused_in_a_sentence(message):
    strokes, said = read(read_strokes, message)
    if said:
        assert said.endswith(".")
        return
    assert flat(strokes) == message
    assert all(type(n) is int and 0 <= n <= GRID for s in strokes for p in s for n in p)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"a": 1}, "list of strokes"),
        ([1, 2], "list of strokes"),
        ([[]], "one point or more"),
        ([[1, 2, 3]], "one point or more"),
        ([[1, 256]], "from 0 to 255"),
        ([[-1, 5]], "from 0 to 255"),
        ([[1.0, 5]], "whole numbers"),
        ([[True, 5]], "whole numbers"),
        ([[float("nan"), 5]], "whole numbers"),
        ([["1", 5]], "whole numbers"),
        ([[1, 2]] * (MOST_STROKES + 1), "40 strokes at most"),
        ([[1, 2] * (MOST_POINTS + 1)], "3,000 points at most"),
    ],
)
def test_what_is_no_drawing_is_refused(message, said):
    with pytest.raises(ValueError, match=said):
        read_strokes(message)


@given(st.text(max_size=40) | st.text("0123456789abcdef.", max_size=40))
def test_any_text_is_a_drawing_or_refused_in_a_sentence(text):
    strokes, said = read(read_stroke_text, text)
    if said:
        assert said.endswith(".")
        return
    assert stroke_text(strokes) == text


def test_a_text_that_is_too_long_is_refused_before_it_is_read():
    with pytest.raises(ValueError, match="points at most"):
        read_stroke_text("z" * 10**6)


@given(STROKES)
def test_simplifying_moves_the_line_by_less_than_the_tolerance_and_twice_is_once(strokes):
    simple = simplified(strokes)
    assert simplified(simple) == simple
    for before, after in zip(strokes, simple, strict=True):
        assert (before[0], before[-1]) == (after[0], after[-1])
        assert set(after) <= set(before)
        ends = zip(after, after[1:] or after, strict=False)
        x, y = np.array(before, dtype=float).T
        away = [distances_to_segment(x, y, np.array(a), np.array(b)) for a, b in ends]
        assert np.min(away, axis=0).max() <= TOLERANCE


def test_the_points_on_a_straight_line_are_left_out():
    assert simplified((tuple((x, 2 * x) for x in range(100)),)) == (((0, 0), (99, 198)),)


def test_distances_are_those_to_the_nearest_place_of_the_segment():
    x, y = np.array([5.0, -3.0, 12.0]), np.array([4.0, 4.0, 0.0])
    away = distances_to_segment(x, y, np.array([0.0, 0.0]), np.array([10.0, 0.0]))
    assert_allclose(away, [4, 5, 2])
    point = np.array([2.0, 0.0])
    assert_allclose(distances_to_segment(x, y, point, point), np.hypot(x - 2, y))
