"""Who began a run or a sweep: a person, where it was one session of a browser before."""

from alembic import op

revision = "v2_0006"
down_revision = "v2_0005"


def upgrade() -> None:
    """Name the columns by what they hold from now on; nobody is any of the former sessions."""
    for table in ("runs", "sweeps"):
        # As both databases know it; alembic would copy the table on SQLite.
        op.execute(f"ALTER TABLE {table} RENAME COLUMN session TO person")
