"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "v2_0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "runs",
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
        sa.Column("session", sa.String(64), nullable=False, server_default=""),
        sa.Column("origin", sa.Text, nullable=False, server_default=""),
        sa.Column("deleted_at", sa.Double),
    )
    op.create_table(
        "batches",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String(32), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("first_sequence", sa.Integer),
        sa.Index("batches_of_run", "run_id", "sequence"),
    )
    op.create_table(
        "curves",
        sa.Column("run_id", sa.String(32), primary_key=True),
        sa.Column("curve", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("tags", sa.Text, nullable=False, server_default="[]"),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("summary", sa.Text, nullable=False, server_default="{}"),
        sa.Column("foreign_loss", sa.Text, nullable=False, server_default=""),
        sa.Column("deleted_at", sa.Double),
    )
    op.create_table(
        "weights",
        sa.Column("run_id", sa.String(32), primary_key=True),
        sa.Column("curve", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "sweeps",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("grid", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
        sa.Column("is_open", sa.Boolean, nullable=False, index=True),
        sa.Column("session", sa.String(64), nullable=False, server_default=""),
    )
    op.create_table(
        "sweep_runs",
        sa.Column("run_id", sa.String(32), primary_key=True),
        sa.Column("sweep_id", sa.String(32), nullable=False, index=True),
        sa.Column("cells", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
    )
