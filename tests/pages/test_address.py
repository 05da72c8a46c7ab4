"""Which address a session takes its state from when it meets a tab that is open already."""

from __future__ import annotations

from typing import Any

import pytest

from pages.components.address import address
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


def link(app) -> dict[str, str]:
    return dict(components(app, "address")["address"]["parameters"])


def test_a_new_session_shows_what_the_tab_shows_and_not_what_it_was_opened_with(tab):
    app = opened("home")
    tab["tab"] = {"session": "the one before", "search": SHOWN}
    visited(app, "divergence", **OPENED_WITH)
    assert state(app) == {"p": [0.125, 0.875], "q": [1, 0]}
    assert link(app)["unit"] == "nats"


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
    assert "note" not in link(app)


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
