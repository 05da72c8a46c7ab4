"""The room's page as the server runs it: the game alone, and what honesty costs."""

from __future__ import annotations

import pytest

from explorer.core.scoring import expected_score, log_score
from explorer.figures.numbers import measured, written
from explorer.rooms.solo import ROUNDS, draws
from pages.components.rooms.views import title_of
from tests.pages.page_steps import address, components, metrics, opened, press, visited

ALONE, HONEST = "Play alone", "Hedge or be honest"


def test_a_link_to_a_room_is_handed_to_the_tab_and_stays_in_its_address():
    app = opened("room", room="ABCDEFGH23")
    assert components(app, "room_view")["room"]["code"] == "ABCDEFGH23"
    assert address(app)["room"] == "ABCDEFGH23"


def test_every_page_can_lead_and_follow():
    app = opened("entropy")
    (first,) = components(app, "follow").values()
    assert first["page"] == "entropy"
    (second,) = components(visited(app, "glossary"), "follow").values()
    assert second == {**first, "page": "glossary"}


@pytest.mark.parametrize(
    ("path", "title"),
    [("/divergence?p=1,0", "KL and cross-entropy"), ("/", "Start"), ("", ""), ("/nowhere", "")],
)
def test_a_page_of_the_host_is_called_by_its_title(path, title):
    assert title_of(path) == title


def test_a_round_alone_is_scored_beside_the_computers():
    app = press(opened("room", view=ALONE, game="7"), "Commit")
    one = draws(7, 1)
    shown = metrics(app)
    assert shown["You"] == measured(float(log_score(one.outcome, [1 / 3] * 3)), "bits", 4)
    assert shown["The computer"] == measured(float(log_score(one.outcome, one.computer)), "bits", 4)
    assert metrics(opened("room", **address(app))) == shown


def test_a_game_is_gone_on_with_by_its_link_and_infinity_is_explained():
    sure = next(number for number in range(1, 100) if draws(number, 1).outcome != 0)
    app = opened("room", view=ALONE, game=str(sure), said="1,0,0;0.25,0.25,0.5")
    assert "infinite sum" in app.warning[0].value
    assert metrics(app)["You"].startswith("∞ bits (")
    played = opened("room", view=ALONE, game="7", said=";".join(["0.25,0.25,0.5"] * (ROUNDS + 5)))
    assert any(f"All {ROUNDS} rounds" in text.value for text in played.markdown)
    assert not [button for button in played.button if button.label == "Commit"]
    press(played, "New game")
    assert [button for button in played.button if button.label == "Commit"]


@pytest.mark.parametrize("said", ["1,0", "a,b,c", "0.5,0.5,0.5", "1,0,0;"])
def test_a_game_that_cannot_be_read_is_said_and_begun_anew(said):
    app = opened("room", view=ALONE, game="7", said=said)
    assert len(app.warning) == 1
    assert "You" not in metrics(app)


def test_an_honest_report_is_set_beside_a_bold_one():
    app = opened("room", view=HONEST, belief="0.8")
    belief = [0.8, 0.2]
    shown = metrics(app)
    for rule in ("brier", "linear"):
        honest, bold = (float(expected_score(belief, q, rule)) for q in (belief, [1.0, 0.0]))
        assert shown[f"{rule.capitalize()}: honest, bold"] == (
            f"{written(honest, 3)}, {written(bold, 3)}"
        )
    assert shown["Log: honest, bold"].endswith("∞ bits")
    assert components(app, "plot").keys() == {"expected-scores"}
