"""Who is present, what waits for people, and who has what."""

from alembic import op
from sqlalchemy import MetaData

from alihdaya.store.columns import define

revision = "0010"
down_revision = "0013"


def upgrade() -> None:
    """Make the tables."""
    metadata = MetaData()
    define(metadata, "presence", "person", "person text, since int, lease int, shares blob")
    define(metadata, "absence", "person", "person text, state text, since int")
    define(metadata, "ask", "number", "number int, facts blob")
    columns = "item int, token int, ask int, priority int, queued_at int, due int?, prefer text, prefer_until int,"
    define(metadata, "piece", "item token", columns + "of_item int, of_token int, note text")
    columns = "item int, token int, person text, state text, share int, at int, until int"
    define(metadata, "hold", "item token", columns)
    metadata.create_all(op.get_bind())
