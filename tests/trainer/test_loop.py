from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.runs.config import LOSS_LABELS, TrainingConfig
from explorer.runs.records import by_curve
from explorer.runs.run import Control
from explorer.runs.series import NOTHING, SECONDS
from explorer.store.record_bytes import to_bytes
from explorer.trainer.data import TrainingData
from explorer.trainer.loop import TrainingClock, total_steps, train
from explorer.trainer.stack import StackInTraining
from tests.runs.sample_records import Seen

SMALL = TrainingConfig(hidden_sizes=(30, 20), batch_size=50, epochs=5, learning_rate=0.05)
STEPS = 60


def curves(
    configs: Sequence[TrainingConfig],
    data: TrainingData,
    control: Callable[[], Control] = Control,
) -> list[Seen]:
    return list(map(Seen, by_curve(train(configs, data, control), len(configs))))


def assert_alike(one: Seen, other: Seen) -> None:
    """Equal but for rounding."""
    np.testing.assert_array_equal(one.steps, other.steps)
    np.testing.assert_allclose(one.losses, other.losses, rtol=2e-4, atol=1e-5)
    np.testing.assert_allclose(one.gradient_norms, other.gradient_norms, rtol=2e-3, atol=1e-4)
    for a, b in zip(one.evaluations, other.evaluations, strict=True):
        assert (a.step, a.full) == (b.step, b.full)
        assert a.accuracy == pytest.approx(b.accuracy, abs=0.021)
        np.testing.assert_allclose(a.digits_softmax, b.digits_softmax, atol=1e-3)


def without_seconds(race: Sequence[TrainingConfig], data: TrainingData) -> bytes:
    """Everything that a race records, but for the time, which no second race takes again."""
    known = by_curve(train(race, data), len(race))
    return to_bytes(
        (place, replace(curve, clocks={**curve.clocks, SECONDS: NOTHING}))
        for place, curve in enumerate(known)
    )


def batches(stack: StackInTraining) -> list[torch.Tensor]:
    """The next epoch's batches of the first seed, as indices."""
    stack.shuffle()
    return list(stack._orders[0].split(stack.batch_size))


def test_every_step_and_epoch_is_recorded(data: TrainingData) -> None:
    (curve,) = curves([SMALL], data)
    assert total_steps(SMALL, data) == STEPS
    assert curve.steps.tolist() == list(range(1, STEPS + 1))
    assert curve.examples_seen.tolist() == [50 * s for s in range(1, STEPS + 1)]
    assert curve.norm_steps.tolist() == [1, 10, 20, 30, 40, 50, 60]
    assert curve.gradient_norms.shape == (7, 3)
    assert curve.dead_fractions.shape == (7, 2)
    assert (np.diff(curve.seconds) >= 0).all()
    assert [(e.step, e.epoch, e.full) for e in curve.evaluations] == [
        (0, 0.0, False),
        *((12 * epoch, float(epoch), True) for epoch in range(1, 6)),
    ]


def test_a_long_epoch_is_measured_every_hundred_steps(data: TrainingData) -> None:
    (curve,) = curves([replace(SMALL, batch_size=4, epochs=2)], data)
    assert [(e.step, e.full) for e in curve.evaluations] == [
        (0, False), (100, False), (150, True), (200, False), (300, True),
    ]  # fmt: skip


def test_a_smaller_last_batch_counts_by_its_examples(data: TrainingData) -> None:
    (curve,) = curves([replace(SMALL, batch_size=256, epochs=2)], data)
    assert curve.examples_seen.tolist() == [256, 512, 600, 856, 1112, 1200]


def test_every_image_is_seen_once_an_epoch(data: TrainingData) -> None:
    stack = StackInTraining([replace(SMALL, batch_size=7)], [0], data)
    first, second = (torch.cat(batches(stack)) for _ in range(2))
    assert sorted(first.tolist()) == list(range(600))
    assert not torch.equal(first, second)


@pytest.mark.parametrize("loss", LOSS_LABELS)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_every_loss_is_learnt_with_every_optimizer(
    loss: str, optimizer: str, data: TrainingData
) -> None:
    # The gradient of MSE on softmax is the smallest of the four.
    rate = 0.003 if optimizer == "adam" else 0.1 if loss == "softmax_squared_error" else 0.01
    config = replace(SMALL, loss=loss, optimizer=optimizer, learning_rate=rate, epochs=8)
    (curve,) = curves([config], data)
    assert curve.evaluations[-1] is not None
    assert curve.evaluations[-1].accuracy >= 0.9
    assert curve.losses[-1] < 0.5 * curve.losses[0]


