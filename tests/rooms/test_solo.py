"""The game against the computer: the same for everybody who has its link, and fair."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.core.scoring import log_score
from explorer.rooms.solo import OUTCOMES, SEEN, draws, played


def test_a_round_is_the_same_whenever_it_is_asked_for():
    assert draws(7, 3) == draws(7, 3)
    assert len({draws(7, number) for number in range(1, 11)}) > 5
    assert draws(7, 1) != draws(8, 1)


def test_the_computer_adds_one_to_each_count():
    one = draws(1, 1)
    assert sum(one.counts) == SEEN
    assert one.computer == pytest.approx([(n + 1) / (SEEN + len(OUTCOMES)) for n in one.counts])
    assert sum(one.computer) == pytest.approx(1)


def test_outcomes_follow_the_source_that_the_draws_came_from():
    rounds = [draws(game, number) for game in range(100) for number in range(1, 11)]
    given = np.mean([one.computer[one.outcome] for one in rounds])
    likely = np.mean([one.outcome == int(np.argmax(one.counts)) for one in rounds])
    assert given > 0.45
    assert likely > 0.6


def test_forecasts_are_scored_against_the_rounds_in_their_order():
    forecasts = [(0.2, 0.3, 0.5), (1.0, 0.0, 0.0), (1 / 3, 1 / 3, 1 / 3)]
    scores = played(5, forecasts)
    for number, forecast in enumerate(forecasts, 1):
        one = draws(5, number)
        assert scores.own_log[number - 1] == log_score(one.outcome, forecast)
        assert scores.computer_log[number - 1] == log_score(one.outcome, one.computer)
    assert scores.own_log[2] == pytest.approx(math.log2(3))
    assert played(5, []).own_log == ()
