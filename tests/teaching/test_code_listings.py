"""Each listing is run, and gives the numbers that the page shows beside it."""

from __future__ import annotations

import io
import math
from contextlib import redirect_stdout

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.precision import PRECISIONS
from explorer.core.stability_limits import limits
from explorer.teaching import code_listings
from explorer.teaching.code_listings import Listing
from tests.core.test_gather_slip import batches
from tests.core.test_skip_gram import pairs, vocabularies
from tests.core.test_three_forms import labelled


def printed(listing: Listing) -> list[float]:
    """Run the code as it stands and return what it prints."""
    output = io.StringIO()
    with redirect_stdout(output):
        exec(compile(listing.code, "listing", "exec"), {})
    return [float(word) for word in output.getvalue().split()]


def assert_gives_its_results(listing: Listing, rel: float = 1e-9, absolute: float = 1e-14) -> None:
    assert printed(listing) == pytest.approx(
        list(listing.results.values()), rel=rel, abs=absolute, nan_ok=True
    ), listing.code


@given(labelled())
@settings(max_examples=40)
def test_the_code_of_each_form_gives_its_number(case):
    logits, labels, node = case
    if labels.any():
        assert_gives_its_results(code_listings.softmax_listing(logits, labels))
    assert_gives_its_results(code_listings.sigmoid_listing(logits, labels))
    assert_gives_its_results(code_listings.one_node_listing(logits[node], int(labels[node])))


@given(batches())
@settings(max_examples=40)
def test_the_code_of_a_batch_gives_its_numbers(batch):
    assert_gives_its_results(code_listings.batch_listing(*batch), absolute=1e-13)
    assert_gives_its_results(code_listings.gather_listing(*batch), absolute=1e-13)


@given(pairs())
@settings(max_examples=40)
def test_the_code_of_a_neighbour_gives_its_number(pair):
    u, v, context, negatives = pair
    assert_gives_its_results(code_listings.skip_gram_listing(u, v, context), absolute=1e-13)
    assert_gives_its_results(code_listings.negative_sampling_listing(u, v, context, negatives))


@given(vocabularies(), st.data())
@settings(max_examples=40)
def test_the_code_of_a_text_gives_its_objective(vocabulary, data):
    u, v = vocabulary
    text = data.draw(st.lists(st.integers(0, len(u) - 1), min_size=1, max_size=6))
    listing = code_listings.window_listing(u, v, text, data.draw(st.integers(1, 3)))
    assert_gives_its_results(listing, absolute=1e-13)


@given(st.data(), st.sampled_from(list(PRECISIONS)), st.booleans())
@settings(max_examples=40)
def test_the_code_of_a_gap_gives_the_numbers_of_its_format(data, precision, right):
    # Subnormal probabilities differ by their last bit, a large part of them: see test_stability.
    gap = data.draw(st.floats(0, 0.83 * limits(precision).softmax_fails))
    listing = code_listings.gap_listing(gap, precision, right=right)
    unit = 4 * PRECISIONS[precision].unit_roundoff
    assert_gives_its_results(listing, rel=max(unit, 1e-6), absolute=unit)


@pytest.mark.parametrize(("gap", "chain"), [(100.0, 99.98309326171875), (110.0, math.inf)])
def test_the_code_of_the_lectures_gaps_gives_the_lectures_values(gap, chain):
    naive, softmax_then_log, log_softmax, cross_entropy = printed(
        code_listings.gap_listing(gap, "float32", right=False)
    )
    assert (naive, softmax_then_log) == (math.inf, chain)
    assert log_softmax == cross_entropy == gap


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("seed", [0, 7])
def test_the_code_of_random_logits_gives_mean_and_share(precision, seed):
    listing = code_listings.random_logits_listing(784, 10, 3000, seed, precision)
    # 16 bits: an exponential that rounds the other way moves the mean in its seventh digit.
    assert_gives_its_results(listing, rel=1e-6)


def test_every_digit_of_a_number_is_written():
    code = code_listings.sigmoid_listing([1 / 3, 0.1 + 0.2], [1, 0]).code
    assert "0.3333333333333333," in code
    assert "0.30000000000000004," in code


def test_a_softmax_without_a_true_class_is_refused():
    with pytest.raises(ValueError, match="needs a true class"):
        code_listings.softmax_listing([1.0, 2.0], [0, 0])


def test_the_names_of_the_framework_are_the_right_ones():
    code = code_listings.batch_listing([[1.0, 2.0]], [0]).code
    for name in ("F.cross_entropy", "F.nll_loss(F.log_softmax(", "F.one_hot", ".gather("):
        assert name in code
    assert "nll.loss" not in code


@pytest.mark.parametrize("count", [2, 8])
def test_a_long_vector_is_written_a_number_a_line(count):
    code = code_listings.sigmoid_listing(np.arange(count) / 7, np.zeros(count)).code
    assert max(map(len, code.splitlines())) <= 80
