"""Which loss a curve made elsewhere minimises."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column, empty: unknown for every curve that there is."""
    op.add_column("curves", sa.Column("foreign_loss", sa.Text, nullable=False, server_default=""))
