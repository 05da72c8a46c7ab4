"""What the stage of a race is sent, what it sends back, and how a bet is answered."""

from __future__ import annotations

import base64
import math
from dataclasses import replace

import numpy as np
import pytest

from explorer.core.recorded_race import RECORDED_RACE, STEPS_TO_90
from explorer.figures.training import whole_gradient_norm
from explorer.jobs import launcher
from explorer.runs.config import TrainingConfig
from explorer.runs.records import Records
from explorer.runs.series import CurveData
from explorer.store.run_store import RunStore
from explorer.store.shipped import SHIPPED_FOLDER, ShippedRuns
from pages.training.parts.race.confusion_images import Cell, asked_cell, images_in
from pages.training.parts.race.prediction import Bet, parse_bet, verdict
from pages.training.parts.race.snapshots import (
    MOST,
    Measurements,
    norms_by_step,
    reached,
)
from pages.training.parts.race.theatre import Moment, moment_of
from tests.runs.sample_records import Seen, a_measurement, recorded

LABELS = ("Cross-entropy", "MSE")


def measured_at(*each: tuple[int, float]) -> CurveData:
    return recorded(evaluations=[a_measurement(step, accuracy) for step, accuracy in each])


def race(*curves: CurveData) -> Records:
    return Records(curves)


