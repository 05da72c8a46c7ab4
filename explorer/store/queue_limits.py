"""How many races and sweeps may wait: of one person, and of everybody."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

import sqlalchemy as sa

from explorer.runs.config import ConfigError, TrainingConfig
from explorer.runs.run import QUEUED
from explorer.store.tables import runs, sweep_runs, sweeps

WORK_VARIABLE = "EXPLORER_MAX_EPOCH_PARAMETERS"
"""Names the most epochs × parameters that one run may ask for; without it there is no limit."""


class QueueFull(ConfigError):
    """So many races and sweeps wait already that no more are taken; a plain sentence."""


def _most_queued(variable: str, default: int) -> int:
    text = os.environ.get(variable, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise ConfigError(f"{variable} must be a whole number of at least 1, not {text!r}.")
    return int(text)


def most_work() -> float:
    """Return the most epochs × parameters that one run may ask for; infinity without a limit.

    Raises:
        ConfigError: The environment variable is not a number above 0.
    """
    text = os.environ.get(WORK_VARIABLE, "")
    if not text:
        return math.inf
    try:
        limit = float(text)
    except ValueError:
        limit = math.nan
    if not limit > 0:
        raise ConfigError(f"{WORK_VARIABLE} must be a number above 0, not {text!r}.")
    return limit


def work_of(config: TrainingConfig) -> int:
    """Return the epochs × parameters of one curve."""
    return config.epochs * config.num_parameters


def check_work(configs: Sequence[TrainingConfig]) -> None:
    """Check that a run with these curves, or a cell of a sweep, asks for no more than one may.

    Raises:
        ConfigError: It asks for more; with figures. Or the limit cannot be used.
    """
    limit, work = most_work(), sum(map(work_of, configs))
    if work > limit:
        raise ConfigError(
            f"This asks for {work:,} epochs × parameters, and one run may have {limit:,.0f} on "
            "this server: choose fewer epochs, fewer curves or smaller hidden layers."
        )


def check_room(connection: sa.Connection, person: str) -> None:
    """Check that one more race or sweep may wait.

    Two that are asked for in the same moment may both be taken where there is room for one.

    Args:
        person: Who asks, or "", for whom there is no limit of their own.

    Raises:
        QueueFull: There is no room.
        ConfigError: A limit in the environment cannot be used.
    """
    if person:
        limit = _most_queued("EXPLORER_MAX_QUEUED_PER_PERSON", 20)
        if _count_waiting(connection, person) >= limit:
            raise QueueFull(
                f"{limit} of your races and sweeps are waiting already, as many as one person may "
                "have: train this one when some of them have begun, or stop one."
            )
    limit = _most_queued("EXPLORER_MAX_QUEUED", 200)
    if _count_waiting(connection) >= limit:
        raise QueueFull(
            f"{limit} races and sweeps are waiting already, as many as this server takes: try "
            "again when some of them have begun."
        )


def _count_waiting(connection: sa.Connection, person: str | None = None) -> int:
    """Count queued races, and sweeps that are not done; a sweep's own runs count with it."""
    of_sweep = sa.select(sweep_runs.c.run_id).where(sweep_runs.c.run_id == runs.c.id).exists()
    queued = sa.select(sa.func.count()).select_from(runs)
    queued = queued.where(runs.c.status == QUEUED, runs.c.deleted_at.is_(None), ~of_sweep)
    open_sweeps = sa.select(sa.func.count()).select_from(sweeps).where(sweeps.c.is_open)
    if person is not None:
        queued = queued.where(runs.c.person == person)
        open_sweeps = open_sweeps.where(sweeps.c.person == person)
    return connection.execute(queued).scalar_one() + connection.execute(open_sweeps).scalar_one()
