"""Formats of limited precision against torch's own, bit for bit."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from explorer.core.precision import PRECISIONS, format_named, round_to_bfloat16

FLOATS32 = st.integers(0, 2**32 - 1).map(lambda bits: np.array([bits], np.uint32).view(np.float32))


def of_torch(name: str, values: np.ndarray) -> np.ndarray:
    return torch.tensor(values).to(getattr(torch, name)).double().numpy()


@given(FLOATS32)
def test_any_float32_is_rounded_to_bfloat16_as_torch_does_it(value):
    assert_array_equal(round_to_bfloat16(value), of_torch("bfloat16", value))


@given(st.integers(0, 0x7F7F))
def test_halfway_between_two_bfloat16_goes_to_the_even_one(upper):
    halfway = np.array([upper << 16 | 0x8000], np.uint32).view(np.float32)
    kept = int(round_to_bfloat16(halfway).view(np.uint32)[0]) >> 16
    assert kept == upper + upper % 2


@pytest.mark.parametrize("name", PRECISIONS)
@given(values=st.lists(st.floats(width=64, allow_nan=False), min_size=1, max_size=8))
def test_numbers_are_rounded_as_torch_makes_a_tensor_of_them(name, values):
    ours = PRECISIONS[name].rounded(values).astype(np.float64)
    assert_array_equal(ours, torch.tensor(values, dtype=getattr(torch, name)).double().numpy())


@pytest.mark.parametrize("name", PRECISIONS)
def test_the_limits_of_a_format_are_those_that_torch_gives(name):
    ours, theirs = PRECISIONS[name], torch.finfo(getattr(torch, name))
    assert ours.largest == theirs.max
    assert ours.unit_roundoff == theirs.eps / 2
    # torch names the smallest normal number; the subnormal ones reach `eps` further down.
    assert ours.smallest == theirs.tiny * theirs.eps


NARROW = pytest.mark.parametrize("name", ["float16", "bfloat16"])


def same_or_both_undefined(ours: np.ndarray, theirs: torch.Tensor) -> None:
    assert_array_equal(ours, theirs.float().numpy())


@NARROW
@pytest.mark.parametrize("operation", ["exp", "log"])
def test_a_function_of_every_number_there_is_gives_torchs(name, operation):
    every = torch.arange(-(2**15), 2**15, dtype=torch.int16).view(getattr(torch, name))
    form = PRECISIONS[name]
    with np.errstate(all="ignore"):
        ours = form.narrow(getattr(form, operation)(every.float().numpy()))
    same_or_both_undefined(ours, getattr(torch, operation)(every))


@NARROW
@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div"])
def test_an_operation_computed_wide_and_rounded_is_torchs(name, operation):
    form, draw = PRECISIONS[name], np.random.default_rng(5)
    a, b = (form.rounded(np.exp(draw.uniform(-8, 4, 4000))) for _ in range(2))
    x, y = (torch.tensor(v).to(getattr(torch, name)) for v in (a, b))
    ours = {"add": a + b, "sub": a - b, "mul": a * b, "div": a / b}[operation]
    same_or_both_undefined(form.narrow(ours), getattr(torch, operation)(x, y))


def test_infinity_and_not_a_number_stay_what_they_are():
    assert_array_equal(
        round_to_bfloat16(np.array([np.inf, -np.inf, np.nan], np.float32)),
        [math.inf, -math.inf, math.nan],
    )


def test_a_format_that_nobody_knows_is_named():
    with pytest.raises(ValueError, match="“float8” is not a known format"):
        format_named("float8")
