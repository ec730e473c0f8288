"""Deliveries by quarters of an hour, of each unit and outcome, out of the items, the outcomes and the archive."""

from collections import Counter

from alembic import op
from sqlalchemy import Connection, MetaData, text

from alihdaya.kernel.event import tag_of
from alihdaya.kernel.time import QUARTER
from alihdaya.store.archive.files import ITEM_COLUMNS
from alihdaya.store.archive.reading import archived_items
from alihdaya.store.columns import define
from alihdaya.store.migrations.before import Before, entries_of_archived, outcomes_known, outcomes_met
from alihdaya.work.events import ItemDelivered

revision = "0028"
down_revision = "0027"

# Written as the index of what was delivered has it, so that it alone is read.
_ITEMS = f"""
select engagement, service, unit, (closed_at - closed_at % {QUARTER}) as began, count(*) as n
from item where status = 'delivered' group by engagement, service, unit, began
"""  # noqa: S608 (our own number)
_RESULTED = f"""
select engagement, service, outcome, (at - at % {QUARTER}) as began, count(*) as n
from resulted group by engagement, service, outcome, began
"""  # noqa: S608 (our own number)
Found = Counter[tuple[str, str, str, int]]


def upgrade() -> None:
    """Make the table and fill it. Raises StoreError where months were archived, and their files are not there."""
    metadata, connection = MetaData(), op.get_bind()
    columns = "engagement text, service text, measure text, at int, n int"
    pace = define(metadata, "pace", "engagement service measure at", columns)
    metadata.create_all(connection)
    found = Found()
    for query, kind in ((_ITEMS, "delivered"), (_RESULTED, "outcome")):
        for engagement, service, what, began, n in connection.execute(text(query)):
            found[engagement, service, f"{kind}:{what}", int(began)] += int(n)
    if connection.execute(text("select 1 from archive limit 1")).first() is not None:
        _archived(connection, found)
    if found:
        rows = [dict(zip(pace.c.keys(), (*key, n), strict=True)) for key, n in sorted(found.items())]
        connection.execute(pace.insert(), rows)


def _archived(connection: Connection, found: Found) -> None:
    before, known = Before(connection), outcomes_known(connection)
    columns = [column.name for column in ITEM_COLUMNS]
    places = [columns.index(name) for name in ("id", "status", "engagement", "service", "unit", "closed_at")]
    billed: dict[int, tuple[str, str]] = {}
    for row in archived_items(before):
        number, status, engagement, service, unit, at = (row[place] for place in places)
        if status == "delivered":
            found[engagement, service, f"delivered:{unit}", at - at % QUARTER] += 1
            if (engagement, service) in known:
                billed[number] = engagement, service
    if not billed:
        return
    for entry in entries_of_archived(connection, billed, max(billed), tag_of(ItemDelivered)):
        of = billed[entry.item]
        for key in outcomes_met(entry, known[of]):
            found[(*of, f"outcome:{key}", entry.at - entry.at % QUARTER)] += 1
