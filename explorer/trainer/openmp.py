"""How torch's threads wait for each other."""

from __future__ import annotations

import os


def limit_spinning() -> None:
    """Make waiting threads spin for a moment and then sleep; call this before importing torch.

    Each product of a small network takes some 100 µs. Threads that never spin lose a third of
    their speed on free cores to waking up; threads that spin on, the library's default, lose two
    thirds as soon as another process wants a core. Two threads on two cores gave 1.5 times the
    speed of sleeping ones on free cores, and 0.6 times beside a busy process. OpenMP reads both
    settings once, when it is loaded.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
