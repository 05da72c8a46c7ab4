"""What is read from watched folders."""

import sqlalchemy as sa
from alembic import op

revision = "v2_0002"
down_revision = "v2_0001"


def upgrade() -> None:
    """Make the tables of watched folders and of what was found in them."""
    op.create_table(
        "watched_folders",
        sa.Column("place", sa.String(255), primary_key=True),
        sa.Column("folder", sa.String(1024), primary_key=True),
    )
    op.create_table(
        "watched_files",
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
