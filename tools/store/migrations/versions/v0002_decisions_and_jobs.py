"""What people decided about a case, and the queue of a batch."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "decisions",
        sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("who", "decision", "reason")],
        sa.ForeignKeyConstraint(["case_id", "version"], ["cases.id", "cases.version"]),
    )
    op.create_index("ix_decisions_case", "decisions", ["case_id"])
    op.create_table(
        "jobs",
        sa.Column("run", sa.Text, primary_key=True),
        sa.Column("alert", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_jobs_state", "jobs", ["run", "state"])
