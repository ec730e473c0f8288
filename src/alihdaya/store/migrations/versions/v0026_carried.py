"""Deliveries by the day on which they had come in, out of the items and the archive."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from alembic import op
from sqlalchemy import Connection, MetaData, text

from alihdaya.store.archive.files import ITEM_COLUMNS
from alihdaya.store.archive.reading import archived_items
from alihdaya.store.codec import decode
from alihdaya.store.columns import define
from alihdaya.store.migrations.before import Before
from alihdaya.store.project.days import Days
from alihdaya.store.project.house import zone_of

revision = "0026"
down_revision = "0025"

_NAMES = ("engagement", "service", "unit", "terms", "received_at", "closed_at")
_ITEMS = f"select id, {', '.join(_NAMES)} from item where status = 'delivered' and id > :after order by id limit :page"  # noqa: S608
_PAGE = 50_000


def upgrade() -> None:
    """Make the table and fill it. Raises StoreError where months were archived, and their files are not there."""
    metadata, connection = MetaData(), op.get_bind()
    columns = "engagement text, day text, service text, unit text, received text, n int"
    carried = define(metadata, "carried", "engagement day service unit received", columns)
    metadata.create_all(connection)
    signed = connection.execute(text("select id, digest, terms from engagement"))
    zones = {(row.id, row.digest): Days(zone_of(decode(row.terms))) for row in signed}
    utc, found = Days("UTC"), Counter[tuple[str, ...]]()
    for engagement, service, unit, terms, received_at, closed_at in _delivered(connection):
        if received_at != closed_at:
            days = zones.get((engagement, terms), utc)
            received, day = days.day(received_at), days.day(closed_at)
            if received != day:
                found[engagement, day, service, unit, received] += 1
    if found:
        rows = [dict(zip(carried.c.keys(), (*key, n), strict=True)) for key, n in sorted(found.items())]
        connection.execute(carried.insert(), rows)


def _delivered(connection: Connection) -> Iterator[Iterable[Any]]:
    if connection.execute(text("select 1 from archive limit 1")).first() is not None:
        columns = [column.name for column in ITEM_COLUMNS]
        places, status = [columns.index(name) for name in _NAMES], columns.index("status")
        for row in archived_items(Before(connection)):
            if row[status] == "delivered":
                yield [row[place] for place in places]
    after = 0
    while page := connection.execute(text(_ITEMS), {"after": after, "page": _PAGE}).all():
        yield from (row[1:] for row in page)
        after = page[-1].id