@pytest.mark.parametrize("count", [1, 40, 5_000])
def test_what_was_sent_of_a_run_stays_when_more_of_it_comes(count):
    every = [(10 * place, 0.5) for place in range(count)]
    last = 10 * count
    before, after = (
        Measurements(measured_at(*own)).kept(last) for own in (every[: count // 2], every)
    )
    assert after[: len(before)] == before
    assert len(after) <= MOST + 1
    assert len(after) == count or len(after) >= MOST - 1


def test_a_snapshot_holds_the_numbers_that_were_measured():
    one = a_measurement(7, 0.25)
    measured = Measurements(recorded(evaluations=[one]))
    assert len(measured) == 1
    sent = measured.encoded(-1)
    assert (sent["step"], sent["accuracy"], sent["images"]) == (7, 0.25, 1_000)
    confusion = np.frombuffer(base64.b64decode(sent["confusion"]), "<u4").reshape(10, 10)
    np.testing.assert_array_equal(confusion, one.confusion)
    softmax = np.frombuffer(base64.b64decode(sent["softmax"]), "<f4").reshape(20, 10)
    np.testing.assert_allclose(softmax, one.digits_softmax, rtol=1e-6)


def test_the_norm_of_the_whole_gradient_joins_those_of_the_layers():
    curve = recorded(norm_steps=[10, 20], gradient_norms=[[3.0, 4.0], [3e200, 4e200]])
    np.testing.assert_allclose(whole_gradient_norm(curve).values, [5.0, 5e200])
    assert norms_by_step(curve)["steps"] == [10, 20]
    assert norms_by_step(CurveData()) == {"steps": [], "values": []}


def test_the_goal_is_reached_at_the_first_measurement_that_is_there():
    curve = measured_at((0, 0.1), (100, 0.9), (200, 0.89), (300, 0.95))
    assert reached(curve, 0.9) == 100
    assert reached(measured_at((0, math.nan), (9, 0.2)), 0.9) is None


@pytest.mark.parametrize("written", ["1", "0,5", "1,-5", "x,5", "1,5,6", "1,999999999999", "²,5"])
def test_what_is_no_bet_is_refused_in_words(written):
    with pytest.raises(ValueError, match=r"\.$"):
        parse_bet(written)


def test_a_bet_comes_back_from_the_address():
    assert parse_bet(Bet(1, 1500).written()) == Bet(1, 1500)


@pytest.mark.parametrize(
    ("bet", "curves", "answer"),
    [
        (
            Bet(0, 300),
            [((300, 0.9),), ((900, 0.91),)],
            "Right: “Cross-entropy” was there after 300 steps, 600 before “MSE”; your number was "
            "300 off.",
        ),
        (
            Bet(1, 300),
            [((300, 0.9),), ((900, 0.91),)],
            "Not so: “Cross-entropy” was there after 300 steps, 600 before “MSE”.",
        ),
        (
            Bet(0, 300),
            [((300, 0.9),), ((900, 0.7),)],
            "Right: “Cross-entropy” was there after 300 steps, and no other came that far.",
        ),
        (
            Bet(0, 300),
            [((300, 0.9),), ((300, 0.9),)],
            "“Cross-entropy” and “MSE” were measured at 90 % at the same step, 300: a tie.",
        ),
        (Bet(0, 3), [((9, 0.1),), ((9, 0.2),)], "No network reached 90 %, so nobody won."),
    ],
)
def test_a_race_answers_a_bet_in_one_sentence(bet, curves, answer):
    records = race(*(measured_at(*each) for each in curves))
    said = verdict(bet, LABELS, records, ended=True)
    assert said.startswith(f"Your bet: “{LABELS[bet.curve]}” reaches 90 % first, by {bet.steps}")
    assert said.endswith(answer)
    assert verdict(bet, LABELS, records, ended=False) == ""
    assert verdict(replace(bet, curve=2), LABELS, records, ended=True) == ""


def test_a_bet_on_one_network_is_on_its_steps_alone():
    said = verdict(Bet(0, 250), LABELS[:1], race(measured_at((300, 0.92))), ended=True)
    assert said.endswith("after 250 steps. It was there after 300: 50 off.")


def test_a_moment_that_a_browser_tells_is_read_and_anything_else_is_not():
    told = {"run": "a", "step": 7, "tab": "Loss", "asked": 2, "image": 9}
    assert moment_of(told, "a") == Moment(7, "Loss", 2, 9, "a")
    for wrong in (None, -1):
        other = moment_of({**told, "step": wrong, "image": wrong}, "a")
        assert other == Moment(None, "Loss", 2, 0, "a")
    for wrong in (None, 7, {**told, "run": "b"}, {**told, "tab": "x"}, {**told, "asked": True}):
        assert moment_of(wrong, "a") is None


def test_a_cell_that_there_is_not_is_not_asked_for():
    cell = {"curve": 1, "truth": 4, "said": 9}
    assert asked_cell(cell, 2) == Cell(1, 4, 9)
    for wrong in (None, {}, {**cell, "curve": 2}, {**cell, "truth": 10}, {**cell, "said": "9"}):
        assert asked_cell(wrong, 2) is None


@pytest.fixture
def shipped(monkeypatch, tmp_path) -> RunStore:
    monkeypatch.setenv("EXPLORER_DATABASE_URL", f"sqlite:///{tmp_path}/runs.sqlite3")
    monkeypatch.delenv("EXPLORER_DATA_DIR", raising=False)
    return launcher.default_store()


def test_the_recorded_race_shows_the_images_of_a_cell_that_came_with_it(shipped):
    run = shipped.runs.get(RECORDED_RACE)
    came = ShippedRuns(SHIPPED_FOLDER).images
    for curve in range(2):
        confusion = (
            Seen(shipped.records.read(RECORDED_RACE).curves[curve]).evaluations[-1].confusion
        )
        cells = [
            (truth, said, images_in(run, Cell(curve, truth, said)))
            for truth in range(10)
            for said in range(10)
        ]
        assert sum(found["count"] for *_, found in cells) == len(came.labels)
        for truth, said, found in cells:
            assert found["known"]
            assert not found["whole"]
            assert found["count"] <= confusion[truth, said]
            assert (found["count"] > 0) == (confusion[truth, said] > 0)


def test_a_network_that_was_not_kept_has_no_images(shipped):
    run = replace(shipped.runs.get(RECORDED_RACE), id="gone", configs=(TrainingConfig(),))
    found = images_in(run, Cell(0, 1, 1))
    assert found == {"curve": 0, "truth": 1, "said": 1, "known": False}


def test_the_exercise_quotes_the_recorded_race(shipped):
    curves = shipped.records.read(RECORDED_RACE).curves
    assert tuple(reached(curve, 0.9) for curve in curves) == STEPS_TO_90
