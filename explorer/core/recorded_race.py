"""The race and the sweep that come with the app, as the pages quote them; tests compare them with
the files."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RECORDED_RACE = "recorded-race"
"""Id of the race of cross-entropy against squared error."""
RECORDED_SWEEP = "recorded-sweep"
"""Id of the sweep of losses, learning rates and seeds."""
FOUR_PLACE = 9
"""Which of the twenty digits that the race shows is the 4 that could be a 9, from 0."""
FOUR_TEST_INDEX = 4017
"""Its place among the test images of MNIST, from 0."""
SWEEP_RUN = "recorded-sweep-1"
"""Id of the run that has all cells of the sweep."""
SWEEP_FAST_CELLS = (4, 5, 6, 7, 12, 13, 14, 15)
"""Those of its curves that were trained at the rates 0.1 and 0.5."""
SWEEP_FINALS: Mapping[str, Mapping[float, tuple[float, float]]] = MappingProxyType(
    {
        "cross_entropy": {0.001: (0.9017, 0.9029), 0.1: (0.9788, 0.9774)},
        "softmax_squared_error": {
            0.001: (0.7998, 0.8596),
            0.1: (0.9739, 0.9695),
            0.5: (0.1135, 0.9788),
        },
    }
)
"""Loss → learning rate → final test accuracy of its seeds 0 and 1."""
STEPS_TO_90 = (300, 900)
"""Steps after which its networks were first measured at 90 %: cross-entropy, squared error."""
