"""Finished tasks in the order in which they are billed; of people's time, what was handling: all out of the log."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from alembic import op
from sqlalchemy import Connection, MetaData, Row, Table, text

from alihdaya.store.archive.partitions import Partitions
from alihdaya.store.codec import decode
from alihdaya.store.columns import define
from alihdaya.store.project.days import Days
from alihdaya.store.project.house import zone_of

revision = "0021"
down_revision = "0020"

_PAGE = 20_000
_LOG = """
select log.seq, log.at, log.item, item.engagement, item.service, item.terms, log.body
from log join item on item.id = log.item where log.seq > :after order by log.seq limit :page
"""


def upgrade() -> None:
    """Make the table, fill it from the log, and give labour its column."""
    metadata, connection = MetaData(), op.get_bind()
    connection.execute(text("create table labour_0020 as select * from labour"))
    connection.execute(text("drop table labour"))
    key = "engagement day service person"
    columns = "engagement text, day text, service text, person text, seconds int, tasks int, handled int"
    define(metadata, "labour", key, columns)
    key = "engagement service at item seq token"
    columns = "engagement text, service text, at int, item int, seq int, token int, person text, seconds int"
    finished = define(metadata, "finished", key, columns, month="at")
    metadata.create_all(connection)
    connection.execute(text("insert into labour select *, seconds from labour_0020"))
    connection.execute(text("drop table labour_0020"))
    beside = _Beside(connection)
    for page in _pages(connection):
        _fill(connection, finished, page)
        for row in page:
            beside.count(row)
    beside.take_off(connection)


def _pages(connection: Connection) -> Iterator[Sequence[Row[Any]]]:
    after = 0
    while page := connection.execute(text(_LOG), {"after": after, "page": _PAGE}).all():
        yield page
        after = page[-1].seq


def _facts(row: Row[Any], tag: str) -> Iterator[list[Any]]:
    if tag.encode() in row.body:
        yield from (facts for name, *facts in decode(row.body) if name == tag)


def _fill(connection: Connection, finished: Table, page: Sequence[Row[Any]]) -> None:
    rows = [
        (row.engagement, row.service, row.at, row.item, row.seq, token, person, seconds)
        for row in page
        for token, person, seconds, *_ in _facts(row, "task.done")
    ]
    if rows and connection.dialect.name != "sqlite":
        Partitions().make(connection, finished, [row[2] for row in rows])
    if rows:
        connection.execute(finished.insert(), [dict(zip(finished.c.keys(), row, strict=True)) for row in rows])


class _Beside:
    """The time that was spent beside tasks, by the row of the table labour that counts it."""

    def __init__(self, connection: Connection) -> None:
        signed = connection.execute(text("select id, digest, terms from engagement"))
        self._days = {(row.id, row.digest): Days(zone_of(decode(row.terms))) for row in signed}
        self._seconds: Counter[tuple[str, str, str, str]] = Counter()

    def count(self, row: Row[Any]) -> None:
        for _, person, seconds, *_ in _facts(row, "task.time"):
            days = self._days.get((row.engagement, row.terms)) or Days("UTC")
            self._seconds[row.engagement, days.day(row.at), row.service, person] += seconds

    def take_off(self, connection: Connection) -> None:
        key = "engagement = :engagement and day = :day and service = :service and person = :person"
        query = text(f"update labour set handled = handled - :seconds where {key}")  # noqa: S608 (our own words)
        for row, seconds in self._seconds.items():
            of = dict(zip(("engagement", "day", "service", "person"), row, strict=True))
            connection.execute(query, {**of, "seconds": seconds})
