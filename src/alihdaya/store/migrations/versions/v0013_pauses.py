"""When the service level clocks of items under way stood, because their customers were awaited."""

from alembic import op
from sqlalchemy import MetaData

from alihdaya.store.columns import define

revision = "0013"
down_revision = "0009"


def upgrade() -> None:
    """Make the table."""
    metadata = MetaData()
    define(metadata, "pause", "item token", "item int, token int, node text, start int, end int?")
    metadata.create_all(op.get_bind())
