"""Capturing steps, held against eager ones on the processor; benchmarks/gpu.py does it on a GPU."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.runs.config import INIT_LABELS, LOSS_LABELS, TrainingConfig
from explorer.runs.curve_data import last_step
from explorer.runs.records import by_curve
from explorer.runs.run import Control
from explorer.trainer import cuda_step, loop
from explorer.trainer.cuda_step import CapturedSteps
from explorer.trainer.data import TrainingData
from explorer.trainer.loop import train
from explorer.trainer.stack import StackInTraining
from tests.runs.sample_records import Seen
from tests.trainer.fake_graph import FakeGraph, storage, use_fake_graphs

# 600 images: 85 whole batches and one of 5.
SMALL = TrainingConfig(hidden_sizes=(12, 9), batch_size=7, epochs=2, learning_rate=0.02)
RACES = {
    "sgd": [SMALL],
    "adam": [
        replace(SMALL, optimizer="adam", learning_rate=0.003),
        replace(SMALL, optimizer="adam", seed=3),
    ],
    "mixed": [
        replace(SMALL, loss=loss, init=init, output_relu=relu, momentum=momentum, seed=seed)
        for loss, init, relu, momentum, seed in zip(
            LOSS_LABELS, INIT_LABELS, (False, True) * 2, (0, 0.9, 0, 0.5), (0, 0, 1, 2), strict=True
        )
    ],
}


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> list[FakeGraph]:
    return use_fake_graphs(monkeypatch)


def trained(race: list[TrainingConfig], data: TrainingData, control=Control):
    return list(map(Seen, by_curve(train(race, data, control), len(race))))


def assert_alike(one: Seen, other: Seen) -> None:
    """Equal but for the rounding of a processor's products, which the place in memory changes."""
    for column in ("steps", "examples_seen", "norm_steps"):
        np.testing.assert_array_equal(getattr(one, column), getattr(other, column), column)
    for column in ("losses", "gradient_norms", "dead_fractions"):
        np.testing.assert_allclose(getattr(one, column), getattr(other, column), 1e-5, 1e-6)
    assert [(e.step, e.full) for e in one.evaluations] == [
        (e.step, e.full) for e in other.evaluations
    ]
    for a, b in zip(one.evaluations, other.evaluations, strict=True):
        assert a.losses == pytest.approx(b.losses, rel=1e-5)


