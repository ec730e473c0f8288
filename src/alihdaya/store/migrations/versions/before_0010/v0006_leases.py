"""Which worker has which job until when."""

from alembic import op
from sqlalchemy import MetaData

from alihdaya.store.columns import define

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    metadata = MetaData()
    define(metadata, "job_lease", "seq number", "seq int, number int, worker text, lock int, until int")
    metadata.create_all(op.get_bind())
