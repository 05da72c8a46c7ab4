"""Tags, notes and summaries by curve, final weights, deleting that can be undone."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_PICTURES = {"digits", "digit_labels"}


def upgrade() -> None:
    """Add the columns and tables, and a row for every curve there is."""
    op.add_column("runs", sa.Column("environment", sa.Text))
    op.add_column("runs", sa.Column("origin", sa.Text, nullable=False, server_default=""))
    op.add_column("runs", sa.Column("deleted_at", sa.Double))
    op.add_column("batches", sa.Column("first_sequence", sa.Integer))
    curves = op.create_table(
        "curves",
        sa.Column("run_id", sa.String(32), primary_key=True),
        sa.Column("curve", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("tags", sa.Text, nullable=False, server_default="[]"),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("summary", sa.Text),
        sa.Column("deleted_at", sa.Double),
    )
    op.create_table(
        "weights",
        sa.Column("run_id", sa.String(32), primary_key=True),
        sa.Column("curve", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
    )
    connection = op.get_bind()
    runs = sa.table(
        "runs", sa.column("id"), sa.column("num_curves"), sa.column("info"),
        sa.column("environment"),
    )  # fmt: skip
    rows = connection.execute(sa.select(runs.c.id, runs.c.num_curves, runs.c.info)).all()
    for run_id, num_curves, info in rows:
        connection.execute(
            sa.insert(curves), [{"run_id": run_id, "curve": k} for k in range(num_curves)]
        )
        if info:
            facts = {key: value for key, value in json.loads(info).items() if key not in _PICTURES}
            update = sa.update(runs).where(runs.c.id == run_id)
            connection.execute(update.values(environment=json.dumps(facts)))
