"""Sequences of events: the same seed draws the same, information adds, averages converge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.coding import ideal_code_lengths
from explorer.core.events import (
    MAX_EVENTS,
    draw_events,
    event_information,
    parse_events,
    running_averages,
)
from explorer.core.information import cross_entropy, self_information
from explorer.teaching.worked_examples import EXAMPLES
from tests.core.strategies import distributions


@given(distributions(), st.integers(0, 50), st.integers(0, 2**31))
def test_a_seed_fixes_the_events_and_none_is_impossible(p, count, seed):
    events = draw_events(p, count, seed)
    assert events.tolist() == draw_events(p, count, seed).tolist()
    assert events.size == count
    assert (p[events] > 0).all()


def test_shares_approach_the_probabilities():
    p = EXAMPLES["average_code_length"]["p"]
    shares = np.bincount(draw_events(p, MAX_EVENTS, 0), minlength=4) / MAX_EVENTS
    # Six standard deviations of a share.
    np.testing.assert_allclose(shares, p, atol=6 * 0.5 / np.sqrt(MAX_EVENTS))


def test_the_average_of_ideal_lengths_approaches_the_cross_entropy():
    p, q = EXAMPLES["average_code_length"]["p"], (0.4, 0.3, 0.2, 0.1)
    events = draw_events(p, MAX_EVENTS, 1)
    average = running_averages(events, ideal_code_lengths(q), np.array([MAX_EVENTS]))[0]
    assert average == pytest.approx(float(cross_entropy(p, q)), abs=0.06)


@given(distributions(), st.integers(1, 40), st.integers(0, 1000))
def test_the_information_of_a_sequence_is_that_of_its_joint_probability(p, count, seed):
    events = draw_events(p, count, seed)
    each, total = event_information(p, events)
    assert total[-1] == pytest.approx(each.sum())
    joint = np.prod(p[events])
    if joint > 1e-280:
        assert total[-1] == pytest.approx(float(self_information(min(joint, 1.0))), abs=1e-9)


def test_63_wins_and_a_defeat_carry_what_the_notes_say():
    match = EXAMPLES["table_tennis"]
    each, total = event_information(match["p"], np.array([0, 1]))
    assert match.references["I(63/64)"].agrees(each[0])
    assert match.references["I(1/64)"].agrees(each[1])
    assert total[1] == each.sum()


def test_an_average_is_infinite_from_the_first_event_without_a_message():
    events = np.array([0, 1, 0])
    averages = running_averages(events, [1.0, np.inf], np.array([1, 2, 3]))
    assert averages.tolist() == [1.0, np.inf, np.inf]


@given(st.lists(st.integers(1, 6), max_size=20), st.sampled_from([" ", ",", "; ", "\n"]))
def test_events_are_read_as_they_were_written(numbers, separator):
    text = separator.join(map(str, numbers))
    assert parse_events(text, 6).tolist() == [number - 1 for number in numbers]


@pytest.mark.parametrize("text", ["0", "7", "-1", "1.5", "W L", "²", "1 9999999999999", "🎲"])
def test_what_is_no_outcome_is_named(text):
    with pytest.raises(ValueError, match=r"“.*” is not an outcome; write numbers from 1 to 6"):
        parse_events(text, 6)


@pytest.mark.parametrize("text", ["1,,2", "1;", ", 1"])
def test_an_event_that_is_missing_is_named(text):
    with pytest.raises(ValueError, match=r"^Event \d is missing beside a (comma|semicolon)"):
        parse_events(text, 6)


def test_too_many_events_are_refused():
    with pytest.raises(ValueError, match="use at most 10,000"):
        parse_events("1 " * (MAX_EVENTS + 1), 2)
    with pytest.raises(ValueError, match="from 0 to 10,000"):
        draw_events([0.5, 0.5], MAX_EVENTS + 1, 0)
    with pytest.raises(ValueError, match="seed"):
        draw_events([0.5, 0.5], 1, -1)