@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_captured_steps_give_what_eager_ones_give(
    race: list[TrainingConfig], data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    eager = trained(race, data)
    with monkeypatch.context() as patch:
        graphs = use_fake_graphs(patch)
        captured = trained(race, data)
    # Eagerly the first ten steps, the smaller batch and what is left over; 101 to 150 at once.
    assert sorted(graph.replays for graph in graphs) == [1, 10]
    for one, other in zip(captured, eager, strict=True):
        assert_alike(one, other)


@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_a_replay_touches_what_stays_in_its_place_and_no_value_of_the_host(
    race: list[TrainingConfig], data: TrainingData, graphs: list[FakeGraph]
) -> None:
    stack = StackInTraining(race, range(len(race)), data)
    with torch.no_grad():
        stack.shuffle()
        while stack.step < 30:
            stack.advance()
    (graph,) = graphs
    assert graph.replays == 2
    assert graph.host_values == []
    captured = stack._captured._captured[10]
    network, optimizer = stack._network, stack._optimizer
    state = [network.parameters, network.gradients, *optimizer.state()]
    metrics = [captured.losses, captured.norms]
    assert graph.written == {storage(tensor) for tensor in [*state, *metrics]}
    constants = [
        data.train_images, data.train_labels, captured.indices, optimizer.learning_rates,
        network._relu_mask, getattr(optimizer, "_momentum", None),
        getattr(optimizer, "_betas", None), *stack._objective._members.values(),
    ]  # fmt: skip
    known = {storage(one) for one in constants if one is not None} | graph.written
    assert graph.read <= known


def test_a_rate_changed_between_two_replays_counts_in_the_next(
    data: TrainingData, graphs: list[FakeGraph]
) -> None:
    asked = []

    def control() -> Control:
        asked.append(1)
        return Control(learning_rates={1: 1e-30} if len(asked) > 13 else {})

    first, second = trained([SMALL, SMALL], data, control)
    (change,) = second.learning_rates
    assert change % 10 == 1
    assert sum(graph.replays for graph in graphs) > 4
    same = np.isclose(first.losses, second.losses, rtol=1e-5)
    assert same[:change].all()
    assert not same[change:].any()


def test_a_number_of_the_host_in_a_step_is_found(graphs: list[FakeGraph]) -> None:
    number = torch.zeros(())

    def steps(indices: torch.Tensor, losses: torch.Tensor, norms: torch.Tensor) -> None:
        losses.fill_(number.item())
        losses.add_(torch.tensor(1.0))

    CapturedSteps((2,), 1).make(steps, torch.zeros(1, 2), torch.zeros(2, 1), torch.zeros(0, 1, 1))
    (graph,) = graphs
    assert len(graph.host_values) == 2


def test_what_cannot_be_captured_is_made_step_by_step_with_the_same_result(
    data: TrainingData,
    graphs: list[FakeGraph],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refused(graph: object, **_: object) -> None:
        raise RuntimeError("this driver captures nothing")

    monkeypatch.setattr(torch.cuda, "graph", refused)
    (eager,) = trained([SMALL], data)
    assert len(graphs) == 1
    assert "this driver captures nothing" in capsys.readouterr().err
    monkeypatch.undo()
    assert_alike(eager, trained([SMALL], data)[0])


def test_memory_that_runs_out_while_capturing_is_told_as_such(
    graphs: list[FakeGraph], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def __init__(self, graph: object, **_: object) -> None:
            pass

        def __enter__(self) -> None:
            pass

        def __exit__(self, *_: object) -> None:
            raise RuntimeError("operation failed due to a previous error during capture")

    def steps(*_: torch.Tensor) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(torch.cuda, "graph", Full)
    with pytest.raises(torch.OutOfMemoryError):
        CapturedSteps((2,), 1).make(steps, *(torch.zeros(1, 2) for _ in range(3)))


def test_a_step_is_as_quick_as_a_gpu_says_not_as_the_host_was_with_eager_ones(
    data: TrainingData, graphs: list[FakeGraph]
) -> None:
    class Event:
        def __init__(self, milliseconds: float) -> None:
            self.at = milliseconds
            self.waited_for = False

        def synchronize(self) -> None:
            self.waited_for = True

        def elapsed_time(self, later: Event) -> float:
            return later.at - self.at

    stack = StackInTraining([SMALL], [0], data)
    assert stack.seconds_ahead == 0
    with torch.no_grad():
        stack.shuffle()
        stack.advance()
        assert stack.seconds_ahead == float("inf")
        while stack.step < 20:
            stack.advance()
    captured = stack._captured
    eager = captured.step_seconds
    assert stack.seconds_ahead == 20 * eager > 0
    events = [Event(100.0), Event(100.0 + 50 * 1e-3), Event(200.0)]
    for event in events:
        stack._wait_for(event, 50)
    assert all(event.waited_for for event in events)
    assert captured.step_seconds == pytest.approx(1e-6)


def test_a_gpu_runs_ahead_of_what_is_read_by_two_readings_and_all_is_read_at_the_end(
    data: TrainingData, graphs: list[FakeGraph], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CapturedSteps, "_time_eager_steps", quick)
    monkeypatch.setattr(loop, "_LONGEST_SILENCE", float("inf"))
    made: list[int] = []
    advance = StackInTraining.advance

    def noted(stack: StackInTraining) -> None:
        advance(stack)
        made.append(stack.step)

    monkeypatch.setattr(StackInTraining, "advance", noted)
    ahead: dict[int, int] = {}
    last = 0
    for chunk in train([replace(SMALL, epochs=3)], data):
        if made_by_then := last_step(chunk.data):
            last = made_by_then
            ahead[last] = made[-1] - last
    assert last == made[-1] == 258
    assert ahead[1] == 0
    assert max(ahead.values()) >= 50


def quick(steps: CapturedSteps, step: int) -> None:
    steps.step_seconds = 1e-4


def test_a_training_that_has_ended_holds_no_memory(
    data: TrainingData, graphs: list[FakeGraph]
) -> None:
    stack = StackInTraining([SMALL], [0], data)
    with torch.no_grad():
        stack.shuffle()
        while stack.step < 20:
            stack.advance()
    held = weakref.ref(stack)
    gc.disable()
    try:
        del stack
        assert held() is None
    finally:
        gc.enable()


def test_steps_so_slow_that_a_stop_would_wait_are_made_fewer_at_once(
    graphs: list[FakeGraph], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cuda_step, "LONGEST_REPLAY", 0.1)

    def sizes(step_seconds: float) -> list[int]:
        now = [0.0]
        with monkeypatch.context() as patch:
            patch.setattr(cuda_step.time, "perf_counter", lambda: now[0])
            steps = CapturedSteps((50, 10), 7)
            step, chosen = 0, []
            while step < 120:
                chosen.append(steps.at_once(step, 1000))
                step += chosen[-1]
                now[0] += chosen[-1] * step_seconds
        return chosen

    assert sizes(0.0001) == [1] * 10 + [10] * 4 + [50] * 2
    assert sizes(0.005) == [1] * 10 + [10] * 11
    assert sizes(0.02) == [1] * 120
