"""Exercises, glossary and tour: complete, and in teaching order."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.descent import descend_binary
from explorer.core.information import entropy, self_information
from explorer.core.losses import (
    hinge,
    sigmoid_binary_cross_entropy_gradient,
    sigmoid_squared_error_gradient,
    softmax_cross_entropy_gradient,
)
from explorer.core.recorded_race import STEPS_TO_90, SWEEP_FINALS
from explorer.core.stability import read_gap
from explorer.teaching.drawing_exercises import LINE_Q4
from explorer.teaching.exercise import listed
from explorer.teaching.exercises import EXERCISES
from explorer.teaching.glossary import GLOSSARY
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.registry import PAGES

ADDRESSES = {page.address for page in PAGES.values()}
# They lead to the other pages; there is nothing to try on them.
WITHOUT_EXERCISES = {"home", "glossary", "recap", "host_notes"}


def test_every_page_has_three_exercises():
    assert EXERCISES.keys() == ADDRESSES - WITHOUT_EXERCISES
    assert {len(exercises) for exercises in EXERCISES.values()} == {3}


@pytest.mark.parametrize("page", EXERCISES)
def test_an_exercise_asks_for_a_guess_sets_the_page_and_answers(page):
    for exercise in EXERCISES[page]:
        assert len(exercise.words) > 20
        assert "?" in exercise.words
        assert exercise.parameters
        assert len(exercise.answer) > 40
        assert "nan" not in exercise.answer
        assert len(set(exercise.guesses)) == len(exercise.guesses) >= 2
        assert exercise.right in range(len(exercise.guesses))
    # Or an audience would soon guess by place.
    assert len({exercise.right for exercise in EXERCISES[page]}) > 1


def _naive_is_infinite() -> float:
    return EXAMPLES["unseeded_loss"].references["infinite, naive chain"].value


def _loses(loss: str) -> float:
    finals = SWEEP_FINALS[loss]
    return sum(finals[0.1]) - sum(finals[0.001])


# Page and number of an exercise, what comes true, and whether the formulas say so.
TRUTHS = (
    ("self_information", 1, "6 bits", lambda: self_information(1 / 64) == 6),
    ("self_information", 3, "They are equally surprising", lambda: True),
    ("entropy", 2, "No", lambda: entropy([0.25] * 4) > entropy([0.2, 0.3, 0.25, 0.25])),
    ("entropy", 3, "Near 0.11 and 0.89", lambda: abs(entropy([0.11, 0.89]) - 0.5) < 1e-3),
    (
        "binary",
        1,
        "Cross-entropy",
        lambda: (
            sigmoid_binary_cross_entropy_gradient(-10.0, 1) < -0.9
            and sigmoid_squared_error_gradient(-10.0, 1) > -1e-3
        ),
    ),
    ("binary", 3, "Yes, it is 0", lambda: hinge(1.3, 1) == 0),
    (
        "multiclass",
        2,
        "That of the third class alone",
        lambda: (
            (softmax_cross_entropy_gradient([2, -1, 3], [0, 0, 1]) < 0).tolist()
            == [False, False, True]
        ),
    ),
    (
        "stability",
        1,
        "One",
        lambda: sum(map(math.isfinite, read_gap(110, "float32", right=False).losses.values())) == 1,
    ),
    (
        "stability",
        3,
        "In a few draws out of a hundred",
        lambda: 0.01 < _naive_is_infinite() < 0.1,
    ),
    ("live", 1, "Cross-entropy", lambda: STEPS_TO_90[0] < STEPS_TO_90[1]),
    (
        "sweep",
        1,
        "Squared error",
        lambda: _loses("softmax_squared_error") > _loses("cross_entropy"),
    ),
    ("draw", 3, "Fairly sure of one digit", lambda: min(LINE_Q4) > 0.75),
)


@pytest.mark.parametrize(("page", "number", "guess", "is_so"), TRUTHS)
def test_the_guess_that_comes_true_is_what_the_formulas_say(page, number, guess, is_so):
    exercise = EXERCISES[page][number - 1]
    assert exercise.guesses[exercise.right] == guess
    assert is_so()


def test_the_steps_that_an_answer_gives_are_the_first_that_suffice():
    said = re.findall(r"(\d+) steps", EXERCISES["binary"][1].answer)
    for loss, steps in zip(
        ("sigmoid_binary_cross_entropy", "sigmoid_squared_error"), map(int, said), strict=True
    ):
        probabilities = descend_binary(-5.0, 1, loss, 1.0, steps).probabilities
        assert probabilities[-1] >= 0.9 > probabilities[-2]


def test_the_terms_of_the_lessons_have_their_chinese_names():
    expected = {
        "entropy": "熵",
        "self-information": "自信息",
        "cross-entropy": "交叉熵",
        "KL divergence": "KL散度",
        "relative entropy": "相对熵",
        "one-hot": "独热编码",
        "gradient vanishing": "梯度消失",
        "multi-label": "多标签",
    }
    assert expected.items() <= {name: term.chinese for name, term in GLOSSARY.items()}.items()


def test_a_term_is_found_in_either_language_and_by_its_address():
    assert [term.name for term in GLOSSARY.values() if term.matches("梯度离散")] == [
        "gradient vanishing"
    ]
    assert GLOSSARY["KL divergence"].matches("kl DIVERGENCE")
    assert len({term.slug for term in GLOSSARY.values()}) == len(GLOSSARY)


@pytest.mark.parametrize("name", GLOSSARY)
def test_every_term_leads_to_a_page(name):
    assert GLOSSARY[name].page in ADDRESSES
    assert GLOSSARY[name].formula


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6))
def test_numbers_in_an_address_keep_every_digit(values):
    assert [float(piece) for piece in listed(values).split(",")] == values
