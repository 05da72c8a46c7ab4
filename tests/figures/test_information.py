"""Figures of one distribution hold the numbers of core, ∞ included."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from explorer.core.information import binary_entropy, entropy, entropy_terms, self_information
from explorer.figures.information import (
    binary_entropy_curve,
    entropy_by_outcome,
    entropy_on_simplex,
)
from explorer.figures.numbers import written
from tests.core.strategies import BASES, distributions


def names_of(p: np.ndarray) -> list[str]:
    return [f"outcome {index}" for index in range(len(p))]


@given(p=distributions(), base=BASES)
def test_bars_are_the_surprise_and_the_contribution_of_each_outcome(p, base):
    surprise, contribution = entropy_by_outcome(p, names_of(p), base=base).data
    exact = self_information(p, base=base)
    possible = np.isfinite(exact)
    assert_array_equal(np.asarray(surprise.y)[possible], exact[possible])
    assert_array_equal(contribution.y, entropy_terms(p, base=base))
    assert_allclose(np.sum(contribution.y), float(entropy(p, base=base)), rtol=1e-9, atol=1e-12)


@given(p=distributions())
def test_an_infinite_surprise_has_its_sign_in_its_place_and_no_other_has(p):
    figure = entropy_by_outcome(p, names_of(p))
    impossible = [name for name, value in zip(names_of(p), p, strict=True) if value == 0]
    assert [note.x for note in figure.layout.annotations if note.text == "∞"] == impossible
    digits = 4 if len(p) <= 3 else 2
    assert list(figure.data[0].text) == [written(value, digits) for value in self_information(p)]
    assert list(figure.data[0].x) == names_of(p)


@pytest.mark.parametrize(("base", "unit"), [(2, "bits"), (math.e, "nats"), (10, "dits")])
def test_the_unit_is_on_every_axis_that_has_one(base, unit):
    p = np.array([0.25, 0.75])
    assert entropy_by_outcome(p, ["a", "b"], base=base).layout.yaxis.title.text == unit
    assert unit in binary_entropy_curve(p, "a", base=base).layout.yaxis.title.text
    simplex = entropy_on_simplex(np.array([0.2, 0.3, 0.5]), ["a", "b", "c"], base=base)
    assert simplex.data[0].marker.colorbar.title.text == unit


@given(p=distributions(size=2), base=BASES)
def test_the_point_lies_on_the_binary_curve(p, base):
    curve, point = binary_entropy_curve(p, "heads", base=base).data
    assert_array_equal(curve.y, binary_entropy(curve.x, base))
    assert point.x[0] == p[0]
    assert_allclose(point.y[0], binary_entropy(p[0], base), rtol=1e-9, atol=1e-12)


def test_the_binary_curve_reaches_from_certainty_to_certainty():
    curve = binary_entropy_curve(np.array([0.5, 0.5]), "heads").data[0]
    assert (curve.x[0], curve.x[-1]) == (0, 1)
    assert (curve.y[0], curve.y[-1], max(curve.y)) == (0, 0, 1)


@given(p=distributions(size=3), base=st.sampled_from([2.0, math.e, 10.0]))
def test_the_simplex_shows_entropy_everywhere_and_the_point_at_p(p, base):
    field, point = entropy_on_simplex(p, ["a", "b", "c"], base=base).data
    corners = np.stack([field.a, field.b, field.c], axis=-1)
    assert_allclose(corners.sum(axis=-1), 1)
    assert_array_equal(field.marker.color, entropy(corners, base=base))
    assert [point.a[0], point.b[0], point.c[0]] == p.tolist()
    assert point.customdata[0] == float(entropy(p, base=base))


def test_each_corner_of_the_simplex_carries_its_outcome():
    ternary = entropy_on_simplex(np.array([0.2, 0.3, 0.5]), ["sun", "rain", "snow"]).layout.ternary
    titles = [ternary[corner].title.text for corner in ("aaxis", "baxis", "caxis")]
    assert [title.split(" = ")[0] for title in titles] == ["sun", "rain", "snow"]
