"""Tables of the run store, their JSON columns, and the clock that all machines share."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from explorer.rooms.room import Question
from explorer.runs.cluster import ClusterReport
from explorer.runs.config import TrainingConfig
from explorer.runs.meaning import from_texts, to_texts
from explorer.runs.records import Environment, RunInfo
from explorer.runs.summary import CurveSummary
from explorer.runs.sweep_grid import SweepGrid

LARGEST_INTEGER = 2**31 - 1
"""What a column of integers holds at most; steps of runs made elsewhere may be larger."""


class database_now(sa.sql.expression.FunctionElement[float]):
    """SQL for the seconds since 1970 as the database counts them."""

    type = sa.Double()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _sqlite(element: Any, compiler: Any, **_: Any) -> str:
    # Days since noon of 24 November 4714 BC, to the millisecond.
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(database_now, "postgresql")
def _postgresql(element: Any, compiler: Any, **_: Any) -> str:
    # Not now(), which stands still during a transaction.
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION)"


class Json(sa.types.TypeDecorator[Any]):
    """A column of JSON that is an object of ours in Python.

    Args:
        to_text: Writes the object as JSON.
        from_text: Reads what `to_text` wrote.
    """

    impl = sa.Text
    cache_ok = True

    def __init__(self, to_text: Callable[[Any], str], from_text: Callable[[str], Any]) -> None:
        super().__init__()
        self.to_text, self.from_text = to_text, from_text

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        """Return the text to store."""
        return None if value is None else self.to_text(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        """Return the object that was stored."""
        return None if value is None else self.from_text(value)


# A listing meets the same texts at every opening of the table. What is cached never changes.
_cached = functools.lru_cache(maxsize=4096)

_CONFIGS = Json(
    lambda configs: json.dumps([config.to_dict() for config in configs]),
    _cached(lambda text: tuple(map(TrainingConfig.from_dict, json.loads(text)))),
)
_ENVIRONMENT = Json(Environment.facts_json, _cached(Environment.from_facts))
_INFO = Json(RunInfo.to_json, RunInfo.from_json)
_RATES = Json(
    json.dumps, lambda text: {int(curve): rate for curve, rate in json.loads(text).items()}
)
_SUMMARY = Json(CurveSummary.to_json, CurveSummary.from_json)
_REPORT = Json(ClusterReport.to_json, ClusterReport.from_json)
_MEANINGS = Json(
    lambda meanings: json.dumps(to_texts(meanings)),
    _cached(lambda text: from_texts(json.loads(text))),
)
_GRID = Json(SweepGrid.to_json, SweepGrid.from_json)
_QUESTION = Json(Question.to_json, _cached(Question.from_json))
_TUPLE = Json(json.dumps, _cached(lambda text: tuple(json.loads(text))))

metadata = sa.MetaData()

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("num_curves", sa.Integer, nullable=False),
    # One per curve; of a run made elsewhere they hold the curves' names alone.
    sa.Column("configs", _CONFIGS, nullable=False),
    sa.Column("status", sa.String(16), nullable=False, index=True),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("started_at", sa.Double),
    sa.Column("ended_at", sa.Double),
    sa.Column("heartbeat", sa.Double),
    sa.Column("info", _INFO),
    # The info without its pictures, so that a table of many runs need not read them.
    sa.Column("environment", _ENVIRONMENT),
    sa.Column("message", sa.Text, nullable=False, server_default=""),
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.Column("step", sa.Integer, nullable=False, server_default="0"),
    sa.Column("total_steps", sa.Integer, nullable=False, server_default="0"),
    sa.Column("samples_per_second", sa.Double, nullable=False, server_default="0"),
    sa.Column("seconds_left", sa.Double),
    sa.Column("stop_requested", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("pause_requested", sa.Boolean, nullable=False, server_default=sa.false()),
    # By index of the curve.
    sa.Column("learning_rates", _RATES, nullable=False, server_default="{}"),
    sa.Column("worker_host", sa.Text),
    sa.Column("worker_pid", sa.Integer),
    sa.Column("worker_create_time", sa.Double),
    # Of the newest claim: whoever does not know it writes nothing.
    sa.Column("claim_token", sa.String(32)),
    # Batches written under this claim, so that none is written twice.
    sa.Column("num_batches", sa.Integer, nullable=False, server_default="0"),
    # Who queued it, as a browser's name says it in a digest; "" where nobody did.
    sa.Column("person", sa.String(64), nullable=False, server_default=""),
    sa.Column("origin", sa.Text, nullable=False, server_default=""),
    # Set once every curve is deleted.
    sa.Column("deleted_at", sa.Double),
)

# One row per published batch: a row per point would cost the trainer and every viewer more.
batches = sa.Table(
    "batches",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run_id", sa.String(32), nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    # Of a row that holds several batches: the sequence of the oldest, this row's the newest.
    sa.Column("first_sequence", sa.Integer),
    sa.Index("batches_of_run", "run_id", "sequence"),
)

# What people say of a curve, and what its records come to.
curves = sa.Table(
    "curves",
    metadata,
    sa.Column("run_id", sa.String(32), primary_key=True),
    sa.Column("curve", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("tags", _TUPLE, nullable=False, server_default="[]"),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("summary", _SUMMARY, nullable=False, server_default="{}"),
    # Of a curve made elsewhere, which has no settings that would say it.
    sa.Column("foreign_loss", sa.Text, nullable=False, server_default=""),
    sa.Column("deleted_at", sa.Double),
    # By name of a series, what a person says that it means.
    sa.Column("meanings", _MEANINGS, nullable=False, server_default="{}"),
)

# Final weights, one safetensors file per curve.
weights = sa.Table(
    "weights",
    metadata,
    sa.Column("run_id", sa.String(32), primary_key=True),
    sa.Column("curve", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)

# A grid of settings, trained run by run.
sweeps = sa.Table(
    "sweeps",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("grid", _GRID, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    # Raised when a person asks for what is missing to be tried again.
    sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
    # Whether there are cells to train; workers look here when they have nothing else to do.
    sa.Column("is_open", sa.Boolean, nullable=False, index=True),
    # Who began it, like `runs.person`.
    sa.Column("person", sa.String(64), nullable=False, server_default=""),
)

# Folders that people asked to watch. The place is "" where all who use the store see the same
# files, otherwise the name of the machine.
watched_folders = sa.Table(
    "watched_folders",
    metadata,
    sa.Column("place", sa.String(255), primary_key=True),
    sa.Column("folder", sa.String(1024), primary_key=True),
)

# What was found there: a row for each run that a file tells of, or for the file that was refused.
watched_files = sa.Table(
    "watched_files",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("place", sa.String(255), nullable=False),
    sa.Column("folder", sa.Text, nullable=False),
    # Of the file, or of the folder of event files, below the watched folder.
    sa.Column("path", sa.Text, nullable=False),
    # What the file calls the run.
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    # Why it was refused, or what was assumed.
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    # Tells the file as it was read from a later one.
    sa.Column("stamp", sa.Text, nullable=False, server_default=""),
    sa.Column("changed_at", sa.Double, nullable=False),
    sa.Column("num_points", sa.Integer, nullable=False, server_default="0"),
    sa.Column("run_id", sa.String(32), unique=True),
)

# Which cells of a sweep the curves of a run are, in the order of the curves.
sweep_runs = sa.Table(
    "sweep_runs",
    metadata,
    sa.Column("run_id", sa.String(32), primary_key=True),
    sa.Column("sweep_id", sa.String(32), nullable=False, index=True),
    sa.Column("cells", _TUPLE, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
)

# The one process that keeps workers on a cluster, and what it saw last.
cluster = sa.Table(
    "cluster",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("driver", sa.String(64), nullable=False),
    sa.Column("heartbeat", sa.Double, nullable=False),
    sa.Column("report", _REPORT, nullable=False),
)

# A workshop's rooms. Whatever belongs to one is deleted with it.
rooms = sa.Table(
    "rooms",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("code", sa.String(16), nullable=False, unique=True),
    sa.Column("spoken", sa.String(16), nullable=False, unique=True),
    # SHA-256 of the host's key: whoever reads the database hosts no room.
    sa.Column("host_key", sa.String(64), nullable=False),
    sa.Column("ends_at", sa.Double, nullable=False),
    sa.Column("joining", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("names_hidden", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("address", sa.Text, nullable=False, server_default=""),
    # Raised by every change, so that other processes see that there is one.
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
)

room_people = sa.Table(
    "room_people",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("room", sa.String(16), nullable=False, index=True),
    # Counted from 1 in each room.
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    # SHA-256 of what the person's browser shows to come back.
    sa.Column("token", sa.String(64), nullable=False),
    sa.Column("is_removed", sa.Boolean, nullable=False, server_default=sa.false()),
)

room_rounds = sa.Table(
    "room_rounds",
    metadata,
    sa.Column("room", sa.String(16), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("question", _QUESTION, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("outcome", sa.Integer),
)

room_forecasts = sa.Table(
    "room_forecasts",
    metadata,
    sa.Column("room", sa.String(16), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("person", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("forecast", _TUPLE, nullable=False),
)

# What the host's page shows at the moment, for those who follow it through another process.
room_frames = sa.Table(
    "room_frames",
    metadata,
    sa.Column("room", sa.String(16), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)
