"""What is under way between the shards of a database: what set out, and what came in last."""

from alembic import op
from sqlalchemy import MetaData

from alihdaya.store.columns import define

revision = "0009"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables."""
    metadata = MetaData()
    columns = "seq int, number int, shard int, kind text, name text, key text, payload blob, item int, until int"
    define(metadata, "post", "seq number", columns)
    define(metadata, "arrived", "shard", "shard int, seq int, number int")
    metadata.create_all(op.get_bind())
