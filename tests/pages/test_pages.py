"""Every page as the server runs it: figures, numbers and addresses, without a browser."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from numpy.testing import assert_allclose
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Widget

from explorer.core.comparison import compare
from explorer.figures.numbers import written
from explorer.figures.palette import CATEGORICAL
from explorer.teaching.presets import PRESETS
from pages.components.registry import PAGES
from tests.pages.page_steps import (
    address,
    components,
    errors,
    metrics,
    opened,
    page_links,
    ran,
    visited,
)


def editor(app: AppTest) -> dict[str, Any]:
    (data,) = components(app, "bar_editor").values()
    return data


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_with_valid_plots_and_says_what_they_show(page: str):
    app = opened(page)
    assert len(app.title) == 1
    assert errors(app) == []
    for key, payload in components(app, "plot").items():
        figure = go.Figure(payload["figure"])
        assert figure.layout.height > 100, key
        assert payload["alt"].strip().endswith("."), key
        assert payload["palette"] == list(CATEGORICAL)
    # A run that changes nothing gives no widget an order, which would undo a press that came while
    # the run was under way.
    ordered = [
        node.label
        for node in ran(app)
        if isinstance(node, Widget) and getattr(node.proto, "set_value", False)
    ]
    assert ordered == []


def test_the_first_page_links_to_all_others():
    linked = {link.page for link in page_links(opened("home"))}
    assert linked == PAGES.keys() - {"home"}


# -------------------------------------------------------------------------------- entropy


def test_entropy_opens_with_the_lottery_that_has_a_favourite():
    app = opened("entropy")
    assert editor(app)["state"]["values"] == {"p": [0.1, 0.1, 0.1, 0.7]}
    shown = metrics(app)
    assert shown["Entropy H(p)"] == "1.35678 bits"
    assert shown["Maximum"] == "2 bits"
    assert float(shown["Perplexity"]) == pytest.approx(2**1.356780, rel=1e-5)


@pytest.mark.parametrize(
    ("p", "unit", "value"),
    [
        ("1/4 1/4 1/4 1/4", "bits", 2),
        ("0.001,0.001,0.001,0.997", "bits", 0.034219),
        ("63/64,1/64", "bits", 0.116115),
        ("63/64,1/64", "nats", 0.080485),
        ("63/64,1/64", "dits", 0.034954),
        ("0.5,0.5", "bits", 1),
        ("1,0", "bits", 0),
        ("1/6,1/6,1/6,1/6,1/6,1/6", "bits", math.log2(6)),
    ],
)
def test_a_link_shows_the_entropy_that_the_lessons_give(p, unit, value):
    number, shown_unit = metrics(opened("entropy", p=p, unit=unit))["Entropy H(p)"].split()
    assert shown_unit == (unit.removesuffix("s") if number == "1" else unit)
    assert float(number) == pytest.approx(value, rel=3e-6, abs=6e-7)


def test_two_outcomes_bring_the_binary_curve_and_three_the_simplex():
    keys = {"binary-entropy", "entropy-simplex"}
    for p, expected in (
        ("0.5,0.5", {"binary-entropy"}),
        ("1/3,1/3,1/3", {"entropy-simplex"}),
        ("1/4,1/4,1/4,1/4", set()),
    ):
        assert keys & components(opened("entropy", p=p), "plot").keys() == expected


# ----------------------------------------------------------------------------- divergence


def test_divergence_opens_with_the_pair_whose_directions_differ():
    shown = metrics(opened("divergence"))
    p, q = PRESETS["Skewed against uniform"].p, PRESETS["Skewed against uniform"].q
    assert shown == {
        "H(p)": "1.35678 bits",
        "H(q)": "2 bits",
        "H(p,q)": "2 bits",
        "D(p‖q)": "0.64322 bits",
        "D(q‖p)": "0.620089 bits",
        "Jensen–Shannon": f"{written(compare(p, q).jensen_shannon)} bits",
    }


@pytest.mark.parametrize(
    ("p", "q", "unit", "cross_entropy"),
    [
        ("1,0,0,0,0", "0.4,0.3,0.05,0.05,0.2", "nats", 0.916291),
        ("1,0,0,0,0", "0.4,0.3,0.05,0.05,0.2", "bits", 1.321928),
        ("1,0,0,0,0", "0.98,0.01,0,0,0.01", "nats", 0.020203),
        ("0,1,0,0", "0.1,0.6,0.2,0.1", "nats", 0.510826),
        ("1,0,0,0", "0.7,0.1,0.1,0.1", "nats", 0.3566749),
    ],
)
def test_a_link_shows_the_cross_entropy_that_the_lessons_give(p, q, unit, cross_entropy):
    shown = metrics(opened("divergence", p=p, q=q, unit=unit))
    assert shown["H(p)"] == f"0 {unit}"
    for name in ("H(p,q)", "D(p‖q)"):
        number, shown_unit = shown[name].split()
        assert shown_unit == (unit.removesuffix("s") if number == "1" else unit)
        assert float(number) == pytest.approx(cross_entropy, rel=3e-6, abs=6e-7)


def test_an_outcome_that_q_calls_impossible_is_named():
    app = opened("divergence", p="0.5,0.5,0", q="1,0,0", name=["rain", "snow", "frogs"])
    assert metrics(app)["D(p‖q)"] == "∞ bits"
    assert [warning.value for warning in app.warning] == [
        "D(p‖q) = ∞: q calls “snow” impossible, and under p that happens with probability 0.5."
    ]
    assert not app.info


def test_an_outcome_that_p_never_produces_is_named_for_the_other_direction():
    app = opened("divergence", p="1,0", q="0.75,0.25", name=["sun", "rain"])
    shown = metrics(app)
    assert shown["D(q‖p)"] == "∞ bits"
    assert shown["D(p‖q)"] == f"{written(-math.log2(0.75))} bits"
    assert "“rain”" in app.info[0].value
    assert not app.warning


def test_every_plot_of_a_pair_with_infinite_divergence_is_still_drawn():
    app = opened("divergence", p="0.5,0.5", q="1,0", view="Edits")
    plots = components(app, "plot") | components(
        visited(app, "divergence", view="Terms", via="terms"), "plot"
    )
    assert plots.keys() == {"decomposition", "kl-terms", "edit-history"}
    for key, payload in plots.items():
        assert "∞" in json.dumps(payload, ensure_ascii=False), key


# ---------------------------------------------------------------------------------- links


def test_a_link_brings_values_names_locks_and_unit():
    app = opened(
        "divergence",
        p="0.1,0.2,0.7",
        q="0.30000000000000004,0.3,0.39999999999999997",
        name=["sun", "rain & <b>snow</b>", "frogs"],
        lock="2",
        unit="nats",
    )
    state = editor(app)["state"]
    assert state["values"] == {
        "p": [0.1, 0.2, 0.7],
        "q": [0.30000000000000004, 0.3, 0.39999999999999997],
    }
    assert state["names"] == ["sun", "rain & <b>snow</b>", "frogs"]
    assert state["locked"] == [1]
    assert metrics(app)["H(p)"].endswith(" nats")


@pytest.mark.parametrize("page", ["entropy", "divergence"])
def test_the_address_that_a_page_keeps_shows_the_same_state_again(page):
    link = {"p": "1/3,1/3,1/3", "name": ["a", "b,c", "d"], "lock": "3", "unit": "dits"}
    first = opened(page, **link)
    second = opened(page, **address(first))
    assert editor(second)["state"] == editor(first)["state"]
    assert metrics(second) == metrics(first)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0.5,0.4", "sum"),
        ("0.5,x", "“x” is not a number"),
        ("nan,1", "“nan” is not a number"),
        ("-0.5,1.5", "negative"),
        ("1", "2 to 20"),
        (",".join(["0"] * 20 + ["1"]), "2 to 20"),
        ("", "at least one number"),
        ("1/0,1", "divides by zero"),
        ("9" * 3000, "characters"),
        ("<script>alert(1)</script>", "is not a number"),
    ],
)
def test_a_wrong_link_is_said_in_a_sentence_and_the_page_stays_good(text, said):
    app = opened("divergence", p=text)
    data = editor(app)
    message = data["messages"]["p"]["error"]
    assert message.startswith("From the link: ")
    assert said in message
    assert message.endswith((".", "%.")), message
    assert data["state"]["values"]["p"] == [0.1, 0.1, 0.1, 0.7]
    assert metrics(app)["D(p‖q)"] == "0.64322 bits"


@pytest.mark.parametrize(
    "link",
    [
        {"unit": "furlongs"},
        {"name": ["one", "two"]},
        {"name": ["", "", "", ""]},
        {"lock": "9,x,-1,1e3,²"},
        {"q": "0.25,0.25,0.25,0.25", "lock": ""},
        {"something": "else"},
    ],
)
def test_what_a_link_cannot_mean_is_left_out(link):
    app = opened("divergence", **link)
    assert metrics(app)["D(p‖q)"] == "0.64322 bits"
    assert editor(app)["state"]["locked"] == []


# ------------------------------------------------------------------------------ one session


def test_the_unit_changes_every_number_and_nothing_else():
    app = opened("divergence")
    app.button_group(key="divergence unit choice").set_value("nats").run()
    assert not app.exception
    preset = PRESETS["Skewed against uniform"]
    pair = compare(preset.p, preset.q, base=math.e)
    assert metrics(app) == {
        name: f"{written(value)} nats"
        for name, value in zip(
            ("H(p)", "H(q)", "H(p,q)", "D(p‖q)", "D(q‖p)", "Jensen–Shannon"),
            (
                pair.entropy_p,
                pair.entropy_q,
                pair.cross_entropy,
                pair.kl_pq,
                pair.kl_qp,
                pair.jensen_shannon,
            ),
            strict=True,
        )
    }
    assert editor(app)["state"]["values"]["p"] == [0.1, 0.1, 0.1, 0.7]


def test_a_page_is_as_one_left_it():
    app = opened("divergence", p="0.5,0.5", q="0.9,0.1", unit="nats")
    before = metrics(app)
    visited(app, "entropy")
    visited(app, "divergence")
    assert metrics(app) == before
    assert editor(app)["state"]["values"] == {"p": [0.5, 0.5], "q": [0.9, 0.1]}


def test_two_sessions_do_not_see_each_other():
    first = opened("divergence", p="0.5,0.5", q="0.9,0.1")
    second = opened("divergence")
    first.run()
    assert metrics(first)["H(p)"] == "1 bit"
    assert metrics(second)["H(p)"] == "1.35678 bits"


def test_the_figures_hold_the_numbers_of_the_page():
    app = opened("divergence")
    pieces = components(app, "plot")["decomposition"]["figure"]["data"]
    length = {trace["name"].split(" = ")[0]: trace["x"][0] for trace in pieces}
    assert_allclose(length["H(p)"] + length["D(p‖q)"], length["H(p,q)"])
    assert_allclose(np.sum(length["D(p‖q)"]), 0.643220, atol=1e-6)


# --------------------------------------------------------------- self-information and messages


def test_the_match_and_the_die_carry_the_information_of_the_lessons():
    app = opened("self_information", p="63/64")
    assert metrics(app)["I(p)"] == "0.0227201 bits"
    table = app.table[0].value
    assert table["Information"].tolist() == [
        "0.0227201 bits",
        "6 bits",
        "2.58496 bits",
        "0 bits",
        "0.116115 bits",
    ]


def test_what_is_no_probability_is_said_and_the_curve_stays():
    app = opened("self_information", p="1.5")
    (slider,) = components(app, "live_slider").values()
    assert "from 0 to 1" in slider["message"]["error"]
    assert "surprise-curve" in components(app, "plot")


def test_the_information_of_a_linked_sequence_adds_up():
    shown = metrics(opened("self_information", source="Table tennis", events="1 1 2"))
    assert shown["this sequence"] == f"{written(6 - 2 * math.log2(63 / 64))} bits"
    assert shown["events"] == "3"


def test_a_sequence_that_cannot_be_read_keeps_the_last_good_one():
    app = opened("self_information", source="Die", events="6 6")
    app.text_input[0].set_value("six").run()
    assert "“six” is not an outcome" in app.error[0].value
    assert metrics(app)["events"] == "2"
    assert app.text_input[0].value == "six"


@pytest.mark.parametrize(
    ("p", "q"), [("0.1,0.2,0.7", "0.3,0.3,0.4"), ("0.5,0.5,0", "1,0,0"), ("0,1", "0.5,0.5")]
)
@pytest.mark.parametrize(
    ("view", "plots"),
    [
        ("Messages", {"average-lengths"}),
        ("Codes", {"code-tree-p", "code-tree-q"}),
        ("Gibbs", {"decomposition", "gibbs-tangent"}),
        ("Shares", {"decomposition", "gibbs-shares"}),
        ("Edits", {"decomposition", "edit-history"}),
    ],
)
def test_every_view_stands_for_every_pair(view, plots, p, q):
    app = opened("divergence", p=p, q=q, view=view, seed="3", events="50")
    shown = components(app, "plot")
    assert shown.keys() == plots
    for payload in shown.values():
        go.Figure(payload["figure"])
    assert not app.error


def test_other_events_are_drawn_on_demand_and_the_address_holds_the_seed():
    app = opened("divergence", view="Messages", seed="3")
    (button,) = [one for one in app.button if one.label.startswith("Draw again")]
    before = components(app, "plot")["average-lengths"]["figure"]
    button.click().run()
    assert components(app, "plot")["average-lengths"]["figure"] != before
    assert address(app)["seed"] == "4"