def test_the_first_loss_and_an_sgd_run_agree_with_torch_alone(data: TrainingData) -> None:
    (curve,) = curves([SMALL], data)
    stack = StackInTraining([SMALL], [0], data)
    weights = [w[0].clone().requires_grad_() for w in stack._network.weights]
    biases = [b[0, 0].clone().requires_grad_() for b in stack._network.biases]
    optimizer = torch.optim.SGD([*weights, *biases], lr=SMALL.learning_rate)
    losses = []
    for _ in range(SMALL.epochs):
        for indices in batches(stack):
            hidden = data.train_images[indices]
            for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
                hidden = torch.nn.functional.linear(
                    hidden.relu() if layer else hidden, weight, bias
                )
            loss = torch.nn.functional.cross_entropy(hidden, data.train_labels[indices])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    np.testing.assert_allclose(curve.losses, losses, rtol=1e-4)


def test_a_curve_does_not_depend_on_those_it_is_stacked_with(data: TrainingData) -> None:
    race = [
        SMALL,
        replace(SMALL, loss="softmax_squared_error", learning_rate=0.2),
        replace(SMALL, init="xavier_normal", momentum=0.9, learning_rate=0.01),
        replace(SMALL, output_relu=True, loss="raw_squared_error", learning_rate=0.005),
        replace(SMALL, seed=7, loss="multiclass_hinge"),
    ]
    together = curves(race, data)
    for config, stacked in zip(race, together, strict=True):
        assert_alike(curves([config], data)[0], stacked)


def test_configs_that_do_not_stack_race_side_by_side(data: TrainingData) -> None:
    race = [
        SMALL,
        replace(SMALL, hidden_sizes=(8,)),
        replace(SMALL, optimizer="adam", learning_rate=0.003),
        replace(SMALL, batch_size=100),
    ]
    together = curves(race, data)
    for config, own in zip(race, together, strict=True):
        assert_alike(curves([config], data)[0], own)
    first_of_all = list(itertools.islice(train(race, data), 8))
    assert {chunk.curve for chunk in first_of_all} == {0, 1, 2, 3}


@pytest.mark.parametrize("poisoned", ["raw_squared_error", "cross_entropy"])
def test_a_diverging_curve_is_recorded_and_touches_no_other(
    poisoned: str, data: TrainingData
) -> None:
    config = replace(SMALL, epochs=10)
    wild = replace(config, loss=poisoned, init="normal", learning_rate=1e6)
    race = [config, wild, replace(config, loss="multiclass_hinge", learning_rate=0.01, seed=5)]
    good, bad, hinge = curves(race, data)
    assert bad.diverged_at is not None
    assert bad.steps[-1] == bad.diverged_at < 100
    assert not math.isfinite(bad.losses[-1])
    assert np.isfinite(bad.losses[:-1]).all()
    for own, alone in ((good, race[0]), (hinge, race[2])):
        assert own.diverged_at is None
        assert own.steps[-1] == 120
        assert_alike(own, curves([alone], data)[0])


def test_a_seed_whose_only_curve_diverged_leaves_the_others_their_batches(
    data: TrainingData,
) -> None:
    config = replace(SMALL, epochs=10)
    wild = replace(config, loss="raw_squared_error", learning_rate=1e6, seed=1)
    race = [config, wild, replace(config, seed=2)]
    first, bad, last = curves(race, data)
    assert bad.diverged_at is not None
    assert_alike(first, curves([race[0]], data)[0])
    assert_alike(last, curves([race[2]], data)[0])


def test_a_race_of_which_nothing_is_left_ends(data: TrainingData) -> None:
    wild = replace(SMALL, loss="raw_squared_error", learning_rate=1e6, epochs=1000)
    (curve,) = curves([wild], data)
    assert curve.diverged_at is not None
    assert curve.steps[-1] < 100


def test_the_same_config_and_seed_give_the_same_records(data: TrainingData) -> None:
    race = [SMALL, replace(SMALL, optimizer="adam", learning_rate=0.003), replace(SMALL, seed=3)]
    first, second = (without_seconds(race, data) for _ in range(2))
    assert first == second
    assert without_seconds([replace(SMALL, seed=1)], data) != without_seconds([SMALL], data)


def test_plain_normal_weights_explode(data: TrainingData) -> None:
    kaiming, normal = curves(
        [TrainingConfig(epochs=1), TrainingConfig(epochs=1, init="normal")], data
    )
    assert kaiming.losses[0] < 10
    assert normal.losses[0] > 1000
    assert (normal.gradient_norms[0] > 10 * kaiming.gradient_norms[0]).all()


