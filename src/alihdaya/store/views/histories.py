"""Whole histories, item by item: for those who study how work flows."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select

from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.store.archive.files import ITEM_COLUMNS
from alihdaya.store.archive.reading import archived, archived_items, items_entries
from alihdaya.store.codec import decode_events
from alihdaya.store.schema import ITEM, LOG
from alihdaya.store.working import WorkingSet

_PAGE = 2_000
_MANY = 20_000
_SHARDS = 64
"""Of many shards, a page holds about as many items as if there were so many."""


class Head(NamedTuple):
    """What an item is, apart from what happens to it. `received_at` in microseconds."""

    id: int
    external_id: str
    service: str
    engagement: str
    received_at: int


def heads(store: WorkingSet, *, archive: bool = False) -> Iterator[Head]:
    """Yield every item in the order of intake, a page at a time; with `archive`, the archived ones first."""
    if archive:
        places = [ITEM_COLUMNS.index(ITEM.c[name]) for name in Head._fields]
        gone = (Head(*[row[place] for place in places]) for row in archived_items(store))
        yield from gone if store.factor == 1 else sorted(gone)
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


def histories(store: WorkingSet, *, archive: bool = False) -> Iterator[Entry]:
    """Yield the entries of every item, item by item, each in the order of the log; a page of items at a time.

    Archived items are left out, with what the store still holds of them; with `archive`, they come first.
    """
    ends: dict[int, int] = {}  # shard -> its last archived item
    for month in archived(store):
        ends[month.last_item % store.factor] = month.last_item
    end = max(ends.values(), default=HOUSE)
    step = max(1, store.factor // _SHARDS)
    for after in range(HOUSE, end, _MANY * step) if archive else ():
        last = min(after + _MANY * step, end)
        page = [*items_entries(store, after + 1, last), *_entries(store, after, last)]
        yield from sorted(
            (one for one in page if _is_gone(one, ends, store.factor)), key=lambda one: (one.item, one.seq)
        )
    begin = end if store.factor == 1 else HOUSE
    for after in range(begin, store.next_item() - 1, _PAGE * step):
        page = _entries(store, after, after + _PAGE * step)
        yield from (one for one in page if not _is_gone(one, ends, store.factor)) if ends else page


def _is_gone(entry: Entry, ends: dict[int, int], factor: int) -> bool:
    return entry.item <= ends.get(entry.item % factor, HOUSE)


def _entries(store: WorkingSet, after: int, last: int) -> list[Entry]:
    columns = (LOG.c.seq, LOG.c.at, LOG.c.item, LOG.c.by, LOG.c.body)
    query = select(*columns).where(LOG.c.item > after, LOG.c.item <= last).order_by(LOG.c.item, LOG.c.seq)
    with store.snapshot() as connection:
        return [Entry(seq, at, item, by, decode_events(body)) for seq, at, item, by, body in connection.execute(query)]
