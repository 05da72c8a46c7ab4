"""What is read from people in a room, as anyone may send it."""

from __future__ import annotations

import pytest

from explorer.rooms.room import (
    LONGEST_NAME,
    Question,
    RoomError,
    UnknownRoom,
    is_address,
    new_link_code,
    new_spoken_code,
    read_code,
    read_forecast,
    read_name,
    read_question,
)


def test_a_code_is_read_as_people_type_it():
    for code in (new_link_code(), new_spoken_code()):
        middle = len(code) // 2
        typed = f" {code[:middle].lower()}-{code[middle:]} "
        assert read_code(typed) == code


@pytest.mark.parametrize("text", ["", "ABC", "ABCDE1", "ABCDEO", "A" * 11, None, 7, ["ABCDEF"]])
def test_what_is_no_code_is_told_without_a_look_into_the_store(text):
    with pytest.raises(UnknownRoom, match="letters and digits"):
        read_code(text)


def test_a_nickname_is_kept_as_written_within_its_length():
    assert read_name("  <script>alert(1)</script> ") == "<script>alert(1)</script>"
    assert read_name(None) == read_name("   ") == ""
    assert read_name("e\u0301") == "\u00e9"
    assert read_name("名" * LONGEST_NAME) == "名" * LONGEST_NAME
    for name in ("👩‍💻", "👍🏽 ❤️", "אדה", "می‌خواهم"):
        assert read_name(name) == name
    for wrong in ("x" * (LONGEST_NAME + 1), "a\nb", "a\u202eb", "a\0b", "\u200d"):
        with pytest.raises(RoomError):
            read_name(wrong)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {},
        "0.5,0.5",
        [],
        [1.0],
        [0.5, 0.5, 0.0],
        [0.5, "0.5"],
        [True, False],
        [0.6, 0.6],
        [-0.5, 1.5],
        [float("nan"), 1.0],
        [float("inf"), 0.0],
        [10**400, 0],
    ],
    ids=repr,
)
def test_what_is_no_forecast_is_refused_in_a_sentence(sent):
    with pytest.raises(RoomError):
        read_forecast(sent, 2)


def test_a_forecast_may_rule_an_outcome_out():
    assert read_forecast([1, 0], 2) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (None, "no question"),
        ({"prompt": "Who?", "outcomes": "ab"}, "needs a sentence"),
        ({"prompt": "", "outcomes": ["a", "b"]}, "1 to 300"),
        ({"prompt": "Who?", "outcomes": ["a"]}, "2 to 10 outcomes"),
        ({"prompt": "Who?", "outcomes": [str(k) for k in range(11)]}, "2 to 10 outcomes"),
        ({"prompt": "Who?", "outcomes": ["a", " "]}, "name of an outcome"),
        ({"prompt": "Who?", "outcomes": ["a", " a "]}, "same name"),
        ({"prompt": "Who?", "outcomes": ["a", 7]}, "texts"),
        ({"prompt": "Who?", "outcomes": ["a", "b"], "probabilities": [0.5]}, "2 probabilities"),
        ({"prompt": "Who?", "outcomes": ["a", "b"], "probabilities": [0.5, 0.6]}, "no forecast"),
        ({"prompt": "Who?", "outcomes": ["a", "b"], "probabilities": "x"}, "list"),
    ],
)
def test_what_is_no_question_is_refused_in_a_sentence(sent, words):
    with pytest.raises(RoomError, match=words):
        read_question(sent)


def test_a_question_comes_back_from_the_store_as_it_was():
    sent = {"prompt": "Whose  “win”?\n", "outcomes": ["=A", "<b>"], "probabilities": [0.25, 0.75]}
    question = read_question({**sent, "hedge": True, "answer": 1, "page": "/live"})
    assert question == Question("Whose “win”?", ("=A", "<b>"), (0.25, 0.75), hedge=True)
    assert Question.from_json(question.to_json()) == question
    linked = Question("Q", ("a", "b"), answer=1, page="live", link={"race": "CE"}, ink="1 2")
    assert Question.from_json(linked.to_json()) == linked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/entropy?p=0.5,0.5", True),
        ("/", True),
        ("//elsewhere.example/", False),
        ("https://elsewhere.example/", False),
        ("javascript:alert(1)", False),
        ("/\\elsewhere.example", False),
        ("/a\nb", False),
        ("/" + "x" * 9_000, False),
    ],
)
def test_the_host_can_lead_only_to_pages_of_the_app(text, expected):
    assert is_address(text) is expected
