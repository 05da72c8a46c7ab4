"""A token for every claim of a run, and which session queued what."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns: nobody holds a claim, and no session is known."""
    op.add_column("runs", sa.Column("claim_token", sa.String(32)))
    op.add_column("runs", sa.Column("num_batches", sa.Integer, nullable=False, server_default="0"))
    for table in ("runs", "sweeps"):
        op.add_column(table, sa.Column("session", sa.String(64), nullable=False, server_default=""))
