"""Which address a session takes its state from when it meets a tab that is open already."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from pages.components.address import address, parameters
from pages.components.registry import PAGES
from tests.pages.page_steps import address as kept
from tests.pages.page_steps import components, opened, ran, visited

OPENED_WITH = {"p": "0.5,0.5", "q": "0.25,0.75", "unit": "bits"}
SHOWN = "?p=0.125,0.875&q=1,0&unit=nats"


@pytest.fixture
def tab(monkeypatch) -> dict[str, Any]:
    """What the tab tells with every run: `told["tab"]`, as its component keeps it."""
    told: dict[str, Any] = {}
    mount = address._mount_reconnection
    monkeypatch.setattr(address, "_mount_reconnection", lambda **rest: mount(**rest) and told)
    return told


def state(app) -> dict[str, tuple[float, ...]]:
    return components(app, "bar_editor")["divergence"]["state"]["values"]


def test_a_new_session_shows_what_the_tab_shows_and_not_what_it_was_opened_with(tab):
    app = opened("home")
    tab["tab"] = {"session": "the one before", "search": SHOWN}
    visited(app, "divergence", **OPENED_WITH)
    assert state(app) == {"p": [0.125, 0.875], "q": [1, 0]}
    assert kept(app)["unit"] == "nats"


def test_what_the_tab_told_counts_once_and_links_count_after_it(tab):
    app = opened("home")
    tab["tab"] = {"session": "the one before", "search": SHOWN}
    visited(app, "divergence", **OPENED_WITH)
    app.query_params["p"], app.query_params["via"] = "0.25,0.75", "a-link"
    assert state(ran(app))["p"] == [0.25, 0.75]
    visited(app, "entropy", p="0,1")
    assert components(app, "bar_editor")["entropy"]["state"]["values"]["p"] == [0, 1]


def test_a_later_word_of_the_tab_replaces_an_earlier_one(tab):
    app = opened("home")
    tab["tab"] = {"session": "the one before", "search": "?p=1,0&q=1,0"}
    visited(app, "divergence", **OPENED_WITH)
    tab["tab"] = {"session": "the one before", "search": SHOWN}
    assert state(ran(app)) == {"p": [0.125, 0.875], "q": [1, 0]}


def test_an_address_without_parameters_counts_too(tab):
    app = opened("home")
    tab["tab"] = {"session": "the one before", "search": ""}
    visited(app, "notes_checked", note="B3")
    assert "note" not in kept(app)


def test_a_session_that_goes_on_knows_better_than_the_tab(tab):
    app = visited(opened("home"), "divergence", **OPENED_WITH)
    name = components(app, "reconnection")["reconnection"]["session"]
    tab["tab"] = {"session": name, "search": SHOWN}
    assert state(ran(app)) == {"p": [0.5, 0.5], "q": [0.25, 0.75]}


@pytest.mark.parametrize(
    "told",
    [
        None,
        5,
        [],
        {"session": "other"},
        {"session": ["other"], "search": SHOWN},
        {"session": "other", "search": 5},
        {"session": "other", "search": SHOWN + "&x" * 60_000},
    ],
    ids=lambda told: str(told)[:30],
)
def test_what_is_no_word_of_a_tab_changes_nothing(tab, told):
    app = opened("home")
    tab["tab"] = told
    visited(app, "divergence", **OPENED_WITH)
    assert state(app) == {"p": [0.5, 0.5], "q": [0.25, 0.75]}


def test_every_session_has_a_name_of_its_own():
    names = {components(opened("home"), "reconnection")["reconnection"]["session"] for _ in "ab"}
    assert len(names) == 2


# ---------------------------------------------------------------------------- the table of a page


LINKS_SAVED = [
    line.split(": ", 1)[1]
    for line in Path(__file__).with_name("links.txt").read_text().splitlines()
]


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_link_to_a_page_names_parameters_of_its_table_alone(page):
    table = visited(opened("home"), page).session_state[address._TABLE]
    for link in LINKS_SAVED:
        path, _, query = link[1:].partition("?")
        if path == page:
            assert parse_qs(query).keys() <= table.keys()


@pytest.mark.parametrize(
    ("page", "link", "said"),
    [
        ("binary", {"y": "7"}, "“7” as y; the choices are 1, 0."),
        ("multiclass", {"y": "4"}, "“4” as y; there are 1 to 3."),
        ("multiclass", {"y": "x"}, "“x” as y; the numbers are whole and counted from 1."),
        ("divergence", {"view": "Messages", "seed": "-1"}, "“-1” as seed; a whole number"),
        ("entropy", {"tour": "999"}, "“999” as tour; there are stops 1 to"),
        ("draw", {"digit": "*12*"}, "“\\*12\\*” as digit; the choices are"),
    ],
)
def test_what_is_no_value_of_a_parameter_is_refused_once_in_words(store, page, link, said):
    app = visited(opened("home"), page, **link)
    (warning,) = [one.value for one in app.warning if "The link asks for" in one.value]
    assert said in warning
    assert not [one for one in ran(app).warning if "The link asks for" in one.value]


def test_a_value_that_is_written_reads_as_the_same_value():
    for parameter, value in (
        (parameters.option("view", ("a", "b")), "b"),
        (parameters.text("text"), "any words"),
        (parameters.whole("seed"), 7),
        (parameters.number("p", repr), 1 / 3),
        (parameters.places("labels"), []),
        (parameters.places("labels"), [0, 4]),
    ):
        assert parameter.parse(parameter.write(value)) == value


def test_a_value_that_a_page_has_not_declared_is_a_mistake():
    def page(values: dict[str, str]) -> None:
        from pages.components.address import address
        from pages.components.address.parameters import text

        address.declare(text("known"))
        address.keep(values)

    def run(**values: str) -> AppTest:
        return AppTest.from_function(page, kwargs={"values": values}).run()

    assert not run(known="a").exception
    assert run(known="a", other="b").exception
