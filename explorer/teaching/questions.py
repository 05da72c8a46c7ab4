"""Questions for a room to forecast, each beside the stop of the tour that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.core.drawing import stroke_text
from explorer.rooms.room import Question
from explorer.teaching.exercise import listed
from explorer.teaching.worked_examples import EXAMPLES

_TENNIS = EXAMPLES["table_tennis"]["p"]
_LOTTERY = EXAMPLES["lottery_with_favourite"]["p"]
_GRADIENT = EXAMPLES["vanishing_gradient"]

# The loop is half open and half pointed: as much a 4 as a 9.
_UNDECIDED = stroke_text(
    (
        ((150, 58), (126, 74), (104, 98), (94, 120), (104, 134), (138, 138), (182, 126)),
        ((174, 52), (168, 104), (164, 160), (160, 214)),
    )
)

QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        "Table tennis": Question(
            "A club player meets a national champion at table tennis. Who wins the next match?",
            ("the champion", "the club player"),
            tuple(_TENNIS),
            hint="It was drawn: the club player wins 1 match in 64, which carries 6 bits.",
            page="self_information",
            link={"p": repr(_TENNIS[1]), "unit": "bits"},
        ),
        "Lottery": Question(
            "One of four tickets wins. Ticket D has been sold far more often than the others. "
            "Which one is drawn?",
            ("ticket A", "ticket B", "ticket C", "ticket D"),
            tuple(_LOTTERY),
            hint="It was drawn with probabilities of 10 %, 10 %, 10 % and 70 %.",
            page="entropy",
            link={"p": listed(_LOTTERY), "unit": "bits"},
        ),
        "A digit": Question(
            "Somebody wrote one digit. Which one did they mean?",
            ("4", "7", "9", "another one"),
            answer=2,
            hint="It was written as a 9. A forecast with some room for the 4 was no mistake.",
            page="multiclass",
            ink=_UNDECIDED,
        ),
        "One logit": Question(
            f"A model answers with the logit {_GRADIENT['z']:g}, and the label is 1. After 200 "
            "steps of gradient descent with the same learning rate, which loss has moved the "
            "logit further?",
            ("cross-entropy", "squared error", "both the same"),
            answer=0,
            hint="Squared error sits still where the sigmoid is flat; cross-entropy pulls with "
            "q − p, almost 1.",
            page="binary",
            link={"z": repr(_GRADIENT["z"]), "y": str(_GRADIENT["y"])},
        ),
        "A race": Question(
            "Two equal networks learn handwritten digits, from the same weights and on the same "
            "batches. Whose curve reaches 90 % of the test images first?",
            ("cross-entropy", "MSE on softmax", "neither in this race"),
            hint="The race on Live decided.",
            page="live",
            link={"race": "CE against MSE"},
        ),
        "Hedge or be honest": Question(
            "A bent coin shows heads 7 times out of 10. What do you say of the next throw: what "
            "you believe, or everything on heads?",
            ("heads", "tails"),
            (0.7, 0.3),
            hint="Under the log and the Brier score it costs least, on average, to say what one "
            "believes. The linear score rewards whoever overstates.",
            hedge=True,
        ),
    }
)
"""What to call a question → the question, in the order of the tour."""
