"""Figures of a pair hold the numbers of core; infinity is drawn as such and never left out."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from explorer.core.comparison import compare
from explorer.figures.divergence import decomposition, edit_history, kl_terms_by_outcome
from explorer.figures.numbers import written
from tests.core.strategies import BASES, distribution_pairs, distributions

INFINITE = compare([0.5, 0.5, 0.0], [1.0, 0.0, 0.0])


def names_of(pair) -> list[str]:
    return [f"outcome {index}" for index in range(len(pair.p))]


def by_quantity(figure: go.Figure) -> dict[str, go.Bar]:
    return {trace.name.split(" = ")[0]: trace for trace in figure.data}


# --------------------------------------------------------------------------- decomposition


def test_the_pieces_stand_on_one_row_below_the_whole():
    figure = decomposition(compare([0.1, 0.9], [0.5, 0.5]))
    bars = by_quantity(figure)
    assert figure.layout.barmode == "stack"
    assert bars["H(p)"].y == bars["D(p‖q)"].y != bars["H(p,q)"].y


@given(pair=distribution_pairs(), base=BASES)
def test_every_piece_is_labelled_with_its_exact_value(pair, base):
    result = compare(*pair, base=base)
    figure = decomposition(result)
    bars = by_quantity(figure)
    shown = {one["name"]: one for one in figure.layout.meta["quantities"]}
    for name, value in (
        ("H(p)", result.entropy_p),
        ("D(p‖q)", result.kl_pq),
        ("H(p,q)", result.cross_entropy),
    ):
        assert shown[name]["value"] == written(value)
        assert bars[name].customdata[0] == written(value, 9)
        drawn = bars[name].x[0]
        assert drawn == value or (math.isinf(value) and math.isfinite(drawn))


def test_an_infinite_divergence_is_drawn_hatched_and_called_infinite():
    bars = by_quantity(decomposition(INFINITE))
    for name in ("D(p‖q)", "H(p,q)"):
        assert bars[name].text == "∞"
        assert bars[name].marker.pattern.shape == "/"
        assert bars[name].x[0] > 0
    assert bars["H(p)"].customdata == ("1",)
    assert not bars["H(p)"].marker.pattern.shape
    # The drawn pieces still reach as far as the drawn whole.
    assert bars["H(p)"].x[0] + bars["D(p‖q)"].x[0] == pytest.approx(bars["H(p,q)"].x[0])


# --------------------------------------------------------------------------- terms by outcome


@given(pair=distribution_pairs(), base=BASES)
def test_terms_are_those_of_both_directions_and_their_sums_are_named(pair, base):
    result = compare(*pair, base=base)
    figure = kl_terms_by_outcome(result, names_of(result))
    there, back = figure.data
    shown = {one["name"]: one["value"] for one in figure.layout.meta["quantities"]}
    assert shown["D(q‖p)"] == written(result.kl_qp)
    for trace, terms, name in (
        (there, result.terms_pq, "D(p‖q)"),
        (back, result.terms_qp, "D(q‖p)"),
    ):
        finite = np.isfinite(terms)
        assert_array_equal(np.asarray(trace.y)[finite], terms[finite])
        assert trace.name.endswith(f"to {name}")
        assert list(trace.customdata) == [written(value, 9) for value in terms]
        assert len(set(trace.x)) == len(terms)


@given(pair=distribution_pairs())
def test_an_infinite_term_is_the_tallest_hatched_and_marked_wherever_one_zooms(pair):
    result = compare(*pair)
    figure = kl_terms_by_outcome(result, names_of(result))
    marks = figure.layout.annotations
    assert all((mark.text, mark.yref, mark.y) == ("∞", "y domain", 1) for mark in marks)
    for trace, terms, side in zip(
        figure.data, (result.terms_pq, result.terms_qp), (-0.2, 0.2), strict=True
    ):
        infinite = np.isinf(terms)
        heights = np.asarray(trace.y)
        assert np.isfinite(heights).all()
        ours = [mark.x - side for mark in marks]
        marked = [place for place in ours if place == pytest.approx(round(place))]
        assert_allclose(marked, np.flatnonzero(infinite), atol=1e-9)
        assert [shape == "/" for shape in trace.marker.pattern.shape] == infinite.tolist()
        if infinite.any():
            assert heights[infinite].min() > heights[~infinite].max(initial=0)


# --------------------------------------------------------------------------------- history


@settings(max_examples=40)
@given(st.lists(distributions(size=4), min_size=2, max_size=12), BASES)
def test_the_history_shows_every_edit_in_order(distributions_over_time, base):
    p, *models = distributions_over_time
    pairs = [compare(p, q, base=base) for q in models]
    figure = edit_history(pairs)
    for name, quantity in (
        ("D(p‖q)", "kl_pq"),
        ("D(q‖p)", "kl_qp"),
        ("H(p,q)", "cross_entropy"),
    ):
        (line,) = [trace for trace in figure.data if trace.name == name]
        marked = [x for trace in figure.data if trace.name == f"{name} = ∞" for x in trace.x]
        values = [getattr(pair, quantity) for pair in pairs]
        assert list(line.x) == list(range(1 - len(pairs), 1))
        assert [written(value, 9) for value in values] == list(line.customdata)
        drawn = dict(zip(line.x, line.y, strict=True))
        for edit, value in zip(line.x, values, strict=True):
            if math.isinf(value):
                assert math.isnan(drawn[edit])
                assert edit in marked
            else:
                assert drawn[edit] == value
                assert edit not in marked


def test_the_marks_of_infinity_are_signs_and_left_out_of_the_table():
    marks = [trace for trace in edit_history([INFINITE]).data if trace.name.endswith("∞")]
    assert [trace.text for trace in marks] == ["∞"] * 2  # D(q‖p) is finite here
    assert all(trace.meta["untabled"] for trace in marks)


def test_the_three_lines_differ_by_dash_as_well_as_by_colour():
    lines = [t for t in edit_history([INFINITE]).data if t.mode == "lines+markers"]
    assert len({line.line.dash for line in lines}) == len({line.line.color for line in lines}) == 3


@pytest.mark.parametrize(("base", "unit"), [(2, "bits"), (math.e, "nats"), (10, "dits")])
def test_the_unit_is_on_every_axis(base, unit):
    pair = compare([0.25, 0.75], [0.5, 0.5], base=base)
    assert decomposition(pair).layout.xaxis.ticksuffix == f" {unit}"
    assert kl_terms_by_outcome(pair, ["a", "b"]).layout.yaxis.title.text == unit
    assert edit_history([pair]).layout.yaxis.title.text == unit
