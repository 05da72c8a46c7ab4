"""The exercises on drawing promise what the networks that came with the app really say."""

from __future__ import annotations

import re

import numpy as np
import pytest

from explorer.core.drawing import Strokes, read_stroke_text
from explorer.core.recorded_race import RECORDED_RACE
from explorer.runs.digit_recognition import Answer, DigitNetwork, network_of
from explorer.store.shipped import SHIPPED_FOLDER, ShippedRuns
from explorer.store.weights import read_weights
from explorer.teaching.drawing_exercises import (
    CLOSED_Q4,
    CLOSED_Q9,
    DRAW,
    LINE,
    LINE_Q4,
    OPEN_FOUR,
    OPEN_Q4,
    TOP,
)


@pytest.fixture(scope="module")
def networks() -> list[DigitNetwork]:
    shipped = ShippedRuns(SHIPPED_FOLDER)
    found = []
    for row in shipped.rows([RECORDED_RACE]):
        file = shipped.weights_file(row.run_id, row.curve)
        assert file is not None
        found.append(network_of(row, read_weights(file, row.config)))
    return found


def answers(networks: list[DigitNetwork], strokes: Strokes) -> list[Answer]:
    return [one.answer(one.image_of(strokes)) for one in networks]


@pytest.mark.parametrize(
    ("strokes", "digit", "said", "of"),
    [
        (OPEN_FOUR, 4, OPEN_Q4, 4),
        ((*OPEN_FOUR, TOP), 9, CLOSED_Q4, 4),
        ((*OPEN_FOUR, TOP), 9, CLOSED_Q9, 9),
        ((LINE,), 4, LINE_Q4, 4),
    ],
)
def test_the_networks_say_what_the_answers_quote(networks, strokes, digit, said, of):
    found = answers(networks, strokes)
    assert [one.digit for one in found] == [digit, digit]
    np.testing.assert_allclose([one.q[of] for one in found], said, rtol=2e-3)


@pytest.mark.parametrize(
    "top",
    [
        ((80, 50), (160, 50)),
        ((82, 60), (158, 45)),
        ((85, 45), (155, 58)),
        ((80, 55), (120, 40), (160, 55)),
    ],
)
def test_any_hand_closes_the_four_to_a_nine(networks, top):
    """Whoever does the exercise draws a stroke of their own."""
    assert [one.digit for one in answers(networks, (*OPEN_FOUR, top))] == [9, 9]


def test_the_links_set_the_drawings_and_the_networks():
    inks = [read_stroke_text(str(exercise.parameters["ink"])) for exercise in DRAW]
    assert inks == [OPEN_FOUR, (*OPEN_FOUR, TOP), (LINE,)]
    assert {exercise.parameters["runs"] for exercise in DRAW} == {
        f"{RECORDED_RACE}:0,{RECORDED_RACE}:1"
    }


def test_the_answers_quote_the_loss_of_the_probability_that_they_quote():
    assert re.search(r"q\(4\) falls to 0\.0246 and 0\.0477\b.* to 3\.7 nats", DRAW[0].answer)
    assert "from 3.7 nats to 0.0476 nats" in DRAW[1].answer
