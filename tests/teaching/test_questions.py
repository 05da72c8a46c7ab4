"""The prepared questions: right, and beside a page of the tour."""

from __future__ import annotations

import pytest

from explorer.core.descent import descend_binary
from explorer.core.drawing import read_stroke_text
from explorer.rooms.room import Question
from explorer.teaching.questions import QUESTIONS
from explorer.teaching.tour import TOUR
from explorer.teaching.worked_examples import EXAMPLES


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_belongs_to_a_stop_of_the_tour_and_can_be_decided(name):
    question = QUESTIONS[name]
    assert question.hedge or question.page in {stop.page for stop in TOUR}
    assert question.probabilities or question.answer is not None or question.page == "live"
    assert question.hint.endswith(".")
    assert Question.from_json(question.to_json()) == question


def test_the_questions_have_the_order_of_the_tour():
    stops = [stop.page for stop in TOUR]
    pages = [question.page for question in QUESTIONS.values() if question.page]
    assert pages == sorted(pages, key=stops.index)


def test_the_loss_that_moves_the_logit_further_is_the_one_that_is_named():
    question, example = QUESTIONS["One logit"], EXAMPLES["vanishing_gradient"]
    moved = [
        abs(descend_binary(example["z"], example["y"], loss, 0.5, 200).logits[-1] - example["z"])
        for loss in ("sigmoid_binary_cross_entropy", "sigmoid_squared_error")
    ]
    assert moved[question.answer] == max(moved)
    assert max(moved) > 100 * min(moved)


def test_the_digit_is_a_drawing():
    strokes = read_stroke_text(QUESTIONS["A digit"].ink)
    assert len(strokes) == 2
