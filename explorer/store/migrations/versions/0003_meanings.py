"""What people say that the series of a curve mean."""

import sqlalchemy as sa
from alembic import op

revision = "v2_0003"
down_revision = "v2_0002"


def upgrade() -> None:
    """Add a column to the curves; until somebody says something it is empty."""
    op.add_column("curves", sa.Column("meanings", sa.Text, nullable=False, server_default="{}"))
