"""The rows of a new run."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence

import sqlalchemy as sa

from explorer.runs.config import TrainingConfig
from explorer.runs.run import QUEUED
from explorer.runs.summary import CurveSummary
from explorer.store.tables import curves, runs


def queue_run(
    connection: sa.Connection, configs: Sequence[TrainingConfig], name: str, session: str = ""
) -> str:
    """Make the rows of a run that waits to be trained, and return its id."""
    run_id = secrets.token_urlsafe(6)
    row = {
        "id": run_id,
        "name": name,
        "num_curves": len(configs),
        "configs": json.dumps([config.to_dict() for config in configs]),
        "status": QUEUED,
        "created_at": time.time(),
        "session": session,
    }
    connection.execute(sa.insert(runs).values(row))
    add_curves(connection, run_id, len(configs))
    return run_id


def add_curves(
    connection: sa.Connection, run_id: str, num_curves: int, foreign_losses: Sequence[str] = ()
) -> None:
    """Make the rows of a new run's curves."""
    summary = CurveSummary().to_json()
    losses = foreign_losses or [""] * num_curves
    rows = [
        {"run_id": run_id, "curve": k, "summary": summary, "foreign_loss": losses[k]}
        for k in range(num_curves)
    ]
    connection.execute(sa.insert(curves), rows)
