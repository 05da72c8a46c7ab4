"""What the browsers of a room are told: everybody the same, each person their own, the host all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import numpy as np
import orjson

from explorer.core.information import entropy
from explorer.core.scoring import mean_forecast
from explorer.figures import forecasting
from explorer.figures.numbers import measured, written
from explorer.rooms.room import OPEN, SCORED, Question, Room, Round, hours_left
from explorer.rooms.scoreboard import RoundScores, Standing, scores_of, standings
from explorer.teaching.questions import QUESTIONS
from pages.components.plot.plot import plots_of
from pages.components.registry import PAGES

_CAPTIONS = {
    "room-forecasts": "What everybody said",
    "room-mean": "The mean forecast",
    "room-scores": "Jensen: the mean forecast is no worse",
    "room-honesty": "Honest, or bold?",
}
_SHOWN_STANDINGS = 8


def public_view(room: Room) -> dict[str, Any]:
    """Return what everybody in a room may know."""
    one = room.current
    return {
        "code": room.code,
        "people": len(room.people),
        "joining": room.joining,
        "hours": hours_left(room),
        "address": room.address,
        "title": title_of(room.address),
        "round": None if one is None else _public_round(one),
    }


def _public_round(one: Round) -> dict[str, Any]:
    question, is_scored = one.question, one.state == SCORED
    told: dict[str, Any] = {
        "number": one.number,
        "prompt": question.prompt,
        "outcomes": question.outcomes,
        "ink": question.ink,
        "hedge": question.hedge,
        "state": one.state,
        # What is drawn from is told where hedging is the question, and else afterwards.
        "stated": question.probabilities if question.hedge or is_scored else (),
    }
    if is_scored:
        told |= {"outcome": one.outcome, "hint": question.hint, "lines": _lines(one)}
    return told


def _lines(one: Round) -> list[str]:
    """What the room's forecasts came to, in sentences."""
    scores = scores_of(one)
    if not scores.crowd:
        return ["Nobody made a forecast."]
    log, brier = scores.crowd["log"], scores.crowd["brier"]
    mean = mean_forecast(list(one.forecasts.values()))
    lines = [
        f"{_counted(len(one.forecasts))} mean has an entropy of "
        f"{measured(float(entropy(mean)), 'bits', 3)}.",
        f"On average a forecast cost {measured(log.mean, 'bits', 3)}, and the mean of all "
        f"forecasts costs {measured(log.of_mean, 'bits', 3)}; by the Brier score "
        f"{written(brier.mean, 3)} and {written(brier.of_mean, 3)}. The mean forecast never costs "
        "more than the forecasts do on average: Jensen's inequality.",
    ]
    if one.question.hedge:
        lines.append(_on_hedging(scores))
    return lines


def _counted(count: int) -> str:
    return "One forecast; its" if count == 1 else f"{count} forecasts; their"


def _on_hedging(scores: RoundScores) -> str:
    linear, log = (scores.crowd[rule].mean for rule in ("linear", "log"))
    return (
        "Had everybody put everything on their favourite, the room's linear score would have been "
        f"{written(scores.bold['linear'], 3)} in place of {written(linear, 3)}, and its log score "
        f"{measured(scores.bold['log'], 'bits', 3)} in place of {measured(log, 'bits', 3)}."
    )


def own_view(room: Room, person: int, sums: Mapping[int, Standing]) -> dict[str, Any] | None:
    """Return what one person is told of themselves; None for somebody who is not in the room.

    Args:
        sums: Id → standing, of those who have forecast.
    """
    found = next((one for one in room.people if one.id == person), None)
    if found is None:
        return None
    own: dict[str, Any] = {"name": found.name, "label": found.label}
    one = room.current
    if one is not None and person in one.forecasts:
        own["round"] = one.number
        own["forecast"] = one.forecasts[person]
        score = scores_of(one).by_person.get(person) if one.state == SCORED else None
        if score:
            own |= {
                "bits": written(score["log"], 3),
                "brier": written(score["brier"], 3),
                "linear": written(score["linear"], 3),
            }
    if person in sums:
        own["sums"] = _standing(sums[person])
    return own


def sums_of(room: Room) -> dict[int, Standing]:
    """Return the standings of a room by person, the best first."""
    return {one.person: one for one in standings(room.rounds)}


