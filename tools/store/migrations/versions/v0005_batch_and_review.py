"""The queue of a batch with what each call to a model answered, and what people decided in review; a first try goes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables anew: nothing was ever written to those that go. What is decided is append-only."""
    op.drop_table("decisions")
    op.drop_table("jobs")
    op.create_table(
        "runs",
        sa.Column("run", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("who", "options", "state")],
    )
    op.create_table(
        "jobs",
        sa.Column("run", sa.Text, sa.ForeignKey("runs.run"), primary_key=True),
        sa.Column("alert", sa.Text, primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("usd", sa.Float, nullable=False),
    )
    op.create_index("ix_jobs_state", "jobs", ["run", "state", "place"])
    op.create_table(
        "batch_calls",
        sa.Column("run", sa.Text, sa.ForeignKey("runs.run"), primary_key=True),
        sa.Column("request", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("usd", sa.Float, nullable=False),
    )
    op.create_table(
        "review_acts",
        sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("act", "subject", "content")],
    )
    op.create_index("ix_review_acts_about", "review_acts", ["kind", "about"])
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            refusal = "select raise(abort, 'what people decided is append-only')"
            op.execute(f"create trigger review_acts_no_{act} before {act} on review_acts begin {refusal}; end")
