"""The tables of the case store.

Moments are whole seconds since 1970 UTC; types are those that SQLite and PostgreSQL share. What stands here is what
the newest migration leads to; a test compares the two.
"""

import sqlalchemy as sa

metadata = sa.MetaData()

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),  # the moment it is about: its alert's, else when it was made
    sa.Column("saved_at", sa.BigInteger, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
    sa.Column("alert", sa.Text),
    sa.Column("status", sa.Text, nullable=False),  # draft, in review, returned, approved, closed
    sa.Column("recommendation", sa.Text, nullable=False),
    sa.Column("versions", sa.Text, nullable=False),  # JSON: what it was made with
    sa.Column("content", sa.Text, nullable=False),  # JSON: the whole case
    sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), nullable=False),  # the entry that vouches for it
    sa.Index("ix_cases_alert", "alert"),
)

case_subjects = sa.Table(
    "case_subjects",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("nr", sa.Integer, primary_key=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["case_id", "version"], ["cases.id", "cases.version"]),
    sa.Index("ix_case_subjects_subject", "subject"),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),  # JSON with sorted keys: the hash is over this very text
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Index("ix_audit_about", "about"),
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),  # a disposition is per subject
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["case_id", "version"], ["cases.id", "cases.version"]),
    sa.Index("ix_decisions_case", "case_id"),
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("run", sa.Text, primary_key=True),
    sa.Column("alert", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),  # waiting, running, drafted, blocked, needs a person, failed
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("worker", sa.Text, nullable=False),
    sa.Column("case_id", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Index("ix_jobs_state", "run", "state"),
)
