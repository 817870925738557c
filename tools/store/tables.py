"""The tables of the case store.

Moments are whole seconds since 1970 UTC; types are those that SQLite and PostgreSQL share. What stands here is what
the newest migration leads to; a test compares the two.

A row whose table has a column `audit` was stored with that entry of the log, which vouches for it; `about` under
`info` names the column that says what the row is about, as the entry does too. Rows of `tombstones` say which entries
no longer have theirs.
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
    sa.Index("ix_cases_audit", "audit"),
    info={"about": "id"},
)

case_subjects = sa.Table(
    "case_subjects",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("nr", sa.Integer, primary_key=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), nullable=False),
    sa.ForeignKeyConstraint(["case_id", "version"], ["cases.id", "cases.version"]),
    sa.Index("ix_case_subjects_subject", "subject"),
    sa.Index("ix_case_subjects_audit", "audit"),
    info={"about": "case_id"},
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

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("run", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("options", sa.Text, nullable=False),  # JSON: what was asked for, and what it is run with
    sa.Column("state", sa.Text, nullable=False),  # running, ended
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("run", sa.Text, sa.ForeignKey("runs.run"), primary_key=True),
    sa.Column("alert", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),  # the order in which they are done, from 0
    sa.Column("state", sa.Text, nullable=False),  # waiting, running, drafted, blocked, needs a person, failed
    sa.Column("at", sa.BigInteger, nullable=False),  # of its last change
    sa.Column("worker", sa.Text, nullable=False),
    sa.Column("case_id", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("tokens", sa.BigInteger, nullable=False),
    sa.Column("usd", sa.Float, nullable=False),
    sa.Column("told", sa.Text, nullable=False, server_default="{}"),  # JSON: what a summary tells of its draft
    sa.Index("ix_jobs_state", "run", "state", "place"),
)

batch_calls = sa.Table(
    "batch_calls",
    metadata,
    sa.Column("run", sa.Text, sa.ForeignKey("runs.run"), primary_key=True),
    sa.Column("request", sa.Text, primary_key=True),  # SHA-256 of all that was sent: it is not paid for twice
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("reply", sa.Text, nullable=False),  # JSON: the message as it came
    sa.Column("tokens", sa.BigInteger, nullable=False),
    sa.Column("usd", sa.Float, nullable=False),
)

sent_batches = sa.Table(
    "sent_batches",
    metadata,
    sa.Column("run", sa.Text, sa.ForeignKey("runs.run"), primary_key=True),
    sa.Column(
        "batch", sa.Text, primary_key=True
    ),  # the provider's id of what is to be answered later; at first its file's
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("requests", sa.Text, nullable=False),  # JSON: the model, and its requests as batch_calls names them
    sa.Column("state", sa.Text, nullable=False),  # uploaded, sent, answered, failed
)

review_acts = sa.Table(
    "review_acts",
    metadata,
    sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),  # case, typology, rule
    sa.Column("about", sa.Text, nullable=False),  # its id
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("act", sa.Text, nullable=False),  # assigned, approved, returned, closed, edited, reopened ...
    sa.Column("subject", sa.Text, nullable=False),  # a disposition is per subject; empty for the whole
    sa.Column("content", sa.Text, nullable=False),  # JSON: reason and particulars; its hash stands in the log
    sa.Index("ix_review_acts_about", "kind", "about"),
    info={"about": "about"},
)

typology_versions = sa.Table(
    "typology_versions",
    metadata,
    sa.Column("typology", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),  # YAML: the whole file as it was proposed
    sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), nullable=False),  # who, when, why, and its hash
    sa.Index("ix_typology_versions_audit", "audit"),
    info={"about": "typology"},
)

typology_decisions = sa.Table(
    "typology_decisions",
    metadata,
    sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
    sa.Column("typology", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),  # approved, returned, retired, rolled back
    sa.ForeignKeyConstraint(["typology", "version"], ["typology_versions.typology", "typology_versions.version"]),
    sa.Index("ix_typology_decisions_typology", "typology"),
    info={"about": "typology"},
)

filing_acts = sa.Table(
    "filing_acts",
    metadata,
    sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("act", sa.Text, nullable=False),  # role, suspicion, action, codes, filed, withdrawal
    sa.Column("content", sa.Text, nullable=False),  # JSON: what was decided; its hash stands in the log
    sa.Index("ix_filing_acts_case", "case_id"),
    info={"about": "case_id"},
)

particulars = sa.Table(
    "particulars",
    metadata,
    sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
    sa.Column("content", sa.Text, nullable=False),  # JSON: what an entry tells of persons, deleted with the case
)

retention_acts = sa.Table(
    "retention_acts",
    metadata,
    sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
    sa.Column("about", sa.Text, nullable=False),  # a case, or a subject and so all its cases
    sa.Column("act", sa.Text, nullable=False),  # held, lifted
    sa.Column("content", sa.Text, nullable=False),  # JSON: the reason
    sa.Index("ix_retention_acts_about", "about"),
    info={"about": "about"},
)

tombstones = sa.Table(
    "tombstones",
    metadata,
    sa.Column("entry", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
    sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), nullable=False),  # of the deletion: who, when, why
    sa.Index("ix_tombstones_audit", "audit"),
)
