"""Whatever a browser sends, no reader of it breaks: it is refused in words or in the log."""

from __future__ import annotations

import json
import math
from typing import Any

import orjson
import pytest
import streamlit
from hypothesis import example, given
from hypothesis import strategies as st

from explorer.core.bars import Bars
from pages.components import payloads
from pages.components.address import address
from pages.components.bars.bar_editor import bars_of
from pages.components.plot import plot
from pages.components.preview import preview
from pages.components.slider import live_slider
from pages.training.parts.comparison import comparison_plot

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([10**400, -1, 1e308, "", "0", "nan", "p", "text", "preset", "resize"])
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
BARS = Bars(("a", "b"), {"p": (0.25, 0.75), "q": (0.5, 0.5)})
SCALE = {"low": 0.0, "high": 1.0, "whole": False}


def edits(*names: str) -> st.SearchStrategy[Any]:
    """Anything, and above all what has an edit's shape."""
    shaped = st.fixed_dictionaries({"seq": st.integers(1, 9) | JSON, **dict.fromkeys(names, JSON)})
    return JSON | shaped


@given(edit=edits("value", "text"))
@example(edit={"seq": "x", "value": 0.5})
@example(edit={"seq": [], "value": 0.5})
@example(edit={"seq": math.nan})
@example(edit={"value": 0.5})
def test_a_slider_keeps_a_value_between_its_ends(edit):
    state: dict[str, object] = {"value": 0.5, "message": {}, "seq": 0}
    live_slider.take(state, edit, SCALE)
    assert 0 <= state["value"] <= 1
    assert type(state["seq"]) is int
    json.dumps(state)


class Unmounted:
    """Stands for `st.session_state` and lets a component's reader be called as Streamlit does."""

    def __init__(self, patch: pytest.MonkeyPatch, edit: Any) -> None:
        self.state: dict[str, Any] = {"key": {"edit": edit}}
        patch.setattr(streamlit, "session_state", self.state)
        patch.setattr(plot, "_mount", self._mount)

    def _mount(self, *, on_edit_change, **_: Any) -> None:
        self.read = on_edit_change


@given(edit=edits("x"))
@example(edit={"seq": 1, "x": "left"})
@example(edit={"seq": 1, "x": 10**400})
@example(edit={"x": 1.0})
@example(edit=5)
def test_a_plot_is_dragged_to_finite_places_alone(edit):
    dragged: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        sent = Unmounted(patch, edit)
        plot.drawn_plot({"key": b"{}"}, "key", on_drag=dragged.append)
        sent.read()
        assert type(payloads.newest_edit("key")) is int
    assert all(map(math.isfinite, dragged))


@given(sent=JSON | st.lists(JSON, min_size=2, max_size=2))
@example(sent=[0, 10**400])
def test_a_comparison_is_zoomed_to_finite_places_alone(sent):
    span = comparison_plot._span(sent)
    assert span is None or -math.inf < span[0] < span[1] < math.inf


@given(tab=JSON | st.fixed_dictionaries({"search": JSON, "session": JSON}))
def test_a_tab_tells_of_texts_alone(tab):
    search, session = address._told(tab)
    assert isinstance(search, str)
    assert isinstance(session, str)


QUESTIONS = st.fixed_dictionaries(
    {
        "number": JSON,
        "editor": st.just("bars") | JSON,
        "state": JSON
        | st.fixed_dictionaries(
            {"names": JSON, "values": JSON | st.fixed_dictionaries({"p": JSON, "q": JSON}),
             "locked": JSON}
        ),
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def offers() -> preview._Offers:
    """A session that draws nothing but reads states as pages do."""
    offers = preview._Offers()
    offers.draw["bars"] = lambda state: {"plot": orjson.dumps(bars_of(BARS, state).names)}
    offers.draw["slider"] = lambda value: {
        "plot": orjson.dumps(live_slider._parsed(str(value), **SCALE))
    }
    preview._sessions[offers.token] = offers
    return offers


@given(question=QUESTIONS.map(lambda one: json.dumps(one)) | st.text(max_size=40))
@example(question="[" * 5_000)
@example(question='{"number": 1, "editor": {}, "state": null}')
@example(question='{"number": 1, "editor": "slider", "state": 1e999}')
@example(question='{"number": 1, "editor": "bars", "state": {"names": "ab", "values": []}}')
def test_every_question_for_a_preview_gets_an_answer(offers, question):
    answer = json.loads(preview.answer(offers.token, question))
    assert set(answer) == {"number", "plots"}
