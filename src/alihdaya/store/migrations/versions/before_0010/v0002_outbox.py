"""The outbox: what is to go out, and how often it was tried."""

from alembic import op
from sqlalchemy import Index, MetaData

from alihdaya.store.columns import define

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the two tables."""
    metadata = MetaData()
    columns = "seq int, number int, item int, token int, node text, name text, key text, payload blob, queued_at int"
    outbox = define(metadata, "outbox", "seq number", columns)
    Index("outbox_item", outbox.c.item)
    define(metadata, "attempt", "seq number", "seq int, number int, attempts int, reason text, next_at int")
    metadata.create_all(op.get_bind())
