"""What is known of one run, and the state that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from explorer.runs.config import TrainingConfig
from explorer.runs.meaning import Meaning
from explorer.runs.records import Environment, RunInfo
from explorer.runs.summary import CurveSummary

QUEUED, RUNNING, PAUSED = "queued", "running", "paused"
FINISHED, STOPPED, FAILED, LOST = "finished", "stopped", "failed", "lost"
ENDED = frozenset({FINISHED, STOPPED, FAILED, LOST})
WATCHED = "watched"
"""Of a run that is read from a file in a watched folder, and goes with it until it is kept."""

LEASE_SECONDS = 10.0
"""A worker that cannot be seen from here is given up when it has said nothing for so long."""


@dataclass(frozen=True, slots=True)
class WorkerId:
    """Identity of a worker process that a later process with the same number does not share.

    Attributes:
        host: Where its process number means something: the machine, its start and, where there
            are such, the namespace of process numbers. A worker that no number finds, such as
            one in a cluster, has a text of its own here, and its lease decides alone.
        pid: Process number.
        create_time: When the process was started, in seconds since the machine was.
    """

    host: str
    pid: int
    create_time: float


@dataclass(frozen=True, slots=True)
class Control:
    """What people asked of a run.

    Attributes:
        stop: End now, keeping what was recorded.
        pause: Hold until it is taken back.
        learning_rates: New learning rate by index of the curve.
    """

    stop: bool = False
    pause: bool = False
    learning_rates: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        step: Steps made.
        total_steps: Steps in all; 0 while unknown.
        samples_per_second: Training images per second, counted once for every curve.
        seconds_left: Estimated training time left; None while unknown.
    """

    step: int = 0
    total_steps: int = 0
    samples_per_second: float = 0.0
    seconds_left: float | None = None

    @property
    def fraction(self) -> float:
        """Part of the steps made, 0 to 1."""
        return self.step / self.total_steps if self.total_steps else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """How a run came about and what became of it, as last written; see `run_state`.

    Attributes:
        status: queued, running, paused, finished, stopped, failed or lost.
        created_at: Seconds since 1970, as all times here.
        started_at: When a worker took it, or None.
        ended_at: When it ended, or None.
        heartbeat: When its worker last wrote, by the database's clock, or None.
        silence: Seconds for which the worker has written nothing although it could have, as of
            this reading; None if it never wrote.
        worker: Who took it, or None.
        error: Why it failed, in plain words.
        origin: Where a run made elsewhere was read from; "" for one trained here.
        is_shipped: Whether it came with the app, and can only be read.
    """

    status: str
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None
    heartbeat: float | None = None
    silence: float | None = None
    worker: WorkerId | None = None
    error: str = ""
    origin: str = ""
    is_shipped: bool = False


@dataclass(frozen=True, slots=True)
class Run(Lifetime):
    """One race as the store knows it.

    Attributes:
        id: Short id that can stand in a URL.
        name: What its starter called it, or "".
        configs: One per curve; for a run made elsewhere they hold the curves' names alone.
        info: What it runs on, once known.
        message: What is being done before the first step, in plain words.
        queue_place: 1 for the next to be taken, only while queued.
        progress: How far it is.
        control: What people asked of it.
    """

    id: str
    name: str
    configs: tuple[TrainingConfig, ...]
    info: RunInfo | None = None
    message: str = ""
    queue_place: int | None = None
    progress: Progress = Progress()
    control: Control = Control()


@dataclass(frozen=True, slots=True)
class CurveRow(Lifetime):
    """One curve as a row of the table of all curves; nothing of its records was read for it.

    Attributes:
        run_id: Id of its run, whose lifetime is told.
        curve: Index in its run, from 0.
        run_name: What its run is called, or "".
        num_curves: Number of curves that its run began with.
        label: What tells it from the other curves of its run.
        config: Its settings; None for a curve made elsewhere, whose settings are not known.
        environment: Data, device and versions, once known.
        summary: What its records come to.
        tags: In the order in which they were given.
        note: Free text.
        foreign_loss: Key of LOSS_LABELS of the loss that a curve made elsewhere minimises; ""
            where that is unknown, and for one trained here.
        meanings: By name of a series of a curve made elsewhere, what a person says that it means.
        has_weights: Whether its final weights are kept.
        deleted_at: When it was deleted, or None.
    """

    run_id: str
    curve: int
    run_name: str
    num_curves: int
    label: str
    config: TrainingConfig | None
    environment: Environment | None = None
    summary: CurveSummary = field(default_factory=CurveSummary)
    tags: tuple[str, ...] = ()
    note: str = ""
    foreign_loss: str = ""
    meanings: Mapping[str, Meaning] = field(default_factory=dict)
    has_weights: bool = False
    deleted_at: float | None = None

    @property
    def id(self) -> str:
        """Short text for a link: the run's id, and behind a colon the curve's index."""
        return f"{self.run_id}:{self.curve}"

    @property
    def own_loss(self) -> str:
        """Key of LOSS_LABELS of the loss that the curve minimises; "" where that is unknown."""
        return self.config.loss if self.config else self.foreign_loss


def run_state(run: Lifetime, alive: bool | None) -> str:
    """Say in what state a run is.

    Args:
        run: The run, or one curve of it, as read.
        alive: Whether its worker process lives; None where that cannot be seen, as on another
            machine. A living worker that is silent, on a machine that slept, is not lost.

    Returns:
        queued, running, paused, finished, stopped, failed, lost or watched.
    """
    if run.status in ENDED or run.status in (QUEUED, WATCHED):
        return run.status
    if alive is None:
        alive = run.silence is not None and run.silence <= LEASE_SECONDS
    return run.status if alive else LOST
