"""What any terms bill as an outcome, and the deliveries that were one, out of the log."""

from collections.abc import Iterator, Sequence
from typing import Any

from alembic import op
from sqlalchemy import Connection, MetaData, Row, Table, text

from alihdaya.engagement.rates.outcome import outcomes_in
from alihdaya.store.archive.partitions import Partitions
from alihdaya.store.codec import decode_events
from alihdaya.store.columns import define
from alihdaya.store.migrations.before import Outcomes, signings
from alihdaya.work.events import ItemDelivered

revision = "0027"
down_revision = "0026"

_PAGE = 20_000
_DELIVERED = b"item.delivered"
_LOG = """
select log.seq, log.at, log.item, item.engagement, item.service, item.received_at, log.body
from log join item on item.id = log.item where log.seq > :after and item.status = 'delivered'
order by log.seq limit :page
"""


def upgrade() -> None:
    """Make the tables and fill them. Raises StoreError where months were archived, and their files are not there."""
    metadata, connection = MetaData(), op.get_bind()
    outcome = define(
        metadata,
        "outcome",
        "engagement service outcome",
        "engagement text, service text, outcome text, since int",
    )
    columns = "engagement text, service text, outcome text, at int, item int, received_at int"
    resulted = define(metadata, "resulted", "engagement service outcome at item", columns, month="at")
    metadata.create_all(connection)
    known = _known(connection, outcome)
    if known:
        for page in _pages(connection):
            _fill(connection, resulted, page, known)


def _known(connection: Connection, outcome: Table) -> Outcomes:
    found: Outcomes = {}
    engagements: set[str] = set()
    for entry, event in signings(connection):
        since = entry.at if event.engagement in engagements else 0
        engagements.add(event.engagement)
        for service, one in outcomes_in(event.terms):
            known = found.setdefault((event.engagement, service), {})
            if one.key not in known:
                known[one.key] = one, entry.seq
                row = (event.engagement, service, one.key, since)
                connection.execute(outcome.insert(), dict(zip(outcome.c.keys(), row, strict=True)))
    return found


def _pages(connection: Connection) -> Iterator[Sequence[Row[Any]]]:
    after = 0
    while page := connection.execute(text(_LOG), {"after": after, "page": _PAGE}).all():
        yield page
        after = page[-1].seq


def _fill(connection: Connection, resulted: Table, page: Sequence[Row[Any]], known: Outcomes) -> None:
    rows = [
        (row.engagement, row.service, key, row.at, row.item, row.received_at)
        for row in page
        if (row.engagement, row.service) in known and _DELIVERED in row.body
        for event in decode_events(row.body)
        if isinstance(event, ItemDelivered)
        for key, (one, since) in known[row.engagement, row.service].items()
        if row.seq > since and one.met(event.result)
    ]
    if rows and connection.dialect.name != "sqlite":
        Partitions().make(connection, resulted, [row[3] for row in rows])
    if rows:
        connection.execute(resulted.insert(), [dict(zip(resulted.c.keys(), row, strict=True)) for row in rows])
