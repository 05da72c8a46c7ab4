"""Runs and the batches of their records."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first two tables."""
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
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("total_steps", sa.Integer, nullable=False),
        sa.Column("samples_per_second", sa.Double, nullable=False),
        sa.Column("seconds_left", sa.Double),
        sa.Column("stop_requested", sa.Boolean, nullable=False),
        sa.Column("pause_requested", sa.Boolean, nullable=False),
        sa.Column("learning_rates", sa.Text, nullable=False),
        sa.Column("worker_host", sa.Text),
        sa.Column("worker_pid", sa.Integer),
        sa.Column("worker_create_time", sa.Double),
    )
    op.create_table(
        "batches",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.String(32), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Index("batches_of_run", "run_id", "sequence"),
    )
