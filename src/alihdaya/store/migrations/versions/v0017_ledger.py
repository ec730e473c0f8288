"""What happened between client and provider after the signing: amendments, closed invoices, disputes, payments."""

from alembic import op
from sqlalchemy import MetaData

from alihdaya.store.columns import define

revision = "0017"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    metadata = MetaData()
    columns = "seq int, number int, engagement text, tag text, body blob, at int, by text"
    define(metadata, "ledger", "seq number", columns)
    metadata.create_all(op.get_bind())
