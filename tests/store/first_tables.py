"""The tables as the first version made them, in which people's runs are kept.

Never change this file: what `explorer.store.tables` changes, a migration does to these.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

sa.Table(
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
    sa.Column("environment", sa.Text),
    sa.Column("message", sa.Text, nullable=False, server_default=""),
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.Column("step", sa.Integer, nullable=False, server_default="0"),
    sa.Column("total_steps", sa.Integer, nullable=False, server_default="0"),
    sa.Column("samples_per_second", sa.Double, nullable=False, server_default="0"),
    sa.Column("seconds_left", sa.Double),
    sa.Column("stop_requested", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("pause_requested", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("learning_rates", sa.Text, nullable=False, server_default="{}"),
    sa.Column("worker_host", sa.Text),
    sa.Column("worker_pid", sa.Integer),
    sa.Column("worker_create_time", sa.Double),
    sa.Column("claim_token", sa.String(32)),
    sa.Column("num_batches", sa.Integer, nullable=False, server_default="0"),
    sa.Column("person", sa.String(64), nullable=False, server_default=""),
    sa.Column("origin", sa.Text, nullable=False, server_default=""),
    sa.Column("deleted_at", sa.Double),
)
sa.Table(
    "batches",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run_id", sa.String(32), nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("first_sequence", sa.Integer),
    sa.Index("batches_of_run", "run_id", "sequence"),
)
sa.Table(
    "curves",
    metadata,
    sa.Column("run_id", sa.String(32), primary_key=True),
    sa.Column("curve", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("tags", sa.Text, nullable=False, server_default="[]"),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("summary", sa.Text, nullable=False, server_default="{}"),
    sa.Column("foreign_loss", sa.Text, nullable=False, server_default=""),
    sa.Column("deleted_at", sa.Double),
    sa.Column("meanings", sa.Text, nullable=False, server_default="{}"),
)
sa.Table(
    "weights",
    metadata,
    sa.Column("run_id", sa.String(32), primary_key=True),
    sa.Column("curve", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)
sa.Table(
    "sweeps",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("grid", sa.Text, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
    sa.Column("is_open", sa.Boolean, nullable=False, index=True),
    sa.Column("person", sa.String(64), nullable=False, server_default=""),
)
sa.Table(
    "sweep_runs",
    metadata,
    sa.Column("run_id", sa.String(32), primary_key=True),
    sa.Column("sweep_id", sa.String(32), nullable=False, index=True),
    sa.Column("cells", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
)
sa.Table(
    "watched_folders",
    metadata,
    sa.Column("place", sa.String(255), primary_key=True),
    sa.Column("folder", sa.String(1024), primary_key=True),
)
sa.Table(
    "watched_files",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("place", sa.String(255), nullable=False),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("stamp", sa.Text, nullable=False, server_default=""),
    sa.Column("changed_at", sa.Double, nullable=False),
    sa.Column("num_points", sa.Integer, nullable=False, server_default="0"),
    sa.Column("run_id", sa.String(32), unique=True),
)
sa.Table(
    "rooms",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("code", sa.String(16), nullable=False, unique=True),
    sa.Column("spoken", sa.String(16), nullable=False, unique=True),
    sa.Column("host_key", sa.String(64), nullable=False),
    sa.Column("ends_at", sa.Double, nullable=False),
    sa.Column("joining", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("names_hidden", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("address", sa.Text, nullable=False, server_default=""),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
)
sa.Table(
    "room_people",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("room", sa.String(16), nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("token", sa.String(64), nullable=False),
    sa.Column("is_removed", sa.Boolean, nullable=False, server_default=sa.false()),
)
sa.Table(
    "room_rounds",
    metadata,
    sa.Column("room", sa.String(16), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("outcome", sa.Integer),
)
sa.Table(
    "room_forecasts",
    metadata,
    sa.Column("room", sa.String(16), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("person", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("forecast", sa.Text, nullable=False),
)
sa.Table(
    "room_frames",
    metadata,
    sa.Column("room", sa.String(16), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)
sa.Table(
    "cluster",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("driver", sa.String(64), nullable=False),
    sa.Column("heartbeat", sa.Double, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
)
