"""Rooms of a workshop."""

import sqlalchemy as sa
from alembic import op

revision = "v2_0004"
down_revision = "v2_0003"


def upgrade() -> None:
    """Make the tables; what was recorded before stays as it is."""
    op.create_table(
        "rooms",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("code", sa.String(16), nullable=False, unique=True),
        sa.Column("spoken", sa.String(16), nullable=False, unique=True),
        sa.Column("host_key", sa.String(64), nullable=False),
        sa.Column("ends_at", sa.Double, nullable=False),
        sa.Column("joining", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("names_hidden", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("address", sa.Text, nullable=False, server_default=""),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "room_people",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("room", sa.String(16), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("is_removed", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "room_rounds",
        sa.Column("room", sa.String(16), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("outcome", sa.Integer),
    )
    op.create_table(
        "room_forecasts",
        sa.Column("room", sa.String(16), primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("person", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("forecast", sa.Text, nullable=False),
    )
    op.create_table(
        "room_frames",
        sa.Column("room", sa.String(16), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )
