"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.figures.numbers import written

ASCII = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")


def read(text: str) -> float:
    """The number that `written` wrote, read back."""
    plain = text.translate(ASCII)
    if plain.endswith("∞"):
        return float(plain.replace("∞", "inf"))
    mantissa, _, exponent = plain.partition("·10")
    return float(f"{mantissa}e{exponent or 0}")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (1.35678, "1.35678"),
        (2 / 3, "0.666667"),
        (-0.5, "−0.5"),
        (100.0, "100"),
        (1234567.0, "1234567"),
        (0.0001, "0.0001"),
        (0.00001, "1·10⁻⁵"),
        (-1.5e-300, "−1.5·10⁻³⁰⁰"),
        (2.5e12, "2.5·10¹²"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "not a number"),
    ],
)
def test_a_number_is_written_plainly(value, text):
    assert written(value) == text


@given(st.floats(allow_nan=False))
def test_a_written_number_is_within_half_of_its_last_digit(value):
    text = written(value, 6)
    if math.isinf(value):
        assert read(text) == value
    else:
        assert read(text) == pytest.approx(value, rel=5.1e-6, abs=0)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(2, 12))
def test_only_zero_is_written_as_zero(value, digits):
    assert (written(value, digits) in ("0", "−0")) == (value == 0)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(2, 12))
def test_no_number_has_more_digits_than_asked(value, digits):
    mantissa = written(value, digits).partition("·")[0]
    if abs(value) < 10**digits or "·" in written(value, digits):
        figures = mantissa.replace("−", "").lstrip("0.").replace(".", "")
        assert len(figures) <= digits
