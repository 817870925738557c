"""What a batch's summary tells of each draft, and the requests that were sent to be answered later."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add both; jobs that are there tell nothing."""
    op.add_column("jobs", sa.Column("told", sa.Text, nullable=False, server_default="{}"))
    op.create_table(
        "sent_batches",
        sa.Column("run", sa.Text, sa.ForeignKey("runs.run"), primary_key=True),
        sa.Column("batch", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("requests", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
