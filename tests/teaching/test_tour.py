"""The tour: one digit, whose numbers are those of a real network, from its label to the end."""

from __future__ import annotations

import io
import re
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

from explorer.core.information import cross_entropy, entropy, kl_divergence, self_information
from explorer.core.losses import sigmoid, softmax, softmax_squared_error_gradient
from explorer.figures.numbers import measured
from explorer.teaching import tour_digit
from explorer.teaching.tour import TAKE_HOME, TOUR, WAYS_ON
from explorer.teaching.tour_digit import BELIEF, LABEL, RIVAL, STEPS
from pages.components.registry import PAGES
from tests.runs.sample_records import Seen

STOPS = {stop.page: stop for stop in TOUR}
NETWORKS = (tour_digit.CROSS_ENTROPY, tour_digit.SQUARED_ERROR)


def test_the_tour_takes_fifteen_minutes_from_the_label_to_the_end():
    assert sum(stop.minutes for stop in TOUR) == 15
    assert list(STOPS) == [
        "self_information",
        "entropy",
        "divergence",
        "multiclass",
        "binary",
        "live",
        "draw",
        "notes_checked",
        "recap",
    ]
    assert STOPS.keys() <= PAGES.keys()


@pytest.mark.parametrize("page", STOPS)
def test_a_stop_has_an_action_a_prediction_an_outcome_and_notes_for_the_host(page):
    stop = STOPS[page]
    # One line beside the buttons at 1280 pixels, two of the outcome.
    assert len(stop.action.replace("*", "")) <= 75
    assert len(stop.title) + len(stop.setting) <= 95
    assert len(stop.question) + sum(len(option) + 3 for option in stop.options) <= 110
    assert len(stop.outcome) <= 160
    assert stop.question.endswith("?")
    assert stop.title.endswith("?")
    assert len(set(stop.options)) == len(stop.options) >= 3
    assert stop.answer is None or 0 <= stop.answer < len(stop.options)
    assert (stop.answer is None) == (page == "recap")
    host = stop.host
    assert all(len(words) > 20 for words in (host.question, host.expected, host.transition))
    assert len(host.misunderstanding) > 20
    assert "nan" not in stop.outcome


def test_what_an_action_changes_is_another_value_than_the_stop_begins_with():
    for stop in TOUR:
        for name, text in stop.done.items():
            assert stop.parameters.get(name) != text, stop.page
    # All but a guess and one's own words can be done for a presenter who has a remote alone.
    assert {page for page, stop in STOPS.items() if not stop.done} == {"notes_checked", "recap"}


def test_there_are_five_sentences_to_take_home_and_ways_on():
    assert len(TAKE_HOME) == 5
    assert {way.page for way in WAYS_ON} <= PAGES.keys()


# ------------------------------------------------------------------------------------- the digit


def test_the_image_is_a_handwritten_digit_of_the_usual_size():
    image = Image.open(io.BytesIO(tour_digit.IMAGE))
    assert (image.size, image.mode) == ((28, 28), "L")
    pixels = np.asarray(image)
    assert pixels.max() > 200
    assert 40 < (pixels > 128).sum() < 150


def test_what_the_networks_believe_are_probabilities_by_step():
    for network in NETWORKS:
        assert len(network.softmax) == len(network.accuracy) == len(STEPS)
        np.testing.assert_allclose(np.sum(network.softmax, axis=1), 1, atol=1e-9)
        assert np.min(network.softmax) >= 0
    # Same weights at the start.
    assert NETWORKS[0].softmax[0] == NETWORKS[1].softmax[0]
    assert NETWORKS[0].accuracy[0] == NETWORKS[1].accuracy[0]


def test_the_digit_is_a_4_that_is_taken_for_a_9_and_only_cross_entropy_unlearns_it():
    assert (LABEL, RIVAL) == (4, 9)
    assert np.argmax(BELIEF) == RIVAL
    assert sorted(BELIEF)[-2] == BELIEF[LABEL]
    ends = [int(np.argmax(network.softmax[-1])) for network in NETWORKS]
    assert ends == [LABEL, RIVAL]
    live = STOPS["live"]
    assert live.options[live.answer] == "Cross-entropy's"


def test_what_is_compared_with_the_truth_goes_from_a_9_to_a_4_by_cross_entropy_alone():
    said = [(network, step, int(np.argmax(q))) for network, step, q in tour_digit.beliefs()]
    assert said == [
        ("cross-entropy", 300, RIVAL),
        ("cross-entropy", STEPS[-1], LABEL),
        ("squared error", STEPS[-1], RIVAL),
    ]


