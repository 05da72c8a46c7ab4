"""Exercises, glossary and tour: complete, and in teaching order."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.descent import descend_binary
from explorer.teaching.exercise import listed
from explorer.teaching.exercises import EXERCISES
from explorer.teaching.glossary import GLOSSARY
from pages.components.registry import PAGES

ADDRESSES = {page.address for page in PAGES.values()}
# They lead to the other pages; there is nothing to try on them.
WITHOUT_EXERCISES = {"home", "glossary", "recap"}


def test_every_page_has_three_exercises():
    assert EXERCISES.keys() == ADDRESSES - WITHOUT_EXERCISES
    assert {len(exercises) for exercises in EXERCISES.values()} == {3}


@pytest.mark.parametrize("page", EXERCISES)
def test_a_task_asks_sets_the_page_and_answers(page):
    for exercise in EXERCISES[page]:
        assert len(exercise.words) > 20
        assert exercise.parameters
        assert len(exercise.answer) > 40
        assert "nan" not in exercise.answer


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