def test_dead_units_are_counted(data: TrainingData) -> None:
    (curve,) = curves([replace(SMALL, hidden_sizes=(40,), epochs=1)], data)
    stack = StackInTraining([replace(SMALL, hidden_sizes=(40,))], [0], data)
    hidden = data.train_images[batches(stack)[0]] @ stack._network.weights[0][0].T
    dead = float((hidden <= 0).all(0).float().mean())
    assert curve.dead_fractions[0, 0] == pytest.approx(dead)


def test_evaluations_agree_with_counting_by_hand(data: TrainingData) -> None:
    (curve,) = curves([SMALL], data)
    stack = StackInTraining([SMALL], [0], data)
    outputs = stack._network.forward(data.test_images[None])[-1][0]
    first = curve.evaluations[0]
    predicted = outputs.argmax(1)
    assert first.examples == 100
    assert first.accuracy == pytest.approx(float((predicted == data.test_labels).float().mean()))
    expected = np.zeros((10, 10), int)
    for true, guess in zip(data.test_labels.tolist(), predicted.tolist(), strict=True):
        expected[true, guess] += 1
    np.testing.assert_array_equal(first.confusion, expected)
    loss = torch.nn.functional.cross_entropy(outputs, data.test_labels).item()
    assert first.losses["cross_entropy"] == pytest.approx(loss, rel=1e-5)
    assert set(first.losses) == set(LOSS_LABELS)
    digits = torch.softmax(outputs[data.digit_indices], 1)
    np.testing.assert_allclose(first.digits_softmax, digits.numpy(), rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(first.digits_softmax.sum(1), 1, rtol=1e-5)


def test_a_stop_ends_the_run_with_everything_recorded(data: TrainingData) -> None:
    looks = itertools.count(1)
    (curve,) = curves([SMALL], data, lambda: Control(stop=next(looks) > 25))
    assert curve.steps.tolist() == list(range(1, 26))
    assert curve.evaluations[-1] is not None
    assert curve.evaluations[-1].step == 25


def test_a_pause_holds_the_steps_and_the_clock(
    data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[float] = []
    hold = TrainingClock.hold
    monkeypatch.setattr(
        TrainingClock, "hold", lambda clock, _: (held.append(clock.now()), hold(clock, 0.05))
    )
    looks = itertools.count(1)
    seen: list[int] = []
    wish = lambda: Control(pause=20 < next(looks) <= 30)  # noqa: E731
    for chunk in train([SMALL], data, wish):
        seen += Seen(chunk.data).steps.tolist()
        if not held:
            assert max(seen, default=0) <= 20
    assert seen == list(range(1, STEPS + 1))
    assert len(held) == 10
    assert held[-1] - held[0] < 0.05


def test_a_learning_rate_changes_for_one_curve_from_the_next_step_on(data: TrainingData) -> None:
    looks = itertools.count(1)
    tiny = 1e-30

    def control() -> Control:
        return Control(learning_rates={1: tiny} if next(looks) > 30 else {})

    race = [SMALL, SMALL]
    first, second = curves(race, data, control)
    assert first.learning_rates == {}
    assert second.learning_rates == {31: tiny}
    (untouched,) = curves([SMALL], data)
    assert_alike(first, untouched)
    # One product serves both networks, and rounds according to a column's place in it.
    np.testing.assert_allclose(second.losses[:31], first.losses[:31], rtol=1e-5)
    at_end = [e.losses["cross_entropy"] for e in second.evaluations if e.step >= 36]
    assert len(set(at_end)) == 1
    assert first.evaluations[-1].losses["cross_entropy"] < at_end[0]


def test_what_was_measured_at_a_step_is_not_measured_again(data: TrainingData) -> None:
    looks = itertools.count(1)
    # A stop is seen right behind the measurement of a whole epoch, before the next step.
    (curve,) = curves([SMALL], data, lambda: Control(stop=next(looks) > 12))
    assert [(e.step, e.full) for e in curve.evaluations] == [(0, False), (12, True)]
    (untrained,) = curves([SMALL], data, lambda: Control(stop=True))
    assert [(e.step, e.full) for e in untrained.evaluations] == [(0, False)]


def test_clocks_tell_of_every_step_and_of_the_untrained_network(data: TrainingData) -> None:
    (curve,) = curves([SMALL], data)
    for name in ("epoch", "examples", "seconds"):
        clock = curve.data.clocks[name]
        assert clock.steps.tolist() == list(range(STEPS + 1))
        assert clock.values[0] == 0
    assert curve.data.clocks["epoch"].values[-1] == SMALL.epochs
