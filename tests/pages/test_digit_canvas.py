"""What the server makes of the canvas's messages, which anyone can forge."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pages.training.parts import digit_canvas
from tests.pages.test_payloads import JSON

LINE = (((10, 20), (90, 20)),)


class Session:
    """One canvas's session, without a server."""

    def __init__(self) -> None:
        self.kept = digit_canvas.CanvasSession(LINE)

    def send(self, edit: Any) -> None:
        digit_canvas.take(self.kept, edit)


def test_a_drawing_is_taken_without_its_needless_points():
    session = Session()
    session.send({"seq": 1, "rev": 0, "strokes": [[0, 0, 5, 5, 10, 10], [7, 7]]})
    assert session.kept.strokes == (((0, 0), (10, 10)), ((7, 7),))
    assert (session.kept.seq, session.kept.rev, session.kept.message) == (1, 0, "")


def test_an_empty_drawing_is_taken():
    session = Session()
    session.send({"seq": 1, "rev": 0, "strokes": []})
    assert session.kept.strokes == ()


def test_a_drawing_that_cannot_be_is_refused_and_the_last_one_goes_back_to_the_browser():
    session = Session()
    session.send({"seq": 1, "rev": 0, "strokes": [[0, 999]]})
    assert session.kept.strokes == LINE
    assert session.kept.message.endswith("The last good drawing is kept.")
    assert session.kept.rev == 1
    session.send({"seq": 2, "rev": 1, "strokes": [[3, 4]]})
    assert session.kept.strokes == (((3, 4),),)
    assert session.kept.message == ""


def test_a_drawing_on_top_of_an_outdated_one_and_one_sent_twice_are_left_out():
    session = Session()
    session.send({"seq": 1, "rev": 7, "strokes": []})
    assert session.kept.strokes == LINE
    session.send({"seq": 2, "rev": 0, "strokes": [[3, 4]]})
    session.send({"seq": 2, "rev": 0, "strokes": []})
    assert session.kept.strokes == (((3, 4),),)


@given(edit=JSON | st.fixed_dictionaries({"seq": JSON, "rev": st.just(0) | JSON, "strokes": JSON}))
def test_no_message_breaks_the_page_or_leaves_what_is_no_drawing(edit):
    session = Session()
    session.send(edit)
    for stroke in session.kept.strokes:
        assert stroke
        assert all(0 <= x <= 255 and 0 <= y <= 255 for x, y in stroke)
    assert session.kept.strokes == LINE or not session.kept.message
    assert digit_canvas.INK.write(session.kept.strokes) == "" or session.kept.strokes


def test_a_long_drawing_stays_out_of_the_address():
    assert digit_canvas.INK.write(LINE) == "0a145a14"
    assert digit_canvas.INK.write((tuple((x, x % 2 * 9) for x in range(255)),) * 2) == ""
