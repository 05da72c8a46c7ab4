"""A recorded race that replays itself: accuracies, and what two networks make of one digit."""

from __future__ import annotations

import base64

from explorer.figures.palette import CATEGORICAL, CROSS_ENTROPY, SQUARED_ERROR
from explorer.teaching import tour_digit
from pages.components.frontend.frontend import component

_mount = component(__file__)
_RUNNERS = (
    ("cross-entropy", CROSS_ENTROPY, tour_digit.CROSS_ENTROPY),
    ("squared error", SQUARED_ERROR, tour_digit.SQUARED_ERROR),
)


def race_replay() -> None:
    """Show the race; it moves until somebody stops it, or not at all where motion is unwelcome."""
    label, rival = tour_digit.LABEL, tour_digit.RIVAL
    _mount(
        key="race-replay",
        data={
            "image": base64.b64encode(tour_digit.IMAGE).decode(),
            "label": label,
            "rival": rival,
            "steps": tour_digit.STEPS,
            "networks": [
                {
                    "name": name,
                    "colour": CATEGORICAL.index(colour),
                    "accuracy": network.accuracy,
                    "label": [softmax[label] for softmax in network.softmax],
                    "rival": [softmax[rival] for softmax in network.softmax],
                }
                for name, colour, network in _RUNNERS
            ],
        },
    )
