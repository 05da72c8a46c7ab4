"""What the people of a room have scored: each round, and the sums over the rounds."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.core.scoring import (
    RULES,
    CrowdScore,
    ScoreSum,
    crowd_score,
    score,
    sum_of_scores,
)
from explorer.rooms.room import SCORED, Room, Round

_COLUMNS = (
    *("round", "question", "participant", "name", "outcome", "probability", "happened"),
    *("log score of the forecast / bits", "Brier score of the forecast"),
)


@dataclass(frozen=True)
class RoundScores:
    """The scores of a round whose outcome is known.

    Attributes:
        by_person: Id of a participant → rule → score; bits for "log".
        crowd: Rule → mean of the scores, and score of the mean forecast; empty without forecasts.
        bold: Rule → mean score if everybody had put everything on their favourite.
    """

    by_person: Mapping[int, Mapping[str, float]]
    crowd: Mapping[str, CrowdScore]
    bold: Mapping[str, float]


def scores_of(one: Round) -> RoundScores:
    """Score a round by every rule.

    Args:
        one: In the state SCORED.
    """
    if one.outcome is None or not one.forecasts:
        return RoundScores({}, {}, {})
    people = list(one.forecasts)
    forecasts = np.array([one.forecasts[person] for person in people])
    by_rule = {rule: score(one.outcome, forecasts, rule) for rule in RULES}
    extreme = np.eye(forecasts.shape[1])[forecasts.argmax(axis=1)]
    return RoundScores(
        by_person={
            person: {rule: float(by_rule[rule][place]) for rule in RULES}
            for place, person in enumerate(people)
        },
        crowd={rule: crowd_score(one.outcome, forecasts, rule) for rule in RULES},
        bold={rule: float(score(one.outcome, extreme, rule).mean()) for rule in RULES},
    )


@dataclass(frozen=True)
class Standing:
    """What a person's forecasts add up to.

    Attributes:
        person: Id of the participant.
        rounds: How many of their forecasts were scored.
        log: Sum of log scores in bits.
        brier: Sum of Brier scores.
    """

    person: int
    rounds: int
    log: ScoreSum
    brier: ScoreSum


def standings(rounds: Sequence[Round]) -> list[Standing]:
    """Return the sums of everybody who forecast, the best first.

    Whoever took part in more rounds stands first, since a round that is left out costs nothing;
    among them, whoever ruled out nothing that happened, and then the smaller sum of bits.

    Args:
        rounds: Those of a room; only those that are SCORED count.
    """
    scored = [scores_of(one).by_person for one in rounds if one.state == SCORED]
    people = sorted({person for by_person in scored for person in by_person})
    found = []
    for person in people:
        own = [by_person[person] for by_person in scored if person in by_person]
        sums = {rule: sum_of_scores([one[rule] for one in own]) for rule in ("log", "brier")}
        found.append(Standing(person, len(own), sums["log"], sums["brier"]))
    return sorted(found, key=lambda one: (-one.rounds, one.log.infinite, one.log.finite))


def as_csv(room: Room) -> str:
    """Return every forecast of a room as a table, one row for each outcome of each (RFC 4180).

    Texts that a spreadsheet would take for a formula begin with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    names = {one.id: one.label for one in room.people}
    for one in room.rounds:
        scores = scores_of(one).by_person if one.state == SCORED else {}
        for person, forecast in one.forecasts.items():
            own = scores.get(person)
            for place, probability in enumerate(forecast):
                happened = "" if one.outcome is None else int(place == one.outcome)
                writer.writerow(
                    [
                        one.number,
                        _inert(one.question.prompt),
                        person,
                        _inert(names.get(person, f"Guest {person}")),
                        _inert(one.question.outcomes[place]),
                        repr(probability),
                        happened,
                        *([repr(own["log"]), repr(own["brier"])] if own else ["", ""]),
                    ]
                )
    return text.getvalue()


def _inert(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
