"""What goes between items: events that start them, messages that are kept, signals under way, and who called whom."""

from alembic import op
from sqlalchemy import Index, MetaData

from alihdaya.store.columns import define

revision = "0005"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    metadata = MetaData()
    columns = "engagement text, service text, process text, node text, part int, definition text, terms text,"
    more = "kind text, name text, due int?, left int, months int, micros int"
    define(metadata, "start", "engagement service process node part", columns + more)
    columns = "seq int, number int, name text, key text, payload blob, item int, at int, until int"
    define(metadata, "message", "seq number", columns)
    columns = "seq int, number int, name text, payload blob, item int, at int, audience blob"
    define(metadata, "signal", "seq number", columns)
    define(metadata, "lost", "seq number", "seq int, number int, why text, at int")
    define(metadata, "reached", "seq number", "seq int, number int, done int")
    called = define(metadata, "called", "item", "item int, caller int, token int")
    Index("called_caller", called.c.caller)
    metadata.create_all(op.get_bind())
