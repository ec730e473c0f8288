"""Facts of a month that are not counted by the projection: read from the log itself, archived or not."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import func, select, tuple_

from alihdaya.kernel.event import HOUSE, Event, tag_of
from alihdaya.store.archive.files import ITEM_COLUMNS
from alihdaya.store.archive.partitions import PRESENCE_TAGS
from alihdaya.store.archive.reading import archived, archived_entries, archived_items
from alihdaya.store.codec import decode, decode_events, revive
from alihdaya.store.log import entries
from alihdaya.store.schema import ITEM, LOG, NOTED
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import ItemDelivered


class ItemFact(NamedTuple):
    """Something that happened to an item of a service, in the order of the log. `at` in microseconds."""

    at: int
    seq: int
    item: int
    service: str
    fact: Event


class Noted(NamedTuple):
    """A fact about no item: the entry that it came in, when (microseconds), by whom, and what it says."""

    seq: int
    at: int
    by: str
    fact: Event


def house_facts(
    store: WorkingSet, tags: Iterable[str], *, after: int = 0, who: Collection[str] | None = None, since: int = 0
) -> Iterator[tuple[int, Event]]:
    """Yield (instant, fact) of what `noted` gives."""
    return ((one.at, one.fact) for one in noted(store, tags, after=after, who=who, since=since))


def noted(
    store: WorkingSet, tags: Iterable[str], *, after: int = 0, who: Collection[str] | None = None, since: int = 0
) -> Iterator[Noted]:
    """Yield those facts about no item that have one of these tags, in the order of the log.

    The tags are of kinds that the table of noted facts has (project.noted): how long the log is does not matter.
    `after`: only of entries after this one that are not archived; 0: all. `who`: of these persons alone; `since`: of
    each person the last fact before this instant (microseconds), and all from then on.
    """
    tags = tuple(tags)
    if not after:
        yield from _archived_presence(store, [tag for tag in tags if tag in PRESENCE_TAGS], who)
    query = select(NOTED.c.seq, NOTED.c.at, NOTED.c.by, NOTED.c.tag, NOTED.c.body)
    query = query.where(NOTED.c.tag.in_(tags), NOTED.c.seq > after)
    if who is not None:
        query = query.where(NOTED.c.who.in_(who))
    if since:
        earlier = query.with_only_columns(NOTED.c.who, func.max(NOTED.c.seq)).where(NOTED.c.at < since)
        last = tuple_(NOTED.c.who, NOTED.c.seq).in_(earlier.group_by(NOTED.c.who))
        query = query.where((NOTED.c.at >= since) | last)
    with store.snapshot() as connection:
        for seq, at, by, tag, body in connection.execute(query.order_by(NOTED.c.seq, NOTED.c.number)):
            yield Noted(seq, at, by, revive([tag, *decode(body)]))


def _archived_presence(store: WorkingSet, tags: Sequence[str], who: Collection[str] | None) -> Iterator[Noted]:
    """Yield those facts of presence whose month was archived; other noted facts stay."""
    if not tags or not archived(store):
        return
    gone = archived_entries(store, item=HOUSE, tags=tags)
    for entry in gone if store.factor == 1 else sorted(gone, key=lambda entry: entry.at):
        for fact in entry.events:
            if tag_of(type(fact)) in tags and (who is None or fact[0] in who):
                yield Noted(entry.seq, entry.at, entry.by, fact)


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