def test_the_logits_are_those_of_the_belief():
    np.testing.assert_allclose(softmax(tour_digit.logits()), BELIEF, atol=2e-4)


# ------------------------------------------------------------- words and numbers, computed anew


def told(page: str) -> list[float]:
    """The numbers in the sentence after a stop."""
    words = STOPS[page].outcome.replace("−", "-").replace(",", "")
    return [float(number) for number in re.findall(r"(?<![\w₄])-?\d+(?:\.\d+)?", words)]


def test_half_the_probability_adds_a_bit():
    before, after = told("self_information")
    assert before == pytest.approx(self_information(BELIEF[LABEL]), abs=5e-4)
    assert after == pytest.approx(self_information(BELIEF[LABEL] / 2), abs=5e-4)
    assert after - before == pytest.approx(1, abs=1e-9)
    assert float(STOPS["self_information"].done["p"]) == BELIEF[LABEL] / 2


def test_a_belief_that_is_less_sure_has_more_entropy():
    before, after = told("entropy")
    assert before == pytest.approx(entropy(BELIEF), abs=5e-4)
    levelled = np.array(BELIEF)
    levelled[np.arange(10) != RIVAL] *= 0.6 / (1 - BELIEF[RIVAL])
    levelled[RIVAL] = 0.4
    # As high as the action says.
    assert levelled[LABEL] == pytest.approx(levelled[RIVAL], abs=0.005)
    assert after == pytest.approx(entropy(levelled), abs=0.05)
    assert STOPS["entropy"].options[STOPS["entropy"].answer] == "It rises"


def test_the_price_of_the_belief_is_the_surprise_of_the_label():
    p = np.eye(10)[LABEL]
    price = cross_entropy(p, BELIEF)
    assert price == pytest.approx(kl_divergence(p, BELIEF))
    assert entropy(p) == 0
    assert measured(float(price), "bits", 4) in STOPS["divergence"].outcome
    assert measured(float(price * np.log(2)), "nats", 4) in STOPS["multiclass"].setting


def test_squared_error_pulls_less_the_surer_the_network_is_of_the_wrong_digit():
    p, z = np.eye(10)[LABEL], np.array(tour_digit.logits())
    sure = z.copy()
    sure[RIVAL] = 10
    pulls = [
        -softmax_squared_error_gradient(z, p)[LABEL],
        -softmax_squared_error_gradient(sure, p)[LABEL],
        (p - softmax(z))[LABEL],
        (p - softmax(sure))[LABEL],
    ]
    _, *said = told("multiclass")
    assert said == pytest.approx(pulls, rel=5e-3)
    assert said[1] < said[0] / 50
    assert said[3] > said[2]


def test_a_saturated_sigmoid_makes_the_ratio():
    s = float(sigmoid(-10.0))
    assert told("binary")[0] == round(1 / (2 * s * (1 - s)))
    z = float(STOPS["binary"].parameters["z"])
    assert z == pytest.approx(np.log(BELIEF[LABEL] / BELIEF[RIVAL]), abs=0.005)


def test_the_belief_at_the_end_is_that_of_the_networks():
    said = told("live")
    for value in (
        NETWORKS[0].softmax[-1][LABEL],
        NETWORKS[1].softmax[-1][RIVAL],
        NETWORKS[1].softmax[-1][LABEL],
    ):
        assert round(value, 2) in said


@pytest.mark.skipif(
    find_spec("explorer.core.recorded_race") is None, reason="no race comes with the app"
)
def test_the_digit_and_its_belief_are_those_of_the_race_that_comes_with_the_app():
    from explorer.core.recorded_race import FOUR_PLACE, FOUR_TEST_INDEX, RECORDED_RACE
    from explorer.store.shipped import SHIPPED_FOLDER, ShippedRuns

    assert tour_digit.TEST_INDEX == FOUR_TEST_INDEX
    asked = STOPS["live"].parameters
    assert (asked["run"], asked["image"]) == (RECORDED_RACE, str(FOUR_PLACE + 1))
    shipped = ShippedRuns(SHIPPED_FOLDER)
    pixels = shipped.run(RECORDED_RACE).info.digits[FOUR_PLACE]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(tour_digit.IMAGE))), pixels)
    for network, records in zip(NETWORKS, shipped.records(RECORDED_RACE).curves, strict=True):
        recorded = {one.step: one.digits_softmax[FOUR_PLACE] for one in Seen(records).evaluations}
        for step, belief in zip(STEPS, network.softmax, strict=True):
            np.testing.assert_allclose(recorded[step], belief, atol=1e-3)
