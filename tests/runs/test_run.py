from __future__ import annotations

import pytest

from explorer.runs.config import TrainingConfig
from explorer.runs.run import LEASE_SECONDS, Progress, Run, run_state


@pytest.mark.parametrize(
    ("status", "silent_for", "alive", "state"),
    [
        ("queued", None, None, "queued"),
        ("queued", None, False, "queued"),
        ("running", 0.5, True, "running"),
        ("running", 9_999, True, "running"),
        ("running", 0.5, False, "lost"),
        ("running", 0.5, None, "running"),
        ("running", LEASE_SECONDS + 1, None, "lost"),
        ("running", None, None, "lost"),
        ("paused", 0.5, True, "paused"),
        ("paused", 0.5, False, "lost"),
        ("paused", LEASE_SECONDS + 1, None, "lost"),
        ("finished", 9_999, False, "finished"),
        ("stopped", 9_999, False, "stopped"),
        ("failed", 9_999, None, "failed"),
        ("lost", 0.5, True, "lost"),
    ],
)
def test_the_state_of_a_run_follows_from_its_status_silence_and_worker(
    status: str, silent_for: float | None, alive: bool | None, state: str
) -> None:
    run = Run("id", "", (TrainingConfig(),), status=status, created_at=0.0, silence=silent_for)
    assert run_state(run, alive) == state


def test_progress_is_a_fraction_and_zero_while_the_total_is_unknown() -> None:
    assert Progress().fraction == 0.0
    assert Progress(step=30, total_steps=120).fraction == 0.25
