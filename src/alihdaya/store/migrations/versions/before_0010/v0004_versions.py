"""Definitions get numbers, in the order in which the log deployed them; open items say since when nobody is asked."""

from alembic import op
from sqlalchemy import Connection, MetaData, text

from alihdaya.store.codec import decode
from alihdaya.store.columns import define

revision = "0004"
down_revision = "0005"


def upgrade() -> None:
    """Make the table, number what was deployed before there was one, and note when open items were last left."""
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
    _rest(connection)


def _rest(connection: Connection) -> None:
    """Put into `closed_at` of an item that is still open since when nothing of it waits for people."""
    items = connection.execute(text("select id from item where touched and status != 'delivered'")).scalars().all()
    for item in items:
        waiting: set[int] = set()
        since = None
        log = text("select at, body from log where item = :item order by seq")
        for at, body in connection.execute(log, {"item": item}):
            for tag, *facts in decode(body):
                if tag == "task.queued":
                    waiting.add(facts[0])
                    since = None
                elif tag in {"task.done", "task.cancelled"}:
                    waiting.discard(facts[0])
                    since = None if waiting else at
        connection.execute(text("update item set closed_at = :since where id = :item"), {"since": since, "item": item})
