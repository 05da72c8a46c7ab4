"""Where migrations begin. A fresh database gets the newest tables at once, from `tables`."""

revision = "v3_0001"
down_revision = None


def upgrade() -> None:
    """Change nothing."""
