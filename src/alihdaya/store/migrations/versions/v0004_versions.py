"""Definitions get numbers: each pack's versions, in the order in which the log deployed them."""

from alembic import op
from sqlalchemy import MetaData, text

from alihdaya.store.codec import decode
from alihdaya.store.columns import define

revision = "0004"
down_revision = "0005"


def upgrade() -> None:
    """Make the table, and number what was deployed before there was one."""
    metadata = MetaData()
    version = define(metadata, "version", "pack number", "pack text, number int, digest text, deployed_at int")
    connection = op.get_bind()
    metadata.create_all(connection)
    found: dict[str, dict[str, int]] = {}
    for at, body in connection.execute(text("select at, body from log where item = 0 order by seq")):
        for tag, *facts in decode(body):
            if tag == "pack.deployed":
                found.setdefault(facts[0], {}).setdefault(facts[1], at)
    rows = [
        {"pack": pack, "number": number, "digest": digest, "deployed_at": at}
        for pack, digests in found.items()
        for number, (digest, at) in enumerate(digests.items(), 1)
    ]
    if rows:
        connection.execute(version.insert(), rows)
