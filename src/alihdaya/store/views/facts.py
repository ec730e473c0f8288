"""Facts of a month that are not counted by the projection: read from the log itself, archived or not."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import func, select

from alihdaya.kernel.event import HOUSE, Event
from alihdaya.store.archive.files import ITEM_COLUMNS
from alihdaya.store.archive.reading import archived, archived_entries, archived_items
from alihdaya.store.codec import decode_events
from alihdaya.store.log import entries
from alihdaya.store.schema import ITEM, LOG
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import ItemDelivered


class ItemFact(NamedTuple):
    """Something that happened to an item of a service, in the order of the log. `at` in microseconds."""

    at: int
    seq: int
    item: int
    service: str
    fact: Event


def house_facts(store: WorkingSet, tags: Iterable[str], after: int = 0) -> Iterator[tuple[int, Event]]:
    """Yield (instant, fact) of those facts about no item that have one of these tags, in the order of the log.

    `after`: only of entries after this one that are not archived; 0: all.
    """
    tags = tuple(tags)
    marks = [tag.encode() for tag in tags]
    gone = archived_entries(store, item=HOUSE, tags=tags) if archived(store) and not after else iter(())
    for entry in gone if store.factor == 1 else sorted(gone, key=lambda entry: entry.at):
        yield from ((entry.at, fact) for fact in entry.events)
    query = select(LOG.c.at, LOG.c.body).where(LOG.c.item == HOUSE, LOG.c.seq > after)
    query = query.order_by(LOG.c.seq)
    with store.snapshot() as connection:
        for at, body in connection.execute(query):
            if any(mark in body for mark in marks):
                yield from ((at, fact) for fact in decode_events(body))


def item_facts(
    store: WorkingSet, engagement: str, within: tuple[int, int], kinds: tuple[type, ...], tags: Iterable[str]
) -> list[ItemFact]:
    """Give the facts of these kinds, whose tags these are, about an engagement's items in [start, end), by instant.

    Facts of one instant come by item, then as the log has them.
    """
    tags = tuple(tags)
    marks = [tag.encode() for tag in tags]
    found: list[ItemFact] = []
    key = (LOG.c.at, LOG.c.seq, LOG.c.item, ITEM.c.service, LOG.c.body)
    query = select(*key).join(ITEM, ITEM.c.id == LOG.c.item).where(ITEM.c.engagement == engagement)
    query = query.where(LOG.c.at >= within[0], LOG.c.at < within[1])
    with store.snapshot() as connection:
        for at, seq, item, service, body in connection.execute(query):
            if any(mark in body for mark in marks):
                facts = (fact for fact in decode_events(body) if isinstance(fact, kinds))
                found += [ItemFact(at, seq, item, service, fact) for fact in facts]
    found += _archived(store, engagement, within, kinds, tags)
    return sorted(found, key=lambda one: (one.at, one.item, one.seq))


def _archived(
    store: WorkingSet, engagement: str, within: tuple[int, int], kinds: tuple[type, ...], tags: tuple[str, ...]
) -> Iterator[ItemFact]:
    """Yield facts about items that are archived; of these, the store may still hold the latest."""
    months = archived(store)
    if not months or max(one.until for one in months) < within[0]:
        return
    import polars as pl

    places = [ITEM_COLUMNS.index(column) for column in (ITEM.c.id, ITEM.c.service)]
    mine = archived_items(store, pl.col("engagement") == engagement)
    services = {row[places[0]]: row[places[1]] for row in mine}
    with store.snapshot() as connection:
        here = [entry for item in sorted(services) for entry in entries(connection, item=item)]
    for entry in (*archived_entries(store, within=within, tags=tags), *here):
        if entry.item in services and within[0] <= entry.at < within[1]:
            for fact in entry.events:
                if isinstance(fact, kinds):
                    yield ItemFact(entry.at, entry.seq, entry.item, services[entry.item], fact)


def delivery_of(store: WorkingSet, item: int) -> ItemDelivered | None:
    """Give how an item was delivered, archived or not; None where it was not."""
    with store.snapshot() as connection:
        here = entries(connection, item=item)
    there = archived_entries(store, item=item) if archived(store) else ()
    found = (fact for entry in (*there, *here) for fact in entry.events)
    return next((fact for fact in found if isinstance(fact, ItemDelivered)), None)


def latest(store: WorkingSet) -> int:
    """Give the instant of the last entry that is in the store; 0 where there is none."""
    with store.snapshot() as connection:
        return connection.execute(select(func.max(LOG.c.at))).scalar() or 0
