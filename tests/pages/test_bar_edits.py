"""What the server makes of the bar editor's messages, which anyone can forge."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from explorer.core.bars import Bars
from explorer.core.distributions import validate_probabilities
from pages.components.bars.bar_editor import EditorSession, receive
from tests.pages.test_payloads import JSON

LIMITS = {"noun": "outcome", "least": 2, "most": 20}
START = Bars(("a", "b"), {"p": (0.25, 0.75), "q": (0.5, 0.5)})
PRESETS = {"Certain": Bars(("x", "y", "z"), {"p": (1.0, 0.0, 0.0), "q": (0.0, 1.0, 0.0)})}


class Session:
    """One editor's session, without a server."""

    def __init__(self) -> None:
        self.kept = EditorSession(START, {})
        self.seq = 0

    def send(self, edit: Any) -> None:
        receive(self.kept, edit, PRESETS, LIMITS)

    def edit(self, state: Any, command: Any = None, rev: int | None = None) -> None:
        self.seq += 1
        rev = self.kept.rev if rev is None else rev
        self.send({"seq": self.seq, "rev": rev, "state": state, "command": command})

    def says(self, series: str) -> str:
        said = self.kept.messages.get(series, {})
        return said.get("error") or said.get("note") or ""


@pytest.fixture
def session() -> Session:
    return Session()


def state(p=(0.25, 0.75), q=(0.5, 0.5), names=("a", "b"), locked=()) -> dict[str, Any]:
    return {"names": [*names], "values": {"p": [*p], "q": [*q]}, "locked": [*locked]}


def test_a_moved_bar_is_taken_as_it_is(session):
    session.edit(state(p=(0.1, 0.9), locked=(1,), names=("sun", "rain")))
    assert session.kept.bars == Bars(
        ("sun", "rain"), {"p": (0.1, 0.9), "q": (0.5, 0.5)}, locked=(1,)
    )
    assert session.kept.messages == {}


def test_an_edit_of_an_outdated_state_is_left_out(session):
    session.edit(state(), {"kind": "preset", "name": "Certain"})
    session.edit(state(p=(0.1, 0.9)), rev=0)
    assert session.kept.bars == PRESETS["Certain"]


def test_the_same_edit_sent_twice_counts_once(session):
    session.edit(state(), {"kind": "resize", "size": 3})
    rev = session.kept.rev
    session.seq -= 1
    session.edit(state(), {"kind": "resize", "size": 4})
    assert (len(session.kept.bars.names), session.kept.rev) == (3, rev)


def test_a_command_starts_from_the_state_that_comes_with_it(session):
    session.edit(state(p=(0.1, 0.9)), {"kind": "resize", "size": 3})
    assert session.kept.bars.values["p"] == (0.1, 0.9, 0.0)


@pytest.mark.parametrize(
    "bad",
    [
        state(p=(0.5, 0.6)),
        state(p=(float("nan"), 1)),
        state(p=(-0.5, 1.5)),
        state(p=(0.5, 0.25, 0.25)),
        {"names": ["a", "b"], "values": {"p": [0.5, 0.5]}, "locked": []},
        {"names": ["a", "b"], "values": {"p": [0.5, 0.5], "z": [0.5, 0.5]}, "locked": []},
        {"names": ["a", "b"], "values": {"p": ["x", 0.5], "q": [0.5, 0.5]}, "locked": []},
        {"names": 3},
        {},
    ],
)
def test_a_state_that_cannot_be_leaves_the_last_good_one_and_says_so(session, bad):
    session.edit(bad)
    assert session.kept.bars == START
    assert session.says("p").endswith("The last good state is kept.")


@pytest.mark.parametrize("size", [0, 1, 21, -5, 10**9])
def test_no_size_beyond_the_limits_is_made(session, size):
    session.edit(state(), {"kind": "resize", "size": size})
    assert session.kept.bars == START
    assert "this page takes 2 to 20" in session.says("p")


def test_a_long_name_is_cut(session):
    session.edit(state(names=("a" * 500, "b")))
    assert max(map(len, session.kept.bars.names)) <= 24


@given(text=st.text(max_size=40))
def test_any_text_is_taken_or_refused_in_a_sentence(text):
    session = Session()
    session.edit(state(), {"kind": "text", "series": "q", "text": text})
    if session.kept.messages:
        assert session.kept.bars == START
        assert session.says("q").endswith("The bars still show the last good values.")
    else:
        validate_probabilities(session.kept.bars.values["q"])


@given(edit=JSON)
@example(edit={"seq": math.inf})
@example(edit={"seq": "1"})
@example(edit={"seq": 1, "rev": 0})
def test_no_message_breaks_the_session(edit):
    session = Session()
    session.send(edit)
    check(session)


@given(state_sent=JSON, command=JSON)
@example(state_sent=None, command={"kind": "resize", "size": math.inf})
def test_no_state_or_command_breaks_the_session(state_sent, command):
    session = Session()
    session.edit(state_sent, command)
    check(session)


@given(
    kind=st.sampled_from(["text", "normalize", "resize", "preset", "dance"]),
    options=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("series", "text", "size", "name"), JSON)
    ),
)
def test_no_command_breaks_the_session(kind, options):
    session = Session()
    session.edit(state(), {"kind": kind, **options})
    check(session)


def check(session: Session) -> None:
    """What holds after every message: distributions over as many names, and room for the next."""
    bars = session.kept.bars
    json.dumps(session.kept.messages)
    for values in bars.values.values():
        assert len(values) == len(bars.names)
        validate_probabilities(values)
    assert all(0 <= index < len(bars.names) for index in bars.locked)
    session.edit(state(p=(0.125, 0.875)))
    assert session.kept.bars.values["p"] in ((0.125, 0.875), bars.values["p"])
