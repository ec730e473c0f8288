"""Who awaits a message is found by a hash of its key: a btree refuses keys longer than a third of its page."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Change the index."""
    op.drop_index("subscription_name_key", "subscription")
    op.create_index("subscription_key", "subscription", ["key"], postgresql_using="hash")
