"""Sweeps over a grid of settings, and the runs that train their cells."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of sweeps, empty."""
    op.create_table(
        "sweeps",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("grid", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
        sa.Column("is_open", sa.Boolean, nullable=False),
    )
    op.create_index("ix_sweeps_is_open", "sweeps", ["is_open"])
    op.create_table(
        "sweep_runs",
        sa.Column("run_id", sa.String(32), primary_key=True),
        sa.Column("sweep_id", sa.String(32), nullable=False),
        sa.Column("cells", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
    )
    op.create_index("ix_sweep_runs_sweep_id", "sweep_runs", ["sweep_id"])