def _standing(one: Standing) -> dict[str, Any]:
    log, short = measured(one.log.total, "bits", 4), written(one.log.total, 4)
    if one.log.infinite:
        rest = written(one.log.finite, 3)
        log, short = f"∞ bits ({rest} without {_times(one.log.infinite)})", f"∞ (else {rest})"
    return {"rounds": one.rounds, "log": log, "short": short, "brier": written(one.brier.total, 4)}


def _times(count: int) -> str:
    return "the round that cost ∞" if count == 1 else f"the {count} rounds that cost ∞"


def host_view(room: Room, sums: Mapping[int, Standing]) -> dict[str, Any]:
    """Return what the host's screen shows beside the public view, plots included."""
    one = room.current
    labels = {each.id: each.label for each in room.people}
    told: dict[str, Any] = {
        "spoken": room.spoken if room.joining else "",
        "namesHidden": room.names_hidden,
        "list": [{"id": each.id, "label": each.label} for each in room.people],
        "prepared": list(QUESTIONS),
        "standings": [
            {"label": f"#{person}" if room.names_hidden else labels[person], **_standing(standing)}
            for person, standing in sums.items()
            if person in labels
        ][:_SHOWN_STANDINGS],
    }
    if one is not None:
        told |= {
            "forecasts": len(one.forecasts),
            "answer": one.question.answer,
            "drawn": bool(one.question.probabilities),
            "decides": decided_at(one),
            "plots": [
                {"key": key, "caption": _CAPTIONS[key], "text": payload.decode()}
                for key, payload in _plots(
                    one.question, one.state, one.outcome, tuple(one.forecasts.values())
                ).items()
            ],
            "entropy": _entropy_of(one),
        }
    return told


def _entropy_of(one: Round) -> str:
    if one.state == OPEN or not one.forecasts:
        return ""
    mean = mean_forecast(list(one.forecasts.values()))
    return measured(float(entropy(mean)), "bits", 3)


def decided_at(one: Round) -> str:
    """Return the path and query of the page that belongs to a question, "" for none."""
    question = one.question
    if not question.page:
        return ""
    return f"/{question.page}?{urlencode(question.link)}"


@lru_cache(maxsize=64)
def _plots(
    question: Question,
    state: str,
    outcome: int | None,
    forecasts: tuple[tuple[float, ...], ...],
) -> Mapping[str, bytes]:
    # While forecasts come in the screen shows how many, and not which: nobody copies the room.
    if state == OPEN or not forecasts:
        return {}
    one = Round(1, question, state, outcome, dict(enumerate(forecasts)))
    array = np.array(forecasts)
    names = question.outcomes
    mean = mean_forecast(array)
    bits = measured(float(entropy(mean)), "bits", 3)
    shown = question.probabilities if state == SCORED else ()
    pictures = {
        "room-forecasts": (
            forecasting.forecast_histogram(array, names, outcome),
            f"How much {len(array)} people gave each of {len(names)} outcomes.",
        ),
        "room-mean": (
            forecasting.mean_of_room(array, names, outcome, shown),
            f"The mean forecast, with an entropy of {bits}.",
        ),
    }
    if state == SCORED:
        scores = scores_of(one)
        log = scores.crowd["log"]
        pictures["room-scores"] = (
            forecasting.crowd_scores(scores.crowd),
            f"The room's mean score is {measured(log.mean, 'bits', 3)}, its mean forecast's "
            f"{measured(log.of_mean, 'bits', 3)}.",
        )
        if question.hedge:
            pictures["room-honesty"] = (
                forecasting.honest_or_bold(scores.crowd, scores.bold),
                "What the forecasts cost by three rules, and what everybody's favourite alone "
                "would have cost.",
            )
            # What the round is about comes first, where the screen is small.
            pictures["room-mean"] = pictures.pop("room-mean")
    return plots_of(pictures)


def title_of(address: str) -> str:
    """Return the title of the page at a path and query, "" for none of ours."""
    name = urlsplit(address).path.rstrip("/").rpartition("/")[2] if address else "?"
    pages = list(PAGES.values())
    return pages[0].title if not name else PAGES[name].title if name in PAGES else ""


def encoded(message: Mapping[str, Any]) -> bytes:
    """Return a message as JSON; a number that JSON does not know becomes null."""
    return orjson.dumps(message)
