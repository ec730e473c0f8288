"""Which finished tasks somebody else is to look at, and what they found."""

from alembic import op
from sqlalchemy import Index, MetaData

from alihdaya.store.columns import define

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    """Make the table."""
    metadata = MetaData()
    columns = "item int, token int, engagement text, service text, node text, person text, at int, reviewer text?,"
    made = define(metadata, "review", "item token", columns + "reviewed_at int?, percent int?, passed bool?")
    nobody = made.c.reviewer.is_(None)
    Index("review_open", made.c.at, sqlite_where=nobody, postgresql_where=nobody)
    metadata.create_all(op.get_bind())
