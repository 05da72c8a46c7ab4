"""Edits of named bars: what changes, what is said of it, and what is refused."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from explorer.core.bars import (
    Bars,
    outcome_names,
    renamed,
    resize,
    set_normalized_text,
    set_text,
)
from explorer.core.distributions import parse_vector, validate_probabilities
from tests.core.strategies import distributions

LIMITS = {"noun": "outcome", "least": 2, "most": 20}
SENTENCE = re.compile(r"[A-Z“0-9p-q].*[.%]$", re.DOTALL)


def pair(p, q, locked=(), names=None) -> Bars:
    return Bars(
        tuple(names or outcome_names(len(p), "outcome")), {"p": tuple(p), "q": tuple(q)}, locked
    )


@st.composite
def pairs(draw: st.DrawFn) -> Bars:
    count = draw(st.integers(2, 12))
    p, q = draw(distributions(count)), draw(distributions(count))
    locked = draw(st.sets(st.integers(0, count - 1)))
    return pair(p.tolist(), q.tolist(), tuple(sorted(locked)))


# ---------------------------------------------------------------------------------- states


def test_a_state_with_another_number_of_values_than_names_is_refused():
    with pytest.raises(ValueError, match=r"q has 3 values for 2 outcomes\."):
        Bars(("a", "b"), {"p": (0.5, 0.5), "q": (0.2, 0.3, 0.5)})


def test_probabilities_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ValueError, match="sum"):
        Bars(("a", "b"), {"p": (0.5, 0.4)})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_logits_must_be_finite(value):
    with pytest.raises(ValueError, match="z must be finite"):
        Bars(("a", "b"), {"z": (0.0, value)}, probabilities=False)


def test_logits_need_not_be_a_distribution():
    assert Bars(("a", "b"), {"z": (-3.0, 20.0)}, probabilities=False).values["z"] == (-3.0, 20.0)


def test_new_outcomes_get_numbered_names_after_the_known_ones():
    assert outcome_names(4, "class", ("cat", "dog")) == ("cat", "dog", "class 3", "class 4")
    assert outcome_names(1, "class", ("cat", "dog")) == ("cat",)
    assert outcome_names(3, "outcome", ("person 1", "person 2")) == (
        "person 1", "person 2", "person 3",
    )  # fmt: skip


# ------------------------------------------------------------------------------------ text


@pytest.mark.parametrize("text", ["0.1, 0.2, 0.7", "1/10 2/10 7/10", "10%;20%;70%", "[.1\t.2\n.7]"])
def test_text_sets_one_series_and_leaves_the_other(text):
    before = pair((0.25, 0.25, 0.5), (0.5, 0.25, 0.25), names=("a", "b", "c"))
    after, notes = set_text(before, "p", text, **LIMITS)
    assert_allclose(after.values["p"], [0.1, 0.2, 0.7], rtol=1e-15)
    assert after.values["q"] == before.values["q"]
    assert after.names == ("a", "b", "c")
    assert notes == {}


@pytest.mark.parametrize(("edited", "other"), [("p", "q"), ("q", "p")])
def test_a_longer_text_gives_the_other_series_a_share_for_each_new_outcome_and_says_so(
    edited, other
):
    before = pair((0.5, 0.5), (0.5, 0.5), names=("heads", "tails"))
    after, notes = set_text(before, edited, "1/4 1/4 1/2", **LIMITS)
    assert after.names == ("heads", "tails", "outcome 3")
    assert after.values[edited] == (0.25, 0.25, 0.5)
    assert_allclose(after.values[other], [1 / 3, 1 / 3, 1 / 3])
    assert notes == {
        other: f"{other} had nothing for “outcome 3”, which now has 0.333333; the others were "
        "multiplied by 0.666667."
    }
    _, notes = set_text(before, edited, ".2 .2 .2 .2 .2", **LIMITS)
    assert notes[other].startswith(f"{other} had nothing for “outcome 3” to “outcome 5”, which now")


@given(before=pairs(), text=distributions())
def test_typing_one_series_never_makes_the_divergence_of_the_other_infinite(before, text):
    if not 2 <= text.size <= 20 or text.size <= len(before.names):
        return
    for edited, other in (("p", "q"), ("q", "p")):
        after, notes = set_text(before, edited, " ".join(map(repr, text.tolist())), **LIMITS)
        new = after.values[other][len(before.names) :]
        assert min(new) > 0
        assert other in notes
        grown = np.array(after.values[other][: len(before.names)])
        share = len(before.names) / text.size
        assert_allclose(grown, share * np.array(before.values[other]), rtol=1e-5)


EXAMPLES = (
    Bars(tuple(f"person {k}" for k in range(1, 5)), {"p": (0.25,) * 4}),
    Bars(("heads", "tails"), {"p": (0.5, 0.5)}),
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("0.5 0.5", ("heads", "tails")),
        ("0.9 0.1", ("outcome 1", "outcome 2")),
        ("0.1 " * 10, tuple(f"outcome {k}" for k in range(1, 11))),
    ],
)
def test_the_names_of_an_example_leave_with_it(text, names):
    after, _ = set_text(EXAMPLES[0], "p", text, **LIMITS)
    assert renamed(EXAMPLES[0], after, EXAMPLES, "outcome").names == names


def test_names_that_somebody_gave_stay():
    own = Bars(("Ann", "Bob", "Cy"), {"p": (0.5, 0.25, 0.25)})
    for text, names in (("0.5 0.5", ("Ann", "Bob")), (".25 " * 4, (*own.names, "outcome 4"))):
        after, _ = set_text(own, "p", text, **LIMITS)
        assert renamed(own, after, EXAMPLES, "outcome").names == names


def test_a_shorter_text_says_what_became_of_the_other_series():
    before = pair((0.25, 0.25, 0.5), (0.5, 0.25, 0.25), locked=(0, 2))
    after, notes = set_text(before, "p", "0.5 0.5", **LIMITS)
    assert after.values["p"] == (0.5, 0.5)
    assert_allclose(after.values["q"], [2 / 3, 1 / 3])
    assert after.locked == (0,)
    assert notes == {"q": "The removed outcomes held 0.25 of q; the others were divided by 0.75."}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0.5, 0.4", "sum"),
        ("1.5, -0.5", "negative"),
        ("1", r"^1 number given; this page takes 2 to 20\.$"),
        ("0 " * 20 + "1", r"^21 numbers given; this page takes 2 to 20\.$"),
        ("a b", "“a” is not a number"),
        ("", "at least one number"),
    ],
)
def test_a_text_that_is_no_distribution_is_refused_in_a_sentence(text, said):
    with pytest.raises(ValueError, match=said) as refused:
        set_text(pair((0.5, 0.5), (0.5, 0.5)), "p", text, **LIMITS)
    assert SENTENCE.match(str(refused.value))


@given(text=st.text(max_size=60))
def test_any_text_gives_a_good_state_or_a_sentence(text):
    said, values = None, None
    try:
        after, _ = set_text(pair((0.5, 0.5), (0.75, 0.25)), "p", text, **LIMITS)
        values = after.values["p"]
    except ValueError as refused:
        said = str(refused)
    assert SENTENCE.match(said) if said else values == tuple(parse_vector(text))


def test_free_values_take_any_finite_text():
    before = Bars(("a", "b"), {"z": (0.0, 0.0)}, probabilities=False)
    after, _ = set_text(before, "z", "-3, 20, 1e3", **LIMITS)
    assert after.values["z"] == (-3.0, 20.0, 1000.0)
    assert after.probabilities is False


# -------------------------------------------------------------------------------- normalise


def test_normalising_says_what_it_divided_by_and_what_came_out():
    before = pair((0.5, 0.5), (0.5, 0.5))
    after, notes = set_normalized_text(before, "p", "1, 3", **LIMITS)
    assert after.values["p"] == (0.25, 0.75)
    assert notes["p"] == "Each value was divided by the sum 4: 1, 3 → 0.25, 0.75."


def test_a_sum_a_little_off_is_written_with_enough_digits_to_see_it():
    _, notes = set_normalized_text(
        pair((0.5, 0.5), (0.5, 0.5)), "p", "0.001 0.001 0.001 0.999", **LIMITS
    )
    assert "the sum 1.002:" in notes["p"]


@pytest.mark.parametrize("text", ["0, 0", "-1, 2", "x", "1"])
def test_what_cannot_be_normalised_is_refused(text):
    with pytest.raises(ValueError, match=r"[.%]$"):
        set_normalized_text(pair((0.5, 0.5), (0.5, 0.5)), "p", text, **LIMITS)


@given(bars=pairs(), weights=st.lists(st.integers(0, 1000), min_size=2, max_size=20))
def test_normalised_text_keeps_proportions_and_zeros(bars, weights):
    if not any(weights):
        weights[0] = 1
    after, notes = set_normalized_text(bars, "q", " ".join(map(str, weights)), **LIMITS)
    assert_allclose(after.values["q"], np.array(weights) / sum(weights), rtol=1e-14)
    assert [value == 0 for value in after.values["q"]] == [weight == 0 for weight in weights]
    assert "→" in notes["q"]


# ----------------------------------------------------------------------------------- resize


@given(bars=pairs(), count=st.integers(2, 20))
def test_every_size_in_range_gives_distributions_again(bars, count):
    after, notes = resize(bars, count, **LIMITS)
    assert len(after.names) == count
    assert all(index < count for index in after.locked)
    for series, values in after.values.items():
        before = np.array(bars.values[series])
        validate_probabilities(values)
        assert len(values) == count
        if count >= len(before):
            assert values == (*before, *[0.0] * (count - len(before)))
            assert series not in notes
        else:
            kept = before[:count]
            changed = not np.array_equal(kept, values)
            # Whatever changes is said, and nothing is said of what stays.
            assert changed <= (series in notes)
            if kept.any():
                assert_allclose(values, kept / kept.sum(), rtol=1e-12)
                assert (series in notes) == bool(before[count:].any())


def test_adding_and_removing_an_outcome_gives_back_the_same_state():
    before = pair((0.1, 0.9), (0.25, 0.75), locked=(1,), names=("a", "b"))
    grown, _ = resize(before, 5, **LIMITS)
    after, notes = resize(grown, 2, **LIMITS)
    assert after == before
    assert notes == {}


def test_losing_all_probability_leaves_the_uniform_distribution_and_says_so():
    after, notes = resize(pair((0.0, 0.0, 1.0), (0.5, 0.5, 0.0)), 2, **LIMITS)
    assert after.values == {"p": (0.5, 0.5), "q": (0.5, 0.5)}
    assert notes == {"p": "The removed outcomes held all of p; p is now uniform."}


@pytest.mark.parametrize("count", [-1, 0, 1, 21, 10**6])
def test_a_size_out_of_range_is_refused(count):
    with pytest.raises(ValueError, match=r"this page takes 2 to 20\.$"):
        resize(pair((0.5, 0.5), (0.5, 0.5)), count, **LIMITS)


def test_removed_logits_are_dropped_without_touching_the_rest():
    before = Bars(("a", "b", "c"), {"z": (1.0, -2.0, 5.0)}, probabilities=False)
    after, notes = resize(before, 2, **LIMITS)
    assert after.values["z"] == (1.0, -2.0)
    assert notes == {}


@given(bars=pairs(), count=st.integers(2, 20))
def test_an_edit_leaves_the_state_it_started_from_alone(bars, count):
    before = (bars.names, dict(bars.values), bars.locked)
    resize(bars, count, **LIMITS)
    set_text(bars, "p", "0.5 0.5", **LIMITS)
    assert (bars.names, dict(bars.values), bars.locked) == before
