from __future__ import annotations

import pytest

from explorer.runs.config import TrainingConfig
from explorer.store.run_store import RunStore
from explorer.trainer import recording
from explorer.trainer.recording import Recorder
from tests.runs.sample_records import Seen, divergence, one_step


def test_the_first_record_is_written_at_once_and_the_rest_in_batches(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(recording.time, "monotonic", lambda: now)
    run_id = store.runs.create([TrainingConfig()])
    recorder = Recorder(store, run_id, [100])
    recorder.add(one_step(0, 1, 200, 1.0, 0.1))
    assert Seen(store.records.read(run_id).curves[0]).steps.tolist() == [1]
    recorder.add(one_step(0, 2, 400, 1.0, 0.2))
    recorder.add(one_step(0, 3, 600, 1.0, 0.3))
    assert Seen(store.records.read(run_id).curves[0]).steps.tolist() == [1]
    now += recording.APPEND_SECONDS
    recorder.add(one_step(0, 4, 800, 1.0, 0.4))
    assert Seen(store.records.read(run_id).curves[0]).steps.tolist() == [1, 2, 3, 4]
    recorder.add(one_step(0, 5, 1000, 1.0, 0.5))
    recorder.flush()
    recorder.flush()
    assert Seen(store.records.read(run_id).curves[0]).steps.tolist() == [1, 2, 3, 4, 5]


def test_rate_and_time_left_follow_from_the_records(store: RunStore) -> None:
    run_id = store.runs.create([TrainingConfig(), TrainingConfig()])
    recorder = Recorder(store, run_id, [100, 100])
    for step in range(1, 21):
        for curve in (0, 1):
            recorder.add(one_step(curve, step, step * 200, 1.0, step / 10))
    recorder.flush()
    progress = store.runs.get(run_id).progress
    assert (progress.step, progress.total_steps) == (20, 100)
    assert progress.samples_per_second == pytest.approx(2 * 2000)
    assert progress.seconds_left == pytest.approx(8.0)


def test_a_curve_that_diverged_is_not_waited_for(store: RunStore) -> None:
    run_id = store.runs.create([TrainingConfig(), TrainingConfig()])
    recorder = Recorder(store, run_id, [100, 100])
    recorder.add(one_step(1, 10, 2000, float("inf"), 1.0))
    recorder.add(divergence(1, 10))
    recorder.add(one_step(0, 10, 2000, 1.0, 1.0))
    recorder.flush()
    assert store.runs.get(run_id).progress.seconds_left == pytest.approx(90 * 1.0 / 20)


def test_curves_that_train_in_step_are_written_together(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(recording.time, "monotonic", lambda: now)
    run_id = store.runs.create([TrainingConfig(), TrainingConfig(name="another")])
    recorder = Recorder(store, run_id, [100, 100])
    for step in (1, 2, 3):
        now += recording.APPEND_SECONDS
        recorder.add(*(one_step(curve, step, 200 * step, 1.0, step / 10) for curve in (0, 1)))
        first, second = map(Seen, store.records.read(run_id).curves)
        assert first.steps.tolist() == second.steps.tolist() == list(range(1, step + 1))
