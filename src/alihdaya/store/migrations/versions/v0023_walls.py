"""Conflict walls that somebody raised or took down by hand."""

from alembic import op
from sqlalchemy import MetaData

from alihdaya.store.columns import define

revision = "0023"
down_revision = "0021"


def upgrade() -> None:
    """Make the table."""
    metadata = MetaData()
    define(metadata, "wall", "person what", "person text, what text, stands bool, reason text, by text, at int")
    metadata.create_all(op.get_bind())
