"""Which curves are one group: repetitions of one experiment, or alike in a setting."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from explorer.runs.config import TrainingConfig
from explorer.runs.records import Environment
from explorer.runs.run import CurveRow
from explorer.runs.seed_groups import group_by_seed, group_by_value, telling_groups
from tests.exchange.sample_curves import make_row
from tests.runs.sample_records import make_info

BASE = TrainingConfig(dataset="digits", device="cpu")


def row(place: int = 0, environment: Environment | None = None, **settings: object) -> CurveRow:
    changes = {"environment": environment} if environment else {}
    return make_row(curve=place, config=replace(BASE, **settings), **changes)


def test_curves_that_differ_by_seed_alone_are_one_group():
    rows = [row(0, seed=0), row(1, seed=0, learning_rate=0.5), row(2, seed=7, name="again")]
    assert group_by_seed(rows) == [(0, 2), (1,)]


def test_a_repeated_seed_tells_nothing_of_the_spread():
    assert group_by_seed([row(0, seed=3), row(1, seed=3)]) == [(0,), (1,)]


def test_other_data_or_another_kind_of_device_is_another_experiment():
    facts = make_info(dataset="digits", data_md5="1" * 32).facts_json()
    other = Environment.from_facts(facts)
    assert group_by_seed([row(0), row(1, environment=other, seed=1)]) == [(0,), (1,)]
    gpus = [
        Environment.from_facts(make_info(dataset="digits", device=device).facts_json())
        for device in ("cpu", "cuda:0", "cuda:1")
    ]
    rows = [row(k, environment=environment, seed=k) for k, environment in enumerate(gpus)]
    assert group_by_seed(rows) == [(0,), (1, 2)]


def test_curves_made_elsewhere_stay_alone():
    rows = [make_row(curve=0, config=None), make_row(curve=1, config=None)]
    assert group_by_seed(rows) == [(0,), (1,)]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0.1, 0.5])), max_size=12))
def test_every_curve_is_in_one_group(drawn):
    rows = [row(k, seed=seed, learning_rate=rate) for k, (seed, rate) in enumerate(drawn)]
    groups = group_by_seed(rows)
    assert sorted(place for group in groups for place in group) == list(range(len(rows)))
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    for group in groups:
        assert len({rows[place].config.learning_rate for place in group}) == 1
        assert len({rows[place].config.seed for place in group}) == len(group)


@given(st.lists(st.none() | st.sampled_from("abc"), max_size=12))
def test_curves_that_share_a_value_are_one_group_and_those_without_stay_alone(values):
    groups = group_by_value(values)
    assert sorted(place for group in groups for place in group) == list(range(len(values)))
    for group in groups:
        assert len({values[place] for place in group}) == 1
        assert len(group) == 1 or values[group[0]] is not None
    known = {value for value in values if value is not None}
    assert len(groups) == len(known) + values.count(None)
    assert groups == sorted(groups)


def test_many_curves_are_told_apart_by_a_setting_before_their_run():
    settings = [{"Seed": str(k), "rate": str(k % 3), "name": str(k)} for k in range(40)]
    runs = [f"run {k % 4}" for k in range(40)]
    assert telling_groups(settings, runs) == ("rate", [str(k % 3) for k in range(40)])
    plain = [{"Seed": str(k), "same": "1"} for k in range(40)]
    assert telling_groups(plain, runs) == ("Run", runs)
    assert telling_groups(plain, ["one"] * 40) == ("", [""] * 40)
