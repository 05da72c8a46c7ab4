from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from explorer.jobs.alarm import Alarm, ring


@pytest.fixture
def alarm(tmp_path: Path):
    alarm = Alarm(tmp_path)
    yield alarm
    alarm.close()


def test_a_sleeper_wakes_when_somebody_rings(alarm: Alarm, tmp_path: Path) -> None:
    threading.Timer(0.05, ring, [tmp_path]).start()
    begun = time.monotonic()
    assert alarm.wait(60)
    assert time.monotonic() - begun < 40


def test_who_rings_before_the_sleep_is_not_missed_and_counts_once(
    alarm: Alarm, tmp_path: Path
) -> None:
    for _ in range(3):
        ring(tmp_path)
    assert alarm.wait(30)
    assert not alarm.wait(0.01)


def test_nobody_rings_and_the_sleep_ends_by_itself(alarm: Alarm) -> None:
    assert not alarm.wait(0.01)


def test_workers_that_are_gone_and_files_that_are_none_disturb_nobody(tmp_path: Path) -> None:
    gone, there = Alarm(tmp_path), Alarm(tmp_path)
    number = (tmp_path / next(tmp_path.glob("*.wake")).name).read_text()
    gone.close()
    ring(tmp_path)
    (tmp_path / "1.wake").write_text("")
    (tmp_path / "2.wake").write_text("no number")
    (tmp_path / "3.wake").write_text("99999999")
    (tmp_path / "4.wake").write_text(number)
    ring(tmp_path)
    assert there.wait(30)
    there.close()
    ring(tmp_path)


def test_without_a_folder_the_sleep_is_only_longer(tmp_path: Path) -> None:
    alarm = Alarm(tmp_path / "nowhere")
    assert not alarm.wait(0.01)
    alarm.close()
