"""Tables of the run store; `migrations` brings older databases to them."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("num_curves", sa.Integer, nullable=False),
    sa.Column("configs", sa.Text, nullable=False),
    sa.Column("status", sa.String(16), nullable=False, index=True),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("started_at", sa.Double),
    sa.Column("ended_at", sa.Double),
    sa.Column("heartbeat", sa.Double),
    sa.Column("info", sa.Text),
    sa.Column("message", sa.Text, nullable=False, default=""),
    sa.Column("error", sa.Text, nullable=False, default=""),
    sa.Column("step", sa.Integer, nullable=False, default=0),
    sa.Column("total_steps", sa.Integer, nullable=False, default=0),
    sa.Column("samples_per_second", sa.Double, nullable=False, default=0.0),
    sa.Column("seconds_left", sa.Double),
    sa.Column("stop_requested", sa.Boolean, nullable=False, default=False),
    sa.Column("pause_requested", sa.Boolean, nullable=False, default=False),
    sa.Column("learning_rates", sa.Text, nullable=False, default="{}"),
    sa.Column("worker_host", sa.Text),
    sa.Column("worker_pid", sa.Integer),
    sa.Column("worker_create_time", sa.Double),
    # Of the newest claim: whoever does not know it writes nothing.
    sa.Column("claim_token", sa.String(32)),
    # Batches written under this claim, so that none is written twice.
    sa.Column("num_batches", sa.Integer, nullable=False, server_default="0"),
    # Which browser session queued it; "" where none did.
    sa.Column("session", sa.String(64), nullable=False, server_default=""),
    # The info without its pictures, so that a table of many runs need not read them.
    sa.Column("environment", sa.Text),
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
    # Where several batches were put together: the sequence of the oldest, this row's the newest.
    sa.Column("first_sequence", sa.Integer),
    sa.Index("batches_of_run", "run_id", "sequence"),
)

# What people say of a curve, and what its records come to.
curves = sa.Table(
    "curves",
    metadata,
    sa.Column("run_id", sa.String(32), primary_key=True),
    sa.Column("curve", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("tags", sa.Text, nullable=False, server_default="[]"),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    # JSON of a CurveSummary; NULL where the records were written before there were summaries.
    sa.Column("summary", sa.Text),
    # Of a curve made elsewhere, which has no settings that would say it.
    sa.Column("foreign_loss", sa.Text, nullable=False, server_default=""),
    sa.Column("deleted_at", sa.Double),
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
    sa.Column("grid", sa.Text, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    # Raised when a person asks for what is missing to be tried again.
    sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
    # Whether there are cells to train; workers look here when they have nothing else to do.
    sa.Column("is_open", sa.Boolean, nullable=False, index=True),
    # Which browser session began it; "" where none did.
    sa.Column("session", sa.String(64), nullable=False, server_default=""),
)

# Which cells of a sweep the curves of a run are, as a JSON list in the order of the curves.
sweep_runs = sa.Table(
    "sweep_runs",
    metadata,
    sa.Column("run_id", sa.String(32), primary_key=True),
    sa.Column("sweep_id", sa.String(32), nullable=False, index=True),
    sa.Column("cells", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
)
