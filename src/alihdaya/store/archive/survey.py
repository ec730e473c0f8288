"""What the oldest months of a store hold, and what of them is still in use."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from alihdaya.kernel.event import HOUSE
from alihdaya.store.archive.files import Span
from alihdaya.store.archive.months import end_of, month_of
from alihdaya.store.archive.reading import archived
from alihdaya.store.project.standing import OVER
from alihdaya.store.schema import ITEM, LOG, OUTBOX
from alihdaya.store.store import Store


class Surveyed(NamedTuple):
    """A month of the log as it stands.

    `bytes` of its events; `open`: how many of its items are not over, the first of them being `open_item`; `sends`:
    what is still to go out for them, dead letters too; `closed`: engagement -> when the first and the last of its items
    was delivered (microseconds). `until`: when the last of its items that are over came to its end, 0 where none is.
    """

    span: Span
    bytes: int
    open: int
    open_item: int | None
    sends: int
    closed: dict[str, tuple[int, int]]
    until: int


def survey(store: Store, before: str) -> Iterator[Surveyed]:
    """Yield the months of the log that are before the month `before`, oldest first; empty ones are passed over."""
    past = archived(store)
    after, after_item = (past[-1].last, past[-1].last_item) if past else (0, HOUSE)
    while True:
        with store.snapshot() as connection:
            found = _oldest(connection, after, after_item, before)
        if found is None:
            return
        yield found
        after, after_item = found.span.last, found.span.last_item


def _oldest(connection: Connection, after: int, after_item: int, before: str) -> Surveyed | None:
    first = connection.execute(
        select(LOG.c.seq, LOG.c.at).where(LOG.c.seq > after).order_by(LOG.c.seq).limit(1)
    ).first()
    if first is None or month_of(first.at) >= before:
        return None
    month = month_of(first.at)
    of = _next(connection, first.seq, end_of(month))
    facts = select(func.max(LOG.c.seq), func.count(), func.max(LOG.c.item), func.sum(func.length(LOG.c.body)))
    last, entries, highest, size = connection.execute(facts.where(of)).one()
    last_item = max(highest, after_item)
    mine = (ITEM.c.id > after_item) & (ITEM.c.id <= last_item)
    items = connection.execute(select(func.count()).where(mine)).scalar_one()
    span = Span(month, first.seq, last, entries, after_item + 1, last_item, items)
    over = select(func.max(ITEM.c.closed_at)).where(mine, ITEM.c.status.in_(OVER))
    until = connection.execute(over).scalar() or 0
    return Surveyed(span, int(size), *_in_use(connection, span), _closed(connection, mine), until)


def _next(connection: Connection, first: int, end: int) -> ColumnElement[bool]:
    """Say which entries are the month's: those from `first` up to the first one of a later month."""
    query = select(LOG.c.seq).where(LOG.c.seq > first, LOG.c.at >= end).order_by(LOG.c.seq).limit(1)
    following = connection.execute(query).scalar()
    return LOG.c.seq >= first if following is None else (LOG.c.seq >= first) & (LOG.c.seq < following)


def _in_use(connection: Connection, span: Span) -> tuple[int, int | None, int]:
    still = select(func.count(), func.min(ITEM.c.id)).where(ITEM.c.id <= span.last_item, ITEM.c.status.not_in(OVER))
    count, item = connection.execute(still).one()
    asked = (OUTBOX.c.seq <= span.last) | ((OUTBOX.c.item <= span.last_item) & (OUTBOX.c.item != HOUSE))
    sends = connection.execute(select(func.count()).where(asked)).scalar_one()
    return count, item, sends


def _closed(connection: Connection, mine: ColumnElement[bool]) -> dict[str, tuple[int, int]]:
    ends = (func.min(ITEM.c.closed_at), func.max(ITEM.c.closed_at))
    query = select(ITEM.c.engagement, *ends).where(mine, ITEM.c.status == "delivered").group_by(ITEM.c.engagement)
    return {who: (first, last) for who, first, last in connection.execute(query.order_by(ITEM.c.engagement))}
