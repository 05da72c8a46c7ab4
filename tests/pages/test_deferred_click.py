"""A press is answered once, whatever ends the run in between."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from pages.training.parts.deferred_click import answer_press, forget_press, note_press

    st.button("Go", on_click=note_press, args=("go",))
    started = st.session_state.setdefault("started", [])

    def act() -> int:
        started.append(len(started) + 1)
        return started[-1]

    answer = answer_press("go", act)
    if answer is not None and not st.session_state.get("interrupted"):
        # As a newer request does, before the answer is kept.
        st.session_state["interrupted"] = True
        st.rerun()
    if answer is not None:
        st.session_state["kept"] = answer
        forget_press("go")


def test_an_interrupted_run_neither_loses_a_press_nor_answers_it_twice():
    app = AppTest.from_function(_page).run()
    assert app.session_state["started"] == []
    app.button[0].click().run()
    assert app.session_state["started"] == [1]
    assert app.session_state["kept"] == 1


def test_every_press_is_answered_and_no_run_without_one():
    app = AppTest.from_function(_page).run()
    for _ in range(3):
        app.button[0].click().run()
        app.run()
    assert app.session_state["started"] == [1, 2, 3]
