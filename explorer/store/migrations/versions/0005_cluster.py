"""What is known of a cluster."""

import sqlalchemy as sa
from alembic import op

revision = "v2_0005"
down_revision = "v2_0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "cluster",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("driver", sa.String(64), nullable=False),
        sa.Column("heartbeat", sa.Double, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
    )
