"""The handling time of each day, and outcomes by the day on which their items had come in."""

from collections import Counter

from alembic import op
from sqlalchemy import Connection, text

from alihdaya.kernel.event import tag_of
from alihdaya.store.archive.files import ITEM_COLUMNS
from alihdaya.store.archive.reading import archived_items
from alihdaya.store.codec import decode
from alihdaya.store.migrations.before import Before, entries_of_archived, outcomes_known, outcomes_met
from alihdaya.store.project.days import Days
from alihdaya.store.project.house import zone_of
from alihdaya.work.events import ItemDelivered

revision = "0030"
down_revision = "0029"

_HANDLED = """
insert into tally (engagement, day, service, measure, n)
select engagement, day, service, 'handled', sum(handled) from labour where tasks > 0 group by engagement, day, service
"""
_RESULTED = """
select resulted.engagement, resulted.service, resulted.outcome, item.terms, resulted.received_at, resulted.at
from resulted join item on item.id = resulted.item where resulted.received_at <> resulted.at
"""
_CARRIED = """
insert into carried (engagement, day, service, unit, received, n)
values (:engagement, :day, :service, :unit, :received, :n)
"""
_SOME = 10_000
_NAMES = ("id", "status", "engagement", "service", "terms", "received_at", "closed_at")
Found = Counter[tuple[str, str, str, str, str]]


class _Calendar:
    """The days of the clients. `crossed`: so many outcomes by engagement, day, service, unit and day of receipt."""

    def __init__(self, connection: Connection) -> None:
        signed = connection.execute(text("select id, digest, terms from engagement"))
        self._zones = {(row.id, row.digest): Days(zone_of(decode(row.terms))) for row in signed}
        self._utc = Days("UTC")
        self.crossed = Found()

    def count(self, of: tuple[str, str], outcome: str, terms: str, came: int, at: int) -> None:
        """Count an outcome of (engagement, service), where its item came in on another day."""
        days = self._zones.get((of[0], terms), self._utc)
        received, day = days.day(came), days.day(at)
        if received != day:
            self.crossed[of[0], day, of[1], f"outcome:{outcome}", received] += 1


def upgrade() -> None:
    """Fill the tables. Raises StoreError where months were archived, and their files are not there."""
    connection = op.get_bind()
    connection.execute(text(_HANDLED))
    calendar = _Calendar(connection)
    rows = connection.execute(text(_RESULTED).execution_options(yield_per=_SOME))  # there may be millions
    for engagement, service, *rest in rows:
        calendar.count((engagement, service), *rest)
    if connection.execute(text("select 1 from archive limit 1")).first() is not None:
        _archived(connection, calendar)
    names = ("engagement", "day", "service", "unit", "received")
    found = [{**dict(zip(names, key, strict=True)), "n": n} for key, n in sorted(calendar.crossed.items())]
    if found:
        connection.execute(text(_CARRIED), found)


def _archived(connection: Connection, calendar: _Calendar) -> None:
    known, columns = outcomes_known(connection), [column.name for column in ITEM_COLUMNS]
    places = [columns.index(name) for name in _NAMES]
    items: dict[int, tuple[tuple[str, str], str, int]] = {}
    for row in archived_items(Before(connection)) if known else ():
        number, status, engagement, service, terms, came, at = (row[place] for place in places)
        if status == "delivered" and came != at and (engagement, service) in known:
            items[number] = (engagement, service), terms, came
    if not items:
        return
    for entry in entries_of_archived(connection, items, max(items), tag_of(ItemDelivered)):
        of, terms, came = items[entry.item]
        for key in outcomes_met(entry, known[of]):
            calendar.count(of, key, terms, came, entry.at)
