"""The browser's arithmetic of dragged bars, against the reference in explorer.core."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from explorer.core.distributions import interpolate, normalize, rescale_others

CASES = 300


@pytest.fixture
def simplex(page, app_url):
    """Call a function of simplex.js on many lists of arguments at once."""
    page.goto(f"{app_url}/_stcore/health")
    url = f"{app_url}/explorer-assets/any/components/bars/simplex.js"

    def call(function: str, cases: list[list]) -> list:
        return page.evaluate(
            """async ([url, name, cases]) => {
                const module = await import(url);
                return cases.map((one) => module[name](...one));
            }""",
            [url, function, cases],
        )

    return call


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(20)


def distribution(random: np.random.Generator, count: int, zeros: float = 0.3) -> np.ndarray:
    """A distribution that is often sparse, sometimes certain, sometimes nearly so."""
    weights = random.exponential(size=count) ** random.integers(1, 12)
    weights[random.random(count) < zeros] = 0
    if not weights.any():
        weights[random.integers(count)] = 1
    return normalize(weights)


def test_a_dragged_bar_moves_the_others_as_the_reference_says(simplex, random):
    cases, expected = [], []
    for _ in range(CASES):
        count = int(random.integers(2, 21))
        p = distribution(random, count)
        index = int(random.integers(count))
        others = [i for i in range(count) if i != index]
        # At least one bar is free to give way.
        locked = random.choice(others, size=random.integers(0, count - 1), replace=False).tolist()
        value = float(random.choice([0, 1, random.uniform(-0.2, 1.2)]))
        cases.append([p.tolist(), index, value, locked])
        expected.append(rescale_others(p, index, value, locked))
    for (p, index, _, locked), got, wanted in zip(
        cases, simplex("coupled", cases), expected, strict=True
    ):
        assert_allclose(got, wanted, rtol=1e-9, atol=1e-12)
        assert math.fsum(got) == pytest.approx(1, abs=1e-12)
        assert [got[i] for i in locked] == [p[i] for i in locked]
        # What is impossible stays exactly so, unless nothing else could take the rest.
        free = [i for i in range(len(p)) if i != index and i not in locked]
        if any(p[i] for i in free):
            assert all(got[i] == 0 for i in free if p[i] == 0)


def test_a_bar_with_nobody_to_give_way_stays(simplex):
    (got,) = simplex("coupled", [[[0.2, 0.3, 0.5], 0, 0.9, [1, 2]]])
    assert got == [0.2, 0.3, 0.5]


def test_a_bar_at_one_leaves_exact_zeros(simplex):
    (got,) = simplex("coupled", [[[0.1, 0.1, 0.1, 0.7], 3, 1, []]])
    assert got == [0, 0, 0, 1]


def test_mixtures_are_those_of_the_reference_and_end_exactly_at_p(simplex, random):
    cases = []
    for _ in range(CASES):
        count = int(random.integers(2, 21))
        q, p = distribution(random, count), distribution(random, count)
        cases.append([q.tolist(), p.tolist(), float(random.choice([0, 1, random.random()]))])
    for (q, p, t), got in zip(cases, simplex("mixture", cases), strict=True):
        assert_allclose(got, interpolate(q, p, t), rtol=1e-12, atol=1e-15)
        if t == 1:
            assert got == p
