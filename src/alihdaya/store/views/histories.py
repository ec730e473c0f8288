"""Whole histories, item by item: for those who study how work flows."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select

from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.store.codec import decode_events
from alihdaya.store.schema import ITEM, LOG
from alihdaya.store.working import WorkingSet

_PAGE = 2_000


class Head(NamedTuple):
    """What an item is, apart from what happens to it. `received_at` in microseconds."""

    id: int
    external_id: str
    service: str
    engagement: str
    received_at: int


def heads(store: WorkingSet) -> Iterator[Head]:
    """Yield every item in the order of intake, a page at a time."""
    columns = (ITEM.c.id, ITEM.c.external_id, ITEM.c.service, ITEM.c.engagement, ITEM.c.received_at)
    after = HOUSE
    while True:
        query = select(*columns).where(ITEM.c.id > after).order_by(ITEM.c.id).limit(_PAGE)
        with store.snapshot() as connection:
            page = [Head(*row) for row in connection.execute(query)]
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].id


def histories(store: WorkingSet) -> Iterator[Entry]:
    """Yield the entries of every item, item by item, each in the order of the log; a page of items at a time."""
    columns = (LOG.c.seq, LOG.c.at, LOG.c.item, LOG.c.by, LOG.c.body)
    after, last = HOUSE, _last(store)
    while after < last:
        query = select(*columns).where(LOG.c.item > after, LOG.c.item <= after + _PAGE).order_by(LOG.c.item, LOG.c.seq)
        with store.snapshot() as connection:
            page = [
                Entry(seq, at, item, by, decode_events(body)) for seq, at, item, by, body in connection.execute(query)
            ]
        yield from page
        after += _PAGE


def _last(store: WorkingSet) -> int:
    with store.snapshot() as connection:
        return connection.execute(select(ITEM.c.id).order_by(ITEM.c.id.desc()).limit(1)).scalar() or HOUSE
