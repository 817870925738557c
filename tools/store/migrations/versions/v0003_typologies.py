"""Typologies in all versions, and what people decided about them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "typology_versions",
        sa.Column("typology", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), nullable=False),
    )
    op.create_table(
        "typology_decisions",
        sa.Column("audit", sa.BigInteger, sa.ForeignKey("audit.seq"), primary_key=True, autoincrement=False),
        sa.Column("typology", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["typology", "version"], ["typology_versions.typology", "typology_versions.version"]),
    )
    op.create_index("ix_typology_decisions_typology", "typology_decisions", ["typology"])
