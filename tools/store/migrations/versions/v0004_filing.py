"""What people decide towards a report: roles, the suspicion, what was filed; a table that only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table, and make SQLite refuse to change or remove what is in it."""
    op.create_table(
        "filing_acts",
        sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("case_id", "act", "content")],
    )
    op.create_index("ix_filing_acts_case", "filing_acts", ["case_id"])
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            refusal = "select raise(abort, 'what people decided is append-only')"
            op.execute(f"create trigger filing_acts_no_{act} before {act} on filing_acts begin {refusal}; end")
