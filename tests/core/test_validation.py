"""Inputs are refused with plain sentences, and never repaired."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given

from explorer.core.validation import (
    check_broadcast,
    class_indices,
    real_array,
    validate_probabilities,
)
from tests.core.strategies import distributions


@given(distributions())
def test_a_distribution_comes_back_unchanged(p):
    checked = validate_probabilities(p)
    assert checked.dtype == np.float64
    assert (checked == p).all()


@pytest.mark.parametrize(
    ("p", "message"),
    [
        ([], "at least one outcome"),
        (np.zeros((3, 0)), "at least one outcome"),
        (np.zeros((0, 3)), "at least one outcome"),
        (1.0, "one for each outcome"),
        ([0.5, np.nan], "finite"),
        ([np.inf, 0.0], "finite"),
        ([-0.5, 1.5], r"negative; the smallest here is -0\.5"),
        ([-1e-17, 1.0], "negative"),
        ([0.0, 0.0], "sum to 0, not 1"),
        ([0.5, 0.500002], r"sum to 1\.000002, not 1"),
        ([1e308, 1e308], "sum to more than 1e308"),
        ([[0.5, 0.5], [0.5, 0.4]], r"sum to 0\.9, not 1"),
        (["0.5", "0.5"], "real numbers"),
        ([0.5 + 0j, 0.5], "real numbers"),
        ([[0.5, 0.5], [1.0]], "real numbers"),
        ([None, 1.0], "finite"),
        ([object(), 1.0], "real numbers"),
    ],
)
def test_what_is_no_distribution_is_refused(p, message):
    with pytest.raises(ValueError, match=message):
        validate_probabilities(p)


def test_the_tolerance_admits_rounding_and_does_not_rescale():
    p = [0.333333, 0.333333, 0.333334 + 5e-7]
    assert validate_probabilities(p).tolist() == p
    with pytest.raises(ValueError, match="not 1"):
        validate_probabilities(p, atol=1e-8)


def test_the_axis_of_the_outcomes_can_be_chosen():
    columns = np.array([[0.1, 0.5], [0.9, 0.5]])
    assert (validate_probabilities(columns, axis=0) == columns).all()
    with pytest.raises(ValueError, match="not 1"):
        validate_probabilities(columns)
    with pytest.raises(ValueError, match="one for each outcome"):
        validate_probabilities(columns, axis=2)


def test_negative_zero_is_read_as_zero():
    assert not np.signbit(validate_probabilities([-0.0, 1.0])).any()


def test_the_input_array_is_not_shared():
    p = np.array([0.5, 0.5])
    validate_probabilities(p)[0] = 7
    assert p[0] == 0.5


def test_fractions_integers_and_tensors_are_numbers_too():
    assert validate_probabilities([Fraction(1, 4), Fraction(3, 4)]).tolist() == [0.25, 0.75]
    assert validate_probabilities([0, 1]).tolist() == [0.0, 1.0]
    assert validate_probabilities(torch.tensor([0.25, 0.75])).tolist() == [0.25, 0.75]


def test_real_array_names_what_is_wrong():
    with pytest.raises(ValueError, match=r"^The logits must be finite"):
        real_array([np.nan], "The logits")


@pytest.mark.parametrize("targets", [0.0, [1.5], True, "1", None])
def test_class_indices_must_be_whole_numbers(targets):
    with pytest.raises(ValueError, match="whole numbers"):
        class_indices(targets, 3)


@pytest.mark.parametrize("targets", [-1, 3, [0, 1, 3]])
def test_class_indices_must_be_in_range(targets):
    with pytest.raises(ValueError, match="0 to 2"):
        class_indices(targets, 3)


def test_shapes_that_do_not_fit_are_named():
    check_broadcast(np.zeros((2, 1, 3)), "p", np.zeros((5, 3)), "q")
    with pytest.raises(ValueError, match="p has 3 and q 4"):
        check_broadcast(np.zeros(3), "p", np.zeros(4), "q")
    with pytest.raises(ValueError, match="p has 3 and q 1"):
        check_broadcast(np.zeros(3), "p", np.zeros(1), "q")
    with pytest.raises(ValueError, match=r"\(2, 3\) of p and \(5, 3\) of q"):
        check_broadcast(np.zeros((2, 3)), "p", np.zeros((5, 3)), "q")
