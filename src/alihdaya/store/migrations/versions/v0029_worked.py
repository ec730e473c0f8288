"""Time worked by quarters of an hour, also as it is rounded up, out of the finished tasks and the archive."""

from collections.abc import Iterator

from alembic import op
from sqlalchemy import Connection, text

from alihdaya.engagement.rates.increment import increment_key, increments_in
from alihdaya.kernel.event import tag_of
from alihdaya.store.archive.files import ITEM_COLUMNS
from alihdaya.store.archive.reading import archived_items
from alihdaya.store.migrations.before import Before, entries_of_archived, signings
from alihdaya.store.project.changes import Pending
from alihdaya.store.project.worked import note_worked
from alihdaya.work.events import TaskDone

revision = "0029"
down_revision = "0028"

_FINISHED = "select engagement, service, at, seq, seconds from finished"
_KNOWN = "insert into outcome (engagement, service, outcome, since) values (:engagement, :service, :key, :since)"
_PACE = "insert into pace (engagement, service, measure, at, n) values (:engagement, :service, :measure, :at, :n)"
Known = dict[tuple[str, str], dict[int, int]]
"""(engagement, service) -> increment -> the entry since when it is known."""


def upgrade() -> None:
    """Fill the tables. Raises StoreError where months were archived, and their files are not there."""
    connection, pending = op.get_bind(), Pending()
    known = _known(connection)
    for of, at, seq, seconds in _tasks(connection):
        increments = tuple(sorted(one for one, since in known.get(of, {}).items() if seq > since))
        note_worked(pending, of, at, seconds, increments)
    names = ("engagement", "service", "measure", "at", "n")
    rows = [dict(zip(names, row, strict=True)) for some in pending.changes().adds.values() for row in some]
    if rows:
        connection.execute(text(_PACE), rows)


def _known(connection: Connection) -> Known:
    found: Known = {}
    engagements: set[str] = set()
    for entry, event in signings(connection):
        since = entry.at if event.engagement in engagements else 0
        engagements.add(event.engagement)
        for service, increment in increments_in(event.terms):
            known = found.setdefault((event.engagement, service), {})
            if increment not in known:
                known[increment] = entry.seq
                row = {"engagement": event.engagement, "service": service, "key": increment_key(increment)}
                connection.execute(text(_KNOWN), {**row, "since": since})
    return found


def _tasks(connection: Connection) -> Iterator[tuple[tuple[str, str], int, int, int]]:
    """Yield the finished tasks: (engagement, service), when, in which entry, and the seconds."""
    for row in connection.execute(text(_FINISHED)):
        yield (row.engagement, row.service), row.at, row.seq, row.seconds
    if connection.execute(text("select 1 from archive limit 1")).first() is None:
        return
    columns = [column.name for column in ITEM_COLUMNS]
    number, engagement, service = (columns.index(name) for name in ("id", "engagement", "service"))
    items = {row[number]: (row[engagement], row[service]) for row in archived_items(Before(connection))}
    if items:
        for entry in entries_of_archived(connection, items, max(items), tag_of(TaskDone)):
            for event in entry.events:
                if isinstance(event, TaskDone):
                    yield items[entry.item], entry.at, entry.seq, event.seconds
