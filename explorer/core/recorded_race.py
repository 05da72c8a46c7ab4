"""The race that comes with the app, as the pages quote it; tests compare it with the files."""

from __future__ import annotations

RECORDED_RACE = "recorded-race"
"""Id of the race of cross-entropy against squared error."""
RECORDED_SWEEP = "recorded-sweep"
"""Id of the sweep of losses, learning rates and seeds."""
FOUR_PLACE = 9
"""Which of the twenty digits that the race shows is the 4 that could be a 9, from 0."""
FOUR_TEST_INDEX = 4017
"""Its place among the test images of MNIST, from 0."""
STEPS_TO_90 = (300, 900)
"""Steps after which its networks were first measured at 90 %: cross-entropy, squared error."""
