"""Cases with their subjects, and the log that only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, and make SQLite refuse to change or remove what is in the log."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("who", "what", "about", "payload", "previous", "hash")],
    )
    op.create_index("ix_audit_about", "audit", ["about"])
    op.create_table(
        "cases",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("saved_at", sa.BigInteger, nullable=False),
        sa.Column("saved_by", sa.Text, nullable=False),
        sa.Column("alert", sa.Text),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("status", "recommendation", "versions", "content")],
        sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), nullable=False),
    )
    op.create_index("ix_cases_alert", "cases", ["alert"])
    op.create_table(
        "case_subjects",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("nr", sa.Integer, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["case_id", "version"], ["cases.id", "cases.version"]),
    )
    op.create_index("ix_case_subjects_subject", "case_subjects", ["subject"])
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            refusal = "select raise(abort, 'the audit log is append-only')"
            op.execute(f"create trigger audit_no_{act} before {act} on audit begin {refusal}; end")
