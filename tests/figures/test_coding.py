"""Figures of messages, of Gibbs' inequality and of self-information hold the numbers of core."""

from __future__ import annotations

import base64
import math

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given

from explorer.core.coding import code_words, huffman_code_lengths, word_lengths
from explorer.core.comparison import compare
from explorer.core.events import draw_events, event_information
from explorer.core.gibbs import gibbs_gaps
from explorer.core.information import entropy, self_information
from explorer.figures.coding import average_lengths, code_tree, codes_of
from explorer.figures.gibbs import shares_by_outcome
from explorer.figures.self_information import running_information, surprise_curve
from tests.core.strategies import BASES, distribution_pairs, distributions


def named(figure: go.Figure, start: str) -> list[dict]:
    return [trace for trace in figure.to_dict()["data"] if trace["name"].startswith(start)]


def numbers(values: object) -> np.ndarray:
    """Read values as a figure holds them, plain or packed."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"])
    return np.array(values)


def averages(p: np.ndarray, q: np.ndarray, count: int = 300) -> go.Figure:
    lengths = [word_lengths(code_words(values)) for values in (p, q)]
    return average_lengths(compare(p, q), draw_events(p, count, 0), codes_of(p, q, *lengths))


@given(distributions())
def test_a_leaf_hangs_as_deep_as_its_word_is_long(p):
    names = [f"outcome {number}" for number in range(p.size)]
    (leaves,) = named(code_tree(p, names, "p"), "code words for p")
    depth = dict(zip((one[0] for one in leaves["customdata"]), leaves["y"], strict=True))
    lengths = huffman_code_lengths(p)
    assert depth == {names[i]: -lengths[i] for i in np.flatnonzero(p)}
    assert len(set(leaves["x"])) == len(leaves["x"])


def test_no_two_leaves_of_a_crowded_tree_are_called_the_same():
    names = [f"a long name that ends in {number}" for number in range(8)]
    (leaves,) = named(code_tree(np.full(8, 1 / 8), names, "p"), "code words for p")
    shown = [text.split("<br>")[0] for text in leaves["text"]]
    assert sorted(shown) == [str(number) for number in range(1, 9)]


def test_the_last_average_is_that_of_all_events():
    p, q = np.array([0.1, 0.2, 0.7]), np.array([0.3, 0.3, 0.4])
    line = named(averages(p, q), "ideal for q")[0]
    events = draw_events(p, 300, 0)
    assert numbers(line["x"])[-1] == 300
    assert numbers(line["y"])[-1] == pytest.approx(-np.log2(q[events]).mean())


def test_a_code_without_a_word_for_what_happens_ends_in_infinity():
    figure = averages(np.array([0.5, 0.5]), np.array([1.0, 0.0]))
    assert [trace["text"] for trace in named(figure, "ideal for q = ∞")] == ["∞"]
    assert not named(figure, "ideal for p = ∞")


@given(distribution_pairs())
def test_the_bars_of_gibbs_are_the_shares(pair):
    found = gibbs_gaps(*pair)
    (bars,) = shares_by_outcome(found, [str(i) for i in range(found.p.size)]).to_dict()["data"]
    finite = np.isfinite(found.shares)
    np.testing.assert_array_equal(numbers(bars["y"])[finite], found.shares[finite])
    figure = shares_by_outcome(found, [str(i) for i in range(found.p.size)])
    marked = [int(mark.x) for mark in figure.layout.annotations if mark.text == "∞"]
    assert marked == np.flatnonzero(~finite).tolist()


@pytest.mark.parametrize("p", [0.01, 0.25, 1.0])
@given(base=BASES)
def test_the_dragged_point_lies_on_the_curve(p, base):
    (point,) = named(surprise_curve(p, base=base), "now")
    assert point["y"] == [float(self_information(p, base=base))]


def test_the_point_of_an_impossible_event_says_infinity():
    (point,) = named(surprise_curve(0.0), "now")
    assert point["text"] == "↑"
    assert surprise_curve(0.0).layout.meta["quantities"][0]["value"] == "∞"
    assert math.isfinite(point["y"][0])


def test_the_sequence_is_drawn_beside_its_expectation():
    p = [0.25, 0.75]
    totals = event_information(p, np.array([0, 1, 1]))[1]
    figure = running_information(totals, float(entropy(p)))
    (expected,), (line,) = named(figure, "expected"), named(figure, "this sequence")
    assert numbers(line["y"])[1:].tolist() == totals.tolist()
    assert numbers(expected["y"])[-1] == pytest.approx(3 * float(entropy(p)))
