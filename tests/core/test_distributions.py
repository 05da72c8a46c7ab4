"""Reading, normalising, editing and mixing distributions."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.core.distributions import (
    MAX_TEXT_LENGTH,
    division_note,
    interpolate,
    normalize,
    one_hot,
    parse_vector,
    rescale_others,
    validate_probabilities,
)
from tests.core.strategies import distribution_pairs, distributions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1, 0.1 .1;0.7", [0.1, 0.1, 0.1, 0.7]),
        ("1/4 1/4 1/2", [0.25, 0.25, 0.5]),
        ("25%\t25 %\n50%", [0.25, 0.25, 0.5]),
        ("1e-3,1E-3 .998", [0.001, 0.001, 0.998]),
        ("０.１，０．２；０．７", [0.1, 0.2, 0.7]),
        ("1／4、75％", [0.25, 0.75]),
        (" [ .7, .1, .1, .1 ] ", [0.7, 0.1, 0.1, 0.1]),
        ("(1, 0)", [1.0, 0.0]),
        ("2 -1 +3 −0.5", [2.0, -1.0, 3.0, -0.5]),
        ("1 / 4, 3 /4", [0.25, 0.75]),
        ("0.5 ,  0.5;0", [0.5, 0.5, 0.0]),
        ("1. 0.", [1.0, 0.0]),
        ("0/5, 0e-999, 0.000", [0.0, 0.0, 0.0]),
        ("1", [1.0]),
    ],
)
def test_numbers_are_read_in_every_common_notation(text, expected):
    assert parse_vector(text).tolist() == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.5,,0.5", "^Number 2 is missing beside a comma: write it, or take the comma out.$"),
        ("0.5; ;0.5", "^Number 2 is missing beside a semicolon"),
        (",0.5", "^Number 1 is missing beside a comma"),
        ("0.5, 0.25 0.25,", "^Number 4 is missing beside a comma"),
        ("[0.5，，0.5]", "^Number 2 is missing beside a comma"),
        ("", "at least one number"),
        (" ,;\n", "at least one number"),
        ("[]", "at least one number"),
        ("0.1, abc, 0.9", "“abc” is not a number"),
        ("0.1, nan", "“nan” is not a number"),
        ("inf 0", "“inf” is not a number"),
        ("1_000", "“1_000” is not a number"),
        ("0x10", "“0x10” is not a number"),
        ("1/2/3", "“1/2/3” is not a number"),
        ("1//2", "“1//2” is not a number"),
        ("1/4%", "“1/4%” is not a number"),
        ("--1", "“--1” is not a number"),
        (".", r"“\.” is not a number"),
        ("[0.5, 0.5", r"“\[0\.5” is not a number"),
        ("٠٫٥", "is not a number"),
        ("½", "is not a number"),
        ("1/0", "“1/0” divides by zero"),
        ("0/0.0e5", "“0/0.0e5” divides by zero"),
        ("1e999", "“1e999” is too large"),
        ("1e308/1e-308", "is too large"),
        ("1/1e-400", "is too large"),
        ("1e-400", "“1e-400” is too small"),
        ("1e-300/1e300", "is too small"),
        ("5e-324%", "is too small"),
        ("1e99999999999999999999", "is too large"),
        ("0.1 " * 501, "2,004 characters; use at most 2,000"),
    ],
)
def test_what_is_no_number_is_named_in_a_sentence(text, message):
    with pytest.raises(ValueError, match=message):
        parse_vector(text)


PLACES = st.lists(st.sampled_from(["0.5", "1/4", "", " "]), min_size=1, max_size=6)


@given(PLACES, st.sampled_from(",;"))
def test_no_place_of_a_list_is_dropped(places, mark):
    """A text with separators has as many numbers as places, or is refused."""
    try:
        count = parse_vector(mark.join(places)).size
    except ValueError:
        assert any(not place.strip() for place in places)
    else:
        assert count == len(places)


def test_a_long_wrong_piece_is_shown_shortened():
    with pytest.raises(ValueError, match="x…” is not a number") as caught:
        parse_vector("x" * MAX_TEXT_LENGTH)
    assert len(str(caught.value)) < 100


@given(st.text(max_size=60))
@example("1/")
@example("%")
@example("[1")
def test_any_text_gives_finite_numbers_or_a_sentence(text):
    try:
        vector = parse_vector(text)
    except ValueError as error:
        sentence = str(error)
        vector = None
    if vector is None:
        assert sentence.endswith(".")
    else:
        assert vector.ndim == 1
        assert vector.size
        assert np.isfinite(vector).all()


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_written_numbers_are_read_back_exactly(values):
    assert parse_vector(", ".join(map(repr, values))).tolist() == values


@pytest.mark.parametrize("text", [" " * 2000, "1" * 2000, "/ " * 1000, "1e" * 1000, "% " * 1000])
def test_no_text_takes_long(text):
    began = time.process_time()
    with pytest.raises(ValueError, match=r"\.$"):
        parse_vector(text)
    assert time.process_time() - began < 1


def test_a_sum_beyond_the_range_of_float64_is_told_as_it_is():
    weights = np.array([1e308, 1e308])
    note = division_note(weights, normalize(weights))
    assert note == "Each value was divided by the sum 2.00000000e+308: 1e+308, 1e+308 → 0.5, 0.5."
    with pytest.raises(ValueError, match="sum to more than 1e308, not 1"):
        validate_probabilities(weights)


@given(st.lists(st.floats(0, 1.7e308), min_size=1, max_size=30))
@example([1e308, 1e308, 1e308])
@example([5e-324, 5e-324])
def test_normalised_weights_are_a_distribution_with_the_same_zeros(weights):
    assume(max(weights) > 0)
    p = normalize(weights)
    assert_allclose(p.sum(), 1, rtol=1e-14)
    assert (p[np.array(weights) == 0] == 0).all()
    validate_probabilities(p)


def test_huge_and_tiny_weights_keep_their_proportions():
    assert normalize([1e308, 1e308]).tolist() == [0.5, 0.5]
    assert normalize([5e-324, 1.5e-323]).tolist() == [0.25, 0.75]
    assert normalize([[1, 3], [2, 2]], axis=0).tolist() == [[1 / 3, 0.6], [2 / 3, 0.4]]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([], "nothing to normalise"),
        (3.0, "nothing to normalise"),
        ([0, 0], "All weights are zero"),
        ([[1, 1], [0, 0]], "All weights are zero"),
        ([1, -1e-9], "cannot be negative"),
        ([1, math.inf], "finite"),
        ([1, math.nan], "finite"),
    ],
)
def test_weights_that_cannot_be_normalised_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        normalize(weights)


def test_one_hot_marks_one_class_for_each_index():
    assert one_hot(1, 3).tolist() == [0, 1, 0]
    assert one_hot([[2], [0]], 3).tolist() == [[[0, 0, 1]], [[1, 0, 0]]]
    assert one_hot(0, 1).tolist() == [1]
    assert one_hot(1, 3).dtype == np.float64


@pytest.mark.parametrize(("index", "classes"), [(3, 3), (-1, 3), (1.0, 3), (0, 0)])
def test_one_hot_refuses_what_is_no_class(index, classes):
    with pytest.raises(ValueError, match=r"\.$"):
        one_hot(index, classes)


@given(distributions(), st.floats(-0.5, 1.5), st.data())
def test_dragging_a_bar_keeps_the_sum_the_locks_and_the_zeros(p, value, data):
    index = data.draw(st.integers(0, p.size - 1))
    others = [i for i in range(p.size) if i != index]
    locked = data.draw(st.sets(st.sampled_from(others))) if others else set()
    moved = rescale_others(p, index, value, locked)
    free = [i for i in others if i not in locked]
    room = max(0.0, 1 - math.fsum(p[sorted(locked)]))
    assert abs(math.fsum(moved) - 1) <= 2.3e-16
    assert (moved >= 0).all()
    assert (moved[sorted(locked)] == p[sorted(locked)]).all()
    if free:
        assert abs(moved[index] - min(max(value, 0), room)) < 1e-15
    else:
        assert abs(moved[index] - room) < 1e-15
    if p[free].any():
        assert (moved[free][p[free] == 0] == 0).all()
        proportions = p[free] / p[free].sum()
        assert_allclose(moved[free], proportions * (room - moved[index]), rtol=1e-9, atol=1e-15)


def test_others_that_are_all_zero_share_the_rest_equally():
    assert rescale_others([1, 0, 0, 0], 0, 0.4).tolist() == pytest.approx([0.4, 0.2, 0.2, 0.2])


def test_a_bar_pulled_to_one_leaves_exact_zeros():
    assert rescale_others([0.1, 0.1, 0.1, 0.7], 3, 1).tolist() == [0, 0, 0, 1]


def test_a_bar_stops_at_what_the_locked_ones_leave():
    moved = rescale_others([0.1, 0.1, 0.1, 0.7], 0, 0.9, locked=[3])
    assert moved[3] == 0.7
    assert moved[1] == moved[2] == 0
    assert moved[0] == pytest.approx(0.3)


def test_a_single_outcome_stays_certain():
    assert rescale_others([1.0], 0, 0.2).tolist() == [1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.5, 0.5], 2, 0.1), "0 to 1"),
        (([0.5, 0.5], 0, 0.1, [5]), "0 to 1"),
        (([0.5, 0.5], 0, 0.1, [0]), "Outcome 1 is locked"),
        (([0.5, 0.5], 0, math.nan), "finite"),
        (([0.5, 0.6], 0, 0.1), "not 1"),
        (([[0.5, 0.5]], 0, 0.1), "single distribution"),
    ],
)
def test_an_impossible_drag_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        rescale_others(*arguments)


@given(distribution_pairs(), st.floats(0, 1))
def test_every_mixture_is_a_distribution(pair, t):
    p, q = pair
    mixture = interpolate(q, p, t)
    validate_probabilities(mixture, atol=1e-12)
    assert (mixture >= np.minimum(p, q) - 1e-15).all()
    assert (mixture <= np.maximum(p, q) + 1e-15).all()


@given(distribution_pairs())
def test_the_path_starts_at_q_and_ends_at_p_exactly(pair):
    p, q = pair
    path = interpolate(q, p, [0.0, 0.5, 1.0])
    assert path.shape == (3, p.size)
    assert (path[0] == q).all()
    assert (path[2] == p).all()


@pytest.mark.parametrize("t", [-0.1, 1.1, math.nan])
def test_a_position_off_the_path_is_refused(t):
    with pytest.raises(ValueError, match="position t"):
        interpolate([0.5, 0.5], [1, 0], t)


def test_a_path_needs_the_same_outcomes_at_both_ends():
    with pytest.raises(ValueError, match="q has 2 outcomes and p has 3"):
        interpolate([0.5, 0.5], [1, 0, 0], 0.5)
