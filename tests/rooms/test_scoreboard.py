"""Scores of rounds, their sums, and the table that a host takes home."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest

from explorer.core.scoring import RULES, brier_score, log_score
from explorer.rooms.room import CLOSED, SCORED, Participant, Question, Room, Round
from explorer.rooms.scoreboard import as_csv, scores_of, standings

COIN = Question("Heads or tails?", ("heads", "tails"))
FORECASTS = {1: (0.5, 0.5), 2: (1.0, 0.0), 3: (0.25, 0.75)}


def scored(number, outcome, forecasts=FORECASTS):
    return Round(number, COIN, SCORED, outcome, forecasts)


def test_a_round_is_scored_for_everybody_by_every_rule():
    scores = scores_of(scored(1, 1))
    for person, forecast in FORECASTS.items():
        assert scores.by_person[person]["log"] == log_score(1, forecast)
        assert scores.by_person[person]["brier"] == brier_score(1, forecast)
    assert scores.by_person[2]["log"] == math.inf
    together = np.mean(list(FORECASTS.values()), axis=0)
    assert scores.crowd["log"].of_mean == pytest.approx(log_score(1, together))
    assert scores.crowd["log"].mean == math.inf
    assert scores.crowd.keys() == scores.bold.keys() == set(RULES)


def test_rounds_without_outcome_or_without_forecasts_have_no_scores():
    for one in (Round(1, COIN, CLOSED, None, FORECASTS), scored(1, 0, {})):
        scores = scores_of(one)
        assert (scores.by_person, scores.crowd, scores.bold) == ({}, {}, {})


def test_sums_go_over_the_scored_rounds_and_stand_beside_an_infinite_one():
    rounds = [scored(1, 0), scored(2, 1), Round(3, COIN, CLOSED, None, FORECASTS)]
    rounds.append(scored(4, 1, {1: (0.25, 0.75)}))
    table = {one.person: one for one in standings(rounds)}
    assert table[1].rounds == 3
    assert table[1].log.total == pytest.approx(2 - math.log2(0.75))
    assert table[2].log.total == math.inf
    assert (table[2].log.finite, table[2].log.infinite) == (0.0, 1)
    assert [one.person for one in standings(rounds)] == [1, 3, 2]


def room(rounds, people):
    return Room("C", "S", True, False, "", 60.0, 1, people, rounds)


def test_the_table_holds_every_forecast_and_no_formula():
    question = Question("=1+1", ("@a", "b"))
    rounds = [
        Round(1, question, SCORED, 1, {1: (1.0, 0.0), 2: (0.1, 0.9)}),
        Round(2, COIN, CLOSED, None, {1: (0.5, 0.5)}),
    ]
    people = [Participant(1, '=HYPERLINK("x")'), Participant(2, "")]
    head, *rows = csv.reader(io.StringIO(as_csv(room(rounds, people))))
    assert len(rows) == 6
    assert all(len(row) == len(head) for row in rows)
    assert rows[0][1:5] == ["'=1+1", "1", '\'=HYPERLINK("x")', "'@a"]
    assert rows[0][6:8] == ["0", "inf"]
    assert rows[2][3] == "Guest 2"
    assert float(rows[3][5]) == 0.9
    assert rows[4][6:] == ["", "", ""]
