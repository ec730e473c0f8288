"""Which items were handed over to another service, and are awaited back."""

from alembic import op
from sqlalchemy import MetaData

from alihdaya.store.columns import define

revision = "0022"
down_revision = "0023"


def upgrade() -> None:
    """Make the table."""
    metadata = MetaData()
    columns = "item int, giver int, token int, engagement text, service text, person text, note text, at int"
    define(metadata, "handover", "item", columns)
    metadata.create_all(op.get_bind())
