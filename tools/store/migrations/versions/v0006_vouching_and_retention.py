"""What the log vouches for is append-only on every database; legal holds, and tombstones of what was deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_LOG = "the audit log is append-only"
_KEPT = "what people decided, and what the log vouches for, is append-only"
_FOR_GOOD = ("typology_versions", "typology_decisions", "tombstones")
_UNTIL_DELETED = ("cases", "case_subjects", "particulars", "filing_acts", "review_acts", "retention_acts")


def upgrade() -> None:
    """Make the tables; rows of cases say which entry vouches for them; nothing is changed, or deleted untold."""
    _entry_of_subjects()
    for table in ("cases", "case_subjects", "typology_versions"):
        op.create_index(f"ix_{table}_audit", table, ["audit"])
    op.create_table("particulars", _entry(), sa.Column("content", sa.Text, nullable=False))
    op.create_table(
        "retention_acts", _entry(), *[sa.Column(name, sa.Text, nullable=False) for name in ("about", "act", "content")]
    )
    op.create_index("ix_retention_acts_about", "retention_acts", ["about"])
    op.create_table(
        "tombstones",
        sa.Column("entry", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
        sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), nullable=False),
    )
    op.create_index("ix_tombstones_audit", "tombstones", ["audit"])
    _guard_sqlite() if op.get_bind().dialect.name == "sqlite" else _guard_postgresql()


def _entry() -> sa.Column[int]:
    return sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False)


def _entry_of_subjects() -> None:
    """A case's subjects bear the number of the entry that their case bears."""
    op.add_column("case_subjects", sa.Column("audit", sa.BigInteger))
    of_case = "select audit from cases where cases.id = case_id and cases.version = case_subjects.version"
    op.execute(f"update case_subjects set audit = ({of_case})")
    with op.batch_alter_table("case_subjects") as table:
        table.alter_column("audit", existing_type=sa.BigInteger, nullable=False)
        table.create_foreign_key("case_subjects_audit_fkey", "audit", ["audit"], ["seq"])


def _guard_sqlite() -> None:
    for table in ("filing_acts", "review_acts"):
        op.execute(f"drop trigger {table}_no_update")
        op.execute(f"drop trigger {table}_no_delete")
    deleted = "when not exists (select 1 from tombstones where entry = old.audit)"
    for table in (*_FOR_GOOD, *_UNTIL_DELETED):
        refusal = f"begin select raise(abort, '{_KEPT}'); end"
        op.execute(f"create trigger {table}_no_update before update on {table} {refusal}")
        unless = deleted if table in _UNTIL_DELETED else ""
        op.execute(f"create trigger {table}_no_delete before delete on {table} {unless} {refusal}")


def _guard_postgresql() -> None:
    deleted = "if exists (select 1 from tombstones where entry = old.audit) then return old; end if;"
    _function("casewright_log", _LOG)
    _function("casewright_kept", _KEPT)
    _function("casewright_kept_until_deleted", _KEPT, f"if tg_op = 'DELETE' then {deleted} end if;")
    guards = {"audit": "casewright_log", **dict.fromkeys(_FOR_GOOD, "casewright_kept")}
    for table, guard in {**guards, **dict.fromkeys(_UNTIL_DELETED, "casewright_kept_until_deleted")}.items():
        for act, each in (("update", "row"), ("delete", "row"), ("truncate", "statement")):
            op.execute(
                f"create trigger {table}_no_{act} before {act} on {table} for each {each} execute function {guard}()"
            )


def _function(name: str, why: str, first: str = "") -> None:
    body = f"begin {first} raise exception '{why}'; end"
    op.execute(f"create function {name}() returns trigger language plpgsql as $$ {body} $$")
