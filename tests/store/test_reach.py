from __future__ import annotations

import pytest

from explorer.runs.run import LEASE_SECONDS
from explorer.store.reach import LONGEST_WAIT_SECONDS, Reach


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reach(clock: Clock) -> Reach:
    return Reach(clock)


def use(reach: Reach, clock: Clock, seconds: float, each: float = 1.0) -> None:
    """Use the database for a while, a quick transaction every second."""
    until = clock.now + seconds
    while clock.now < until:
        reach.succeeded(reach.begin())
        clock.now += each
    reach.succeeded(reach.begin())


def test_silence_counts_as_far_as_it_could_be_heard(reach: Reach, clock: Clock) -> None:
    assert reach.counted(60.0) == 0.0
    use(reach, clock, 4)
    assert reach.counted(60.0) == pytest.approx(4)
    use(reach, clock, 30)
    assert reach.counted(60.0) == pytest.approx(34)
    assert reach.counted(2.0) == 2.0
    assert reach.counted(None) is None


def test_a_failure_ends_what_was_heard(reach: Reach, clock: Clock) -> None:
    use(reach, clock, 60)
    reach.failed()
    assert reach.counted(60.0) == 0.0
    use(reach, clock, 3)
    assert reach.counted(60.0) == pytest.approx(3)


def test_a_transaction_that_was_held_up_ends_it_too(reach: Reach, clock: Clock) -> None:
    use(reach, clock, 60)
    began = reach.begin()
    clock.now += 8
    reach.succeeded(began)
    assert reach.counted(60.0) == 0.0


def test_what_nobody_listened_to_was_not_heard(reach: Reach, clock: Clock) -> None:
    use(reach, clock, 60)
    clock.now += LEASE_SECONDS + 1
    reach.succeeded(reach.begin())
    assert reach.counted(60.0) == 0.0


def test_a_silence_longer_than_any_wait_counts_whole(reach: Reach) -> None:
    assert LONGEST_WAIT_SECONDS >= 600
    silence = LONGEST_WAIT_SECONDS + LEASE_SECONDS + 1
    assert reach.counted(silence) == silence
