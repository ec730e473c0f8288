"""What was delivered is found in the order of delivery: any page of a month of a million items comes at once."""

from alembic import op
from sqlalchemy import text

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the index."""
    delivered = text("status = 'delivered'")
    columns = ["engagement", "service", "unit", "closed_at", "id"]
    op.create_index("item_delivered", "item", columns, sqlite_where=delivered, postgresql_where=delivered)
